"""Counting the schools' rows, exactly: by week for the indicators, by day for statistics and returns."""
