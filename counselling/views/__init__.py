"""Pages about talks and follow-ups."""
