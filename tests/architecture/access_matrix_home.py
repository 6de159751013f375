"""The rows of the home pages and their API in the access matrix."""

from __future__ import annotations

from tests.architecture.access_rows import Row

HOME_ROWS: list[Row] = []
