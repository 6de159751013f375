"""Forms about pupils: shape only."""
