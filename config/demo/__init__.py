"""The demo brand, Fernway Outdoor: people, segments, Canvases with a history, and the processes of `make demo`."""
