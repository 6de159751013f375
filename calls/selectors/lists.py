"""Calls and plans for programs, page by page."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.permissions import Perm
from calls import access
from calls.models import Call, CallPupil, Rota
from calls.selectors import openings
from core import pagination
from schools.models import School
from students import access as student_access


def calls_list(
    school: School,
    *,
    user: User,
    on: date,
    since: date | None,
    until: date | None,
    cursor: str | None,
    size: int,
) -> pagination.Page[Call]:
    """The calls of pupils whom the person sees, by time; each with those of its pupils. Raises BadCursor."""
    seen = student_access.visible_students(user, Perm.CALL_VIEW, on=on).values("pk")
    calls = Call.objects.filter(
        Exists(CallPupil.objects.filter(call=OuterRef("pk"), student__in=seen)), school=school
    ).exclude(state=Call.State.PROPOSED)
    if since is not None:
        calls = calls.filter(starts_at__gte=openings.midnight(since))
    if until is not None:
        calls = calls.filter(starts_at__lt=openings.midnight(until + timedelta(days=1)))
    page = pagination.public_keyset(
        calls.select_related("phone", "person"), order=["starts_at", "pk"], cursor=cursor, size=size
    )
    _name_pupils(page.rows, user, on)
    return page


def _name_pupils(calls: list[Call], user: User, on: date) -> None:
    places = list(CallPupil.objects.filter(call__in=calls).order_by("pk"))
    known = access.known_pupils(user, [one.student_id for one in places], Perm.CALL_VIEW, on=on)
    found = defaultdict(list)
    for one in places:
        if one.student_id in known:
            found[one.call_id].append(known[one.student_id])
    for call in calls:
        call.known_pupils = found[call.pk]  # type: ignore[attr-defined]


def rotas_list(school: School, *, cursor: str | None, size: int) -> pagination.Page[Rota]:
    """The plans of a school, the newest week first. Raises BadCursor."""
    rotas = Rota.objects.filter(school=school)
    return pagination.public_keyset(rotas, order=["-monday", "-pk"], cursor=cursor, size=size)


def rota_detail(rota: Rota) -> Rota:
    """The plan with everybody it leaves out, the longest wait first."""
    rows = rota.left_out.select_related("student").order_by("-waited_days", "pk")
    rota.rows = list(rows)  # type: ignore[attr-defined]
    return rota
