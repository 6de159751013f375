"""The objects of the district pages that URLs in the access matrix point at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.factories import district

MADE_AT = datetime(2026, 11, 3, 2, 5, tzinfo=UTC)


def make(
    *,
    school: Any,
    school_class: Any,
    student: Any,
    author: Any,
    admin: Any,
    say: Callable[[str, str], str],
) -> dict[str, Any]:
    """Argument name → value for the URL. The return is drawn up, for somebody who is none of the cast."""
    drawn_up = district.make_return(
        school.area,
        by=author,
        state="made",
        made_at=MADE_AT,
        rows=1,
        reference=say("return", "County civil affairs, 2026-41"),
        content=say("return", "rows").encode(),
    )
    return {
        "area_code": school.area.code,
        "release": district.make_release(school.area, by=author).public_id,
        "return": drawn_up.public_id,
    }
