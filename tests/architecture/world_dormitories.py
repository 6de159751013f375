"""The objects of the dormitories pages that URLs in the access matrix point at."""

from __future__ import annotations

from typing import Any


def make(*, school: Any, school_class: Any, student: Any, author: Any, admin: Any) -> dict[str, Any]:
    """Argument name → value for the URL."""
    return {}
