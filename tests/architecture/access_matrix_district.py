"""The rows of the district pages and their API in the access matrix."""

from __future__ import annotations

from tests.architecture.access_rows import Row

DISTRICT_ROWS: list[Row] = []
