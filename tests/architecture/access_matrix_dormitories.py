"""The rows of the dormitories pages and their API in the access matrix."""

from __future__ import annotations

from tests.architecture.access_rows import Row

DORMITORY_ROWS: list[Row] = []
