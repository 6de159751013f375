"""The matrix: every URL × method × role × situation, with both locks and with each alone (reference/security.md §8).

The table that people read is tests/architecture/access_matrix.py. `make matrix` walks all of it. `make test` walks it
with both locks (tests/architecture/test_access_matrix.py), and a slice of it with each lock alone (test_matrix.py).
"""
