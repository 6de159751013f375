"""Where one call could go: free telephones at times when everybody can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from calls.models import Call, CallPupil, Phone
from calls.selectors import openings
from schools.models import School
from students import whereabouts

DAYS = 14
MOST = 6


@dataclass(frozen=True, slots=True)
class Place:
    """A free telephone in a slot."""

    starts_at: datetime
    ends_at: datetime
    phone: Phone

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{int(self.starts_at.timestamp())}-{self.phone.public_id.hex}"


def free_places(
    *,
    school_id: int,
    student_ids: Sequence[int],
    person_id: int,
    after: datetime,
    most: int = MOST,
    moved: Call | None = None,
) -> list[Place]:
    """The next places after a moment: telephone free, person reachable and free, every pupil free.

    One telephone a slot. `moved` is the call that would give up its own place. Looks two weeks ahead; a fixed
    number of queries.
    """
    school = School.objects.get(pk=school_id)
    first = timezone.localdate(after)
    last = first + timedelta(days=DAYS)
    begins, ends = openings.midnight(first), openings.midnight(last + timedelta(days=1))
    held = _held(student_ids, person_id, begins, ends, moved)
    held += [
        (one.start, one.end)
        for spans in whereabouts.busy(student_ids, begins, ends).values()
        for one in spans
    ]
    reachable = openings.Reachable([person_id])
    found: list[Place] = []
    for one in openings.free_openings(school, first=first, last=last, after=after):
        if (
            one.phones
            and reachable.at(person_id, one.starts_at, one.ends_at)
            and not openings.overlaps(held, one.starts_at, one.ends_at)
        ):
            found.append(Place(one.starts_at, one.ends_at, one.phones[0]))
            if len(found) == most:
                break
    return found


def _held(
    student_ids: Sequence[int], person_id: int, begins: datetime, ends: datetime, moved: Call | None
) -> list[openings.Span]:
    inside = {"stands": True, "starts_at__lt": ends, "ends_at__gt": begins}
    pupils = CallPupil.objects.filter(student_id__in=student_ids, **inside)
    calls = Call.objects.filter(person_id=person_id, **inside)
    if moved is not None:
        pupils, calls = pupils.exclude(call=moved), calls.exclude(pk=moved.pk)
    return [*pupils.values_list("starts_at", "ends_at"), *calls.values_list("starts_at", "ends_at")]
