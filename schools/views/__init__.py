"""Pages about places and who works there."""
