"""Statutory returns: exact counts, drawn up for one named officer, who says what asks for them.

Asking, drawing up and every fetching stand in the trail. The file is kept for a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, cells, queue
from dashboards.counting import returns as counting
from dashboards.models import StatutoryReturn
from dashboards.services.errors import RefusedError
from schools.models import Area, School
from students.models import Student

KEPT = timedelta(hours=24)
_WAKE_AFTER = timedelta(minutes=10)
_State = StatutoryReturn.State


@transaction.atomic
def ask(
    *, area: Area, definition: str, counted_on: date, reference: str, by: User, now: datetime
) -> StatutoryReturn:
    """Have a return drawn up in the officer's own name. Raises RefusedError."""
    if counted_on > timezone.localdate(now):
        raise RefusedError(_("This day is still to come."), field="counted_on")
    made = StatutoryReturn.objects.create(
        area=area,
        area_name=area.name,
        area_path=area.path,
        definition=definition,
        counted_on=counted_on,
        reference=reference.strip(),
        asked_by=by,
        asked_at=now,
    )
    audit.record(
        "return.asked",
        by=by,
        target=made,
        area=area.code,
        definition=definition,
        counted_on=counted_on.isoformat(),
    )
    queue.after_commit("dashboards.tasks.draw_up_return", return_id=made.pk)
    return made


@transaction.atomic
def draw_up(*, return_id: int, now: datetime) -> None:
    """Count every school of the area and keep the file. Running it twice changes nothing."""
    found = StatutoryReturn.objects.select_for_update(of=("self",)).select_related("asked_by")
    asked = found.get(pk=return_id)
    if asked.state != _State.ASKED:
        return
    schools = School.objects.filter(area__path__startswith=asked.area_path).order_by("name", "pk")
    counted = [
        (school.name, counting.school_row(school.pk, asked.definition, on=asked.counted_on))
        for school in schools
    ]
    with translation.override(asked.asked_by.language):
        asked.content = _file(asked, counted)
    asked.state, asked.made_at, asked.rows = _State.MADE, now, len(counted)
    asked.save(update_fields=["content", "state", "made_at", "rows"])
    audit.record("return.made", by=asked.asked_by, target=asked, rows=len(counted))


def _file(asked: StatutoryReturn, counted: Sequence[tuple[str, Counter[tuple[str, str]]]]) -> bytes:
    columns = [("", "count"), ("", "unknown")]
    columns += [(group, code) for group, (_name, parts) in counting.GROUPS.items() for code, _label in parts]
    total: Counter[tuple[str, str]] = Counter()
    for _name, row in counted:
        total.update(row)
    rows = [
        [name, *(row[column] for column in columns)] for name, row in [*counted, (asked.area_name, total)]
    ]
    head = [_("School"), *(_head(*column) for column in columns)]
    title = f"{asked.area_name} {asked.counted_on}"
    return cells.write_xlsx([cells.Sheet(title, head, rows, [28] + [14] * len(columns))])


def _head(group: str, code: str) -> str:
    if not group:
        return _("Children") if code == "count" else _("Not known whether they count")
    name, parts = counting.GROUPS[group]
    label = str(dict(parts)[code])
    if group == "age":
        label = f"{label} {Student.Sex(code.rpartition('_')[2]).label}"
    return f"{name}: {label}"


@transaction.atomic
def take(*, found: StatutoryReturn, by: User) -> bytes:
    """The file's bytes; each fetching stands in the trail. Raises RefusedError once its day is over."""
    if found.content is None:
        raise RefusedError(_("The file is gone: it is kept for a day."))
    audit.record("return.fetched", by=by, target=found, rows=found.rows)
    return bytes(found.content)


@transaction.atomic
def fail(*, return_id: int) -> None:
    """Something broke: the officer may ask again."""
    StatutoryReturn.objects.filter(pk=return_id, state=_State.ASKED).update(state=_State.FAILED)


def wake(*, now: datetime) -> None:
    """What was asked for and never done."""
    late = StatutoryReturn.objects.filter(state=_State.ASKED, asked_at__lt=now - _WAKE_AFTER)
    for pk in late.values_list("pk", flat=True):
        queue.after_commit("dashboards.tasks.draw_up_return", return_id=pk)


@transaction.atomic
def expire(*, now: datetime) -> int:
    """Remove the files whose day is over; that they were drawn up stays."""
    over = StatutoryReturn.objects.filter(state=_State.MADE, made_at__lt=now - KEPT)
    return over.update(state=_State.EXPIRED, content=None)
