"""The pages of Canvases."""
