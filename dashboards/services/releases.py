"""Publishing the statistics of an area for a closed month: asked for by an officer, judged by the gate.

An area that lies in another one that publishes already, or the other way round, is refused: two sets of
tables about the same schools would be two roundings of the same children.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import audit, queue
from dashboards.counting import children
from dashboards.disclosure import protecting, releasing
from dashboards.disclosure.protecting import Figure, Protection, Released
from dashboards.disclosure.releasing import Refused
from dashboards.disclosure.tables import Cell, Group
from dashboards.models import FrozenCell, PeriodCount, Release
from dashboards.models.statistics import Definition
from dashboards.services.errors import RefusedError
from schools.models import Area, School

_WAKE_AFTER = timedelta(minutes=10)


def protection() -> Protection:
    """As the settings say. Raises ValueError when they can't protect."""
    return Protection(threshold=settings.STATISTICS_THRESHOLD, base=settings.STATISTICS_BASE)


def last_day(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@transaction.atomic
def ask(*, area: Area, period: date, by: User, now: datetime) -> Release:
    """Have a closed month checked and, if the check holds, published. Raises RefusedError."""
    month = period.replace(day=1)
    if last_day(month) >= timezone.localdate(now):
        raise RefusedError(_("This month isn't over yet."), field="period")
    standing = Release.objects.filter(state__in=[Release.State.ASKED, Release.State.RELEASED])
    if standing.filter(area=area, period=month).exists():
        raise RefusedError(_("This month is already published or being checked."), field="period")
    if standing.filter(area=area, period__gt=month).exists():
        raise RefusedError(_("A later month is already published: months go in order."), field="period")
    if _overlapping(standing, area).exists():
        raise RefusedError(_("An area that overlaps with this one publishes already."), field="area")
    how = protection()
    try:
        with transaction.atomic():
            release = Release.objects.create(
                area=area,
                area_name=area.name,
                area_path=area.path,
                period=month,
                ends_on=last_day(month),
                threshold=how.threshold,
                base=how.base,
                asked_by=by,
                asked_at=now,
            )
    except IntegrityError:
        raise RefusedError(_("This month is already published or being checked."), field="period") from None
    audit.record("statistics.asked", by=by, target=release, period=month.isoformat(), area=area.code)
    queue.after_commit("dashboards.tasks.release", release_id=release.pk)
    return release


def _overlapping(standing: QuerySet[Release], area: Area) -> QuerySet[Release]:
    above = StrIndex(Value(area.path), F("area_path"))
    return (
        standing.annotate(above=above)
        .filter(Q(above=1) | Q(area_path__startswith=area.path))
        .exclude(area=area)
    )


@transaction.atomic
def carry_out(*, release_id: int, now: datetime) -> None:
    """Count, protect, attack; publish or refuse. Running it twice changes nothing."""
    release = Release.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=release_id)
    if release.state != Release.State.ASKED:
        return
    how = Protection(threshold=release.threshold, base=release.base)
    try:
        verdicts = {
            definition: releasing.release(
                counts,
                period=release.period.isoformat(),
                key=secrets.token_bytes(32),
                protection=how,
                earlier=earlier(release.area, definition),
            )
            for definition, counts in _count(release).items()
        }
    except Refused as refusal:
        _decide(release, Release.State.REFUSED, withheld=refusal.withheld, now=now)
        return
    for definition, verdict in verdicts.items():
        _freeze(release, definition, verdict.release)
    withheld = sum(verdict.withheld for verdict in verdicts.values())
    _decide(release, Release.State.RELEASED, withheld=withheld, now=now)


def _decide(release: Release, state: str, *, withheld: int, now: datetime) -> None:
    release.state, release.withheld, release.decided_at = state, withheld, now
    release.save(update_fields=["state", "withheld", "decided_at"])
    audit.record(
        f"statistics.{state}",
        by=release.asked_by,
        target=release,
        period=release.period.isoformat(),
        withheld=withheld,
    )


def _count(release: Release) -> dict[str, dict[Group, int]]:
    found: dict[str, dict[Group, int]] = {definition: {} for definition in Definition.values}
    for school_id in _schools(release.area_path).values_list("pk", flat=True):
        for definition, groups in children.groups(school_id, on=release.ends_on).items():
            found[definition] |= groups
    return found


def _schools(path: str) -> QuerySet[School]:
    return School.objects.filter(area__path__startswith=path).order_by("pk")


def earlier(area: Area, definition: str) -> list[Released]:
    """Everything that was ever published of an area under a definition, with the exact counts behind it."""
    released = Release.objects.filter(area=area, state=Release.State.RELEASED).order_by("period")
    counts: dict[int, dict[Group, int]] = defaultdict(dict)
    rows = PeriodCount.objects.filter(release__in=released, definition=definition)
    for release_id, school, sex, stage, boarding, count in rows.values_list(
        "release_id", "school_id", "sex", "stage", "boarding", "count"
    ):
        counts[release_id][Group(school, sex, stage, boarding)] = count
    figures: dict[int, dict[Cell, Figure]] = defaultdict(dict)
    for one in FrozenCell.objects.filter(release__in=released, definition=definition):
        cell = Cell(one.table, one.school_id or 0, tuple(one.values))
        figures[one.release_id][cell] = Figure(protecting.State(one.state), one.value)
    return [Released(one.period.isoformat(), counts[one.pk], figures[one.pk]) for one in released]


def _freeze(release: Release, definition: str, made: Released) -> None:
    names = dict(_schools(release.area_path).values_list("pk", "name"))
    FrozenCell.objects.bulk_create(
        [
            FrozenCell(
                release=release,
                area_path=release.area_path,
                definition=definition,
                table=cell.table,
                school_id=cell.school or None,
                school_name=names.get(cell.school, ""),
                values=list(cell.values),
                state=figure.state.value,
                value=figure.value,
            )
            for cell, figure in sorted(made.figures.items())
        ]
    )
    PeriodCount.objects.bulk_create(
        [
            PeriodCount(
                release=release,
                school_id=group.school,
                definition=definition,
                sex=group.sex,
                stage=group.stage,
                boarding=group.boarding,
                count=count,
            )
            for group, count in made.counts.items()
        ]
    )


@transaction.atomic
def fail(*, release_id: int, now: datetime) -> None:
    """Something broke: the officer may ask again."""
    Release.objects.filter(pk=release_id, state=Release.State.ASKED).update(
        state=Release.State.FAILED, decided_at=now
    )


def wake(*, now: datetime) -> None:
    """What was asked for and never done: the broker was down, or the worker."""
    _wake(
        Release.objects.filter(state=Release.State.ASKED, asked_at__lt=now - _WAKE_AFTER).values_list(
            "pk", flat=True
        )
    )


def _wake(ids: Iterable[int]) -> None:
    for pk in ids:
        queue.after_commit("dashboards.tasks.release", release_id=pk)


def closed_months(count: int, *, on: date) -> Sequence[date]:
    """The months that are over, the newest first."""
    months, month = [], on.replace(day=1)
    for _number in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    return months
