"""What the district does: count, publish, return."""
