"""The objects of the district pages that URLs in the access matrix point at."""

from __future__ import annotations

from typing import Any

from tests.factories import district


def make(*, school: Any, school_class: Any, student: Any, author: Any, admin: Any) -> dict[str, Any]:
    """Argument name → value for the URL."""
    return {
        "area_code": school.area.code,
        "release": district.make_release(school.area, by=author).public_id,
        "return": district.make_return(school.area, by=author).public_id,
    }
