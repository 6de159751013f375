"""The rows of the calls pages and their API in the access matrix."""

from __future__ import annotations

from tests.architecture.access_rows import Row

CALL_ROWS: list[Row] = []
