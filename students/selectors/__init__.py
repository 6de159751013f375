"""Reads about pupils, one function a page or list."""
