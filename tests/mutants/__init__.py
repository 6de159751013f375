"""Mutants: one lock taken out at a time; a test must notice each (docs/testing.md, `make mutants`)."""
