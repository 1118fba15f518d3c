"""Field packs, all of one shape."""
