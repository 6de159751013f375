"""Shapes of what is typed. Rules are in services."""
