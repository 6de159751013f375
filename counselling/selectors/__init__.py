"""Reads about talks and follow-ups, one function a page or list."""
