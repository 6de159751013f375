"""One writer of a school's calls at a time, and how the database says that a place is taken."""

from __future__ import annotations

from django.db import IntegrityError, connection

_EXCLUDED = "23P01"  # exclusion_violation


def take(school_id: int) -> None:
    """Wait for whoever is booking in this school; held until the transaction ends.

    The exclusion constraints would keep two calls apart anyway; but of two bookings that wait for each other
    PostgreSQL breaks one off after a second, and "try again" is a poor answer where "taken" is the true one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"calls:{school_id}"])


def is_clash(error: IntegrityError) -> bool:
    """Whether an exclusion constraint refused: telephone, person or pupil is booked at that time."""
    return getattr(error.__cause__, "pgcode", "") == _EXCLUDED
