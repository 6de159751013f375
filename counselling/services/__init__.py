"""Writes about talks, drafts and follow-ups."""
