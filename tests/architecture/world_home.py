"""The objects of the home pages that URLs in the access matrix point at."""

from __future__ import annotations

from typing import Any

from tests import factories


def make(*, school: Any, school_class: Any, student: Any, author: Any, admin: Any) -> dict[str, Any]:
    """Argument name → value for the URL: everything of a home hangs on a pupil."""
    return {}


def of_pupil(student: Any) -> dict[str, Any]:
    """Somebody around a pupil, with one of each fact."""
    person = factories.make_adult(student, "李梅")
    return {
        "adult": person.public_id,
        "phone_number": factories.make_number(person).public_id,
        "absence": factories.make_episode(person).public_id,
        "reachable": factories.make_window(person).public_id,
        "care": factories.make_care(student, person).public_id,
    }
