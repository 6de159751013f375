"""The roster import: upload, check, confirm, apply; each safe to repeat.

Nothing is written to the register before a person (or `manage.py import_roster --commit`) has confirmed
what the check found. The transaction that writes judges every row again: between check and confirmation the
register may have moved.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Count, Q

from accounts.models import User
from core import audit, queue
from schools.models import School
from students.models import RosterImport, RosterRow
from students.roster.headers import Header
from students.roster.messages import FileRefused, Level
from students.roster.rows import Pupil
from students.roster.verdicts import Kind
from students.selectors import roster as roster_selectors
from students.services import roster_progress
from students.services.roster_plan import Plan, Planned, Tick, judge_again, no_tick, plan_file
from students.services.roster_write import Writer

State = RosterImport.State
_BATCH = 1_000
KEEP_UNCONFIRMED = timedelta(days=7)
KEEP_REPORT = timedelta(days=90)
LOST_AFTER = timedelta(minutes=10)


class RosterStateError(Exception):
    """The import is in a state in which this can't be done; somebody else was faster, or it's over."""


@transaction.atomic
def upload_roster(
    *, school: School, content: bytes, file_name: str, by: User | None, now: datetime
) -> RosterImport:
    """Take a file in and have it checked. Raises FileRefused when it's too large to be looked at."""
    if len(content) > settings.ROSTER_MAX_BYTES:
        raise FileRefused("too-large", limit=settings.ROSTER_MAX_BYTES // (1024 * 1024))
    if not content:
        raise FileRefused("empty")
    roster = RosterImport.objects.create(
        school=school,
        file_name=_plain_file_name(file_name),
        content=content,
        uploaded_by=by,
        uploaded_at=now,
    )
    roster_progress.start(roster.pk)
    audit.record("roster.uploaded", by=by, target=roster, bytes=len(content))
    queue.after_commit("students.tasks.check_roster", roster_id=roster.pk)
    return roster


def _plain_file_name(name: str) -> str:
    """For showing only; no path is ever made of it."""
    return "".join(character for character in name if character.isprintable())[-200:] or "—"


def person_behind(*, roster_id: int) -> User | None:
    """In whose name the import runs: whoever confirmed the file, before that whoever brought it."""
    roster = RosterImport.objects.select_related("uploaded_by", "confirmed_by").filter(pk=roster_id).first()
    return (roster.confirmed_by or roster.uploaded_by) if roster else None


def check_roster(*, roster_id: int, on: date, now: datetime) -> None:
    """Read the file and store a verdict on each row. Does nothing when that has been done."""
    with roster_progress.ProgressWriter(roster_id) as progress, transaction.atomic():
        roster = _lock(roster_id)
        if roster.state != State.UPLOADED:
            return
        try:
            plan = plan_file(bytes(roster.content or b""), roster.school, on=on, tick=progress.tick)
        except FileRefused as error:
            roster.state = State.REFUSED
            roster.error = {"code": error.code, "params": error.params}
        else:
            roster.state = State.READY
            roster.table = plan.table
            roster.counts = plan.counts()
            _store_rows(roster, plan.rows)
        roster.content = None
        roster.checked_at = now
        roster.save()


def _store_rows(roster: RosterImport, rows: Iterable[Planned], *, is_done: bool = False) -> None:
    """What a row holds is kept only while somebody may still confirm it."""
    RosterRow.objects.bulk_create(
        (
            RosterRow(
                school_id=roster.school_id,
                roster=roster,
                number=planned.pupil.row,
                name=planned.pupil.values.get("name", ""),
                verdict=planned.verdict.kind.value,
                has_warning=planned.has_warning,
                pupil=planned.pupil.to_json() if planned.is_let_in and not is_done else {},
                issues=[asdict(issue) for issue in planned.issues],
                changes=[] if is_done else [asdict(change) for change in planned.verdict.changes],
            )
            for planned in rows
        ),
        batch_size=_BATCH,
    )


@transaction.atomic
def decide_row(*, roster: RosterImport, number: int, decision: str, by: User) -> None:
    """Settle a row that contradicts its identity number. Raises RosterStateError when it's too late.

    Raises RosterRow.DoesNotExist for a row that asks for no decision.
    """
    roster = _lock(roster.pk, wait=False)
    if roster.state != State.READY:
        raise RosterStateError
    row = roster.rows.get(number=number)
    if not row.asks_for_decision or row.verdict == RosterRow.Verdict.REFUSED:
        raise RosterRow.DoesNotExist
    row.decision = RosterRow.Decision(decision).value
    row.save(update_fields=["decision"])
    audit.record("roster.row_decided", by=by, target=roster, row=number, decision=row.decision)


@transaction.atomic
def confirm_roster(*, roster: RosterImport, by: User, now: datetime) -> RosterImport:
    """Say yes to what the check found. Raises RosterStateError when it isn't waiting for that."""
    roster = _lock(roster.pk, wait=False)
    if roster.state != State.READY:
        raise RosterStateError
    roster.state = State.CONFIRMED
    roster.confirmed_by = by
    roster.confirmed_at = now
    roster.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    roster_progress.start(roster.pk)
    audit.record("roster.confirmed", by=by, target=roster)
    queue.after_commit("students.tasks.apply_roster", roster_id=roster.pk)
    return roster


@transaction.atomic
def withdraw_roster(*, roster: RosterImport, by: User | None, now: datetime) -> None:
    """Say no; the rows' content is dropped. Raises RosterStateError once it has been confirmed."""
    roster = _lock(roster.pk, wait=False)
    if roster.state not in {State.UPLOADED, State.READY}:
        raise RosterStateError
    roster.state = State.WITHDRAWN
    roster.content = None
    roster.finished_at = now
    roster.save(update_fields=["state", "content", "finished_at"])
    roster.rows.all().delete()
    audit.record("roster.withdrawn", by=by, target=roster)


def apply_roster(*, roster_id: int, on: date, now: datetime) -> None:
    """Write a confirmed import into the register, all or nothing; does nothing when that has been done."""
    with roster_progress.ProgressWriter(roster_id) as progress, transaction.atomic():
        roster = _lock(roster_id)
        if roster.state != State.CONFIRMED:
            return
        school = _lock_school(roster.school_id)
        rows = _judge_stored(roster, school, on)
        writer = Writer(school, on, roster.confirmed_by, str(roster.public_id), now)
        writer.write([planned for _, planned in rows], progress.tick)
        _store_outcome(roster, rows)
        _finish(roster, now)


def _judge_stored(roster: RosterImport, school: School, on: date) -> list[tuple[RosterRow, Planned]]:
    """The rows a person let in, judged again. A row that was refused or left out stays so."""
    let_in = {Kind.NEW.value, Kind.UPDATED.value, Kind.UNCHANGED.value}
    stored = list(
        roster.rows.filter(verdict__in=let_in)
        .exclude(decision=RosterRow.Decision.LEAVE_OUT)
        .order_by("number")
    )
    pupils = []
    for row in stored:
        pupil = Pupil.from_json(row.pupil)
        if row.decision == RosterRow.Decision.BY_IDENTITY:
            pupil.follow_identity()
        pupils.append(pupil)
    header = Header.from_json(roster.table["header"])
    judged = judge_again(pupils, header, roster_selectors.register(school, on))
    return list(zip(stored, judged, strict=True))


def _store_outcome(roster: RosterImport, rows: list[tuple[RosterRow, Planned]]) -> None:
    """Keep each row's verdict and issues for the report; drop what it held."""
    left_out = roster.rows.filter(decision=RosterRow.Decision.LEAVE_OUT)
    left_out.update(verdict=RosterRow.Verdict.LEFT_OUT)
    changed = []
    for row, planned in rows:
        known = {(issue["code"], issue["column"]) for issue in row.issues}
        fresh = [asdict(issue) for issue in planned.issues if (issue.code, issue.column) not in known]
        if fresh or row.verdict != planned.verdict.kind.value:
            row.verdict = planned.verdict.kind.value
            row.issues = [*row.issues, *fresh]
            row.has_warning = any(issue["level"] == Level.WARNING.value for issue in row.issues)
            changed.append(row)
    RosterRow.objects.bulk_update(changed, ["verdict", "issues", "has_warning"], batch_size=_BATCH)
    roster.rows.update(pupil={}, changes=[])


def _finish(roster: RosterImport, now: datetime) -> None:
    verdicts = dict(roster.rows.values_list("verdict").annotate(Count("pk")))
    warnings = roster.rows.filter(has_warning=True).count()
    roster.counts = {"rows": sum(verdicts.values()), **verdicts, "warnings": warnings}
    roster.state = State.DONE
    roster.finished_at = now
    roster.save(update_fields=["counts", "state", "finished_at"])
    audit.record("roster.imported", by=roster.confirmed_by, target=roster, counts=roster.counts)


def import_file(
    *,
    school: School,
    content: bytes,
    file_name: str,
    by: User | None,
    on: date,
    now: datetime,
    tick: Tick = no_tick,
) -> Plan:
    """Check and write a file in one go, for the terminal: all of it or nothing. Raises FileRefused.

    `by` None is the program itself; the trail then says so.
    """
    with transaction.atomic():
        school = _lock_school(school.pk)
        plan = plan_file(content, school, on=on, tick=tick)
        roster = RosterImport.objects.create(
            school=school,
            file_name=_plain_file_name(file_name),
            state=State.CONFIRMED,
            table=plan.table,
            uploaded_by=by,
            uploaded_at=now,
            checked_at=now,
            confirmed_by=by,
            confirmed_at=now,
        )
        Writer(school, on, by, str(roster.public_id), now).write(plan.rows, tick)
        _store_rows(roster, plan.rows, is_done=True)
        _finish(roster, now)
    return plan


def note_report_download(*, roster: RosterImport, by: User, kind: str) -> None:
    """A report leaves the program with the pupils' names in it: the trail says who took it."""
    audit.record("roster.report_downloaded", by=by, target=roster, kind=kind)


# --- when something went wrong --------------------------------------------------------------------


@transaction.atomic
def fail_roster(*, roster_id: int, now: datetime) -> None:
    """Say on the page that the work broke off; nothing of it was kept. Called when a worker met a fault."""
    roster = _lock(roster_id)
    if not roster.is_busy:
        return
    roster.state = State.FAILED
    roster.content = None
    roster.finished_at = now
    roster.save(update_fields=["state", "content", "finished_at"])
    roster.rows.all().delete()
    audit.record("roster.failed", by=None, target=roster)


def sweep_rosters(*, now: datetime) -> None:
    """Wake work whose message was lost, and forget what is kept too long. Safe to repeat."""
    waiting = RosterImport.objects.filter(state__in=[State.UPLOADED, State.CONFIRMED])
    silent = Q(progress__beat_at=None) | Q(progress__beat_at__lt=now - LOST_AFTER)
    for roster in waiting.filter(silent, uploaded_at__lt=now - LOST_AFTER).defer("content"):
        if roster.state == State.UPLOADED:
            queue.after_commit("students.tasks.check_roster", roster_id=roster.pk)
        else:
            queue.after_commit("students.tasks.apply_roster", roster_id=roster.pk)
    stale = RosterImport.objects.filter(state=State.READY, checked_at__lt=now - KEEP_UNCONFIRMED)
    for roster in stale:
        with contextlib.suppress(RosterStateError):
            withdraw_roster(roster=roster, by=None, now=now)
    RosterRow.objects.filter(roster__finished_at__lt=now - KEEP_REPORT).delete()


def _lock(roster_id: int, *, wait: bool = True) -> RosterImport:
    """The import, locked. Without `wait`, raises RosterStateError while a worker has it."""
    found = RosterImport.objects.select_for_update(of=("self",), nowait=not wait).select_related("school")
    try:
        return found.get(pk=roster_id)
    except OperationalError as error:
        raise RosterStateError from error


def _lock_school(school_id: int) -> School:
    """One import at a time writes into a school."""
    return School.objects.select_for_update(no_key=True).get(pk=school_id)
