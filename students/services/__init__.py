"""Writes about pupils."""
