"""Step types: what a step of a Canvas can be."""
