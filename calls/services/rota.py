"""The rota of a week: make, work out, look at, publish, withdraw; each safe to repeat.

Nobody is told of a call before a person has published it. The transaction that publishes asks again whether
every number may still be called and leaves it to the database whether every place is still free.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from calls.models import (
    Call,
    CallPupil,
    CallReply,
    CallWindow,
    LeftOut,
    Phone,
    Rota,
    RotaProgress,
    WindowException,
)
from calls.rota import check, explain
from calls.rota.problem import Plan
from calls.rota.solve import solve
from calls.selectors import openings
from calls.selectors import week as week_selectors
from calls.selectors.week_problem import WeekProblem, build
from calls.services import turns
from core import audit, progress, queue
from schools.models import School
from schools.services.errors import RefusedError
from students.selectors import phones

State = Rota.State
WEEKS_AHEAD = 8
LOST_AFTER = timedelta(minutes=5)
_BATCH = 1_000
_STEPS = 5


class FaultyPlan(RuntimeError):
    """The independent checker found a fault: nothing of the plan is kept."""


@transaction.atomic
def make_rota(
    *, school: School, monday: date, audience: str, per_week: int, by: User, on: date, now: datetime
) -> Rota:
    """Have the calls of a week worked out; an earlier preview of that week gives way.

    Raises RefusedError for a week that is over or far ahead, without telephones or windows, published
    already, or being worked out at this moment.
    """
    _check_week(school, monday, on)
    in_hand = Rota.objects.select_for_update().filter(
        school=school, monday=monday, state__in=[State.DRAFT, State.SOLVING, State.PREVIEWED]
    )
    for earlier in in_hand:
        if earlier.is_busy:
            raise RefusedError(_("This week is being worked out at the moment."), "monday")
        _drop(earlier, by=by, now=now)
    try:
        with transaction.atomic():
            rota = Rota.objects.create(
                school=school, monday=monday, audience=audience, per_week=per_week, made_by=by, made_at=now
            )
    except IntegrityError:
        raise RefusedError(_("This week is being worked out at the moment."), "monday") from None
    RotaProgress.objects.create(school=school, rota=rota)
    audit.record("rota.asked", by=by, target=rota, monday=str(monday), audience=audience)
    queue.after_commit("calls.tasks.solve_rota", rota_id=rota.pk)
    return rota


def _check_week(school: School, monday: date, on: date) -> None:
    if monday.isoweekday() != 1:
        raise RefusedError(_("Choose a Monday."), "monday")
    if monday + timedelta(days=6) < on:
        raise RefusedError(_("This week is over."), "monday")
    if monday - on > timedelta(weeks=WEEKS_AHEAD):
        raise RefusedError(_("That is too far ahead."), "monday")
    if Rota.objects.filter(school=school, monday=monday, state=State.PUBLISHED).exists():
        raise RefusedError(_("The calls of this week are published: withdraw them first."), "monday")
    last = monday + timedelta(days=6)
    if not Phone.objects.active(last).filter(school=school).exists():
        raise RefusedError(_("The school has no telephone in use: add one first."))
    windows = CallWindow.objects.active(last).filter(school=school)
    dated = WindowException.objects.filter(school=school, on__range=(monday, last), kind="other_hours")
    if not windows.exists() and not dated.exists():
        raise RefusedError(_("The telephones are never open: add a window first."))


# --- working it out ------------------------------------------------------------------------------


def solve_rota(*, rota_id: int, on: date, now: datetime) -> None:
    """Work a rota out and keep it as a preview. Does nothing when that has been done.

    Raises FaultyPlan, and FlowError (calls.rota.flow) when the week is too large to be exact.
    """
    if not _begin(rota_id):
        return
    with progress.Writer(RotaProgress, "rota_id", rota_id) as writer, transaction.atomic():
        rota = Rota.objects.select_for_update(of=("self",)).select_related("school").get(pk=rota_id)
        if rota.state != State.SOLVING:
            return
        writer.tick(0, _STEPS)
        week = build(rota, on=on, now=now)
        writer.tick(1, _STEPS)
        plan = solve(week.problem, tick=lambda done, _total: writer.tick(1 + done, _STEPS))
        if faults := check.faults(week.problem, plan):
            raise FaultyPlan(faults[0])
        _store_calls(rota, week, plan, now)
        writer.tick(4, _STEPS)
        _store_left_out(rota, week, plan)
        _finish(rota, week, plan, now)


@transaction.atomic
def _begin(rota_id: int) -> bool:
    """Say on the page that it's under way; a worker that died left it at SOLVING, and another takes it up."""
    waiting = Rota.objects.filter(pk=rota_id, state__in=[State.DRAFT, State.SOLVING])
    return bool(waiting.update(state=State.SOLVING))


def _store_calls(rota: Rota, week: WeekProblem, plan: Plan, now: datetime) -> None:
    free = [list(one.phones) for one in week.openings]
    made: list[tuple[Call, tuple[int, ...]]] = []
    for unit, slots in zip(week.problem.units, plan.calls, strict=True):
        for slot in slots:
            opening = week.openings[slot]
            person_id, number_id = unit.whom(slot)
            call = Call(
                school_id=rota.school_id,
                rota=rota,
                phone=free[slot].pop(0),
                person_id=person_id,
                number_id=number_id,
                starts_at=opening.starts_at,
                ends_at=opening.ends_at,
                state=Call.State.PROPOSED,
                stands=False,
                made_by_id=rota.made_by_id,
                made_at=now,
            )
            made.append((call, unit.pupils))
    Call.objects.bulk_create((call for call, _pupils in made), batch_size=_BATCH)
    CallPupil.objects.bulk_create(
        (
            CallPupil(
                school_id=rota.school_id,
                call=call,
                student_id=student_id,
                starts_at=call.starts_at,
                ends_at=call.ends_at,
                stands=False,
                waited_days=week.waited[student_id],
            )
            for call, pupils in made
            for student_id in pupils
        ),
        batch_size=_BATCH,
    )


def _store_left_out(rota: Rota, week: WeekProblem, plan: Plan) -> None:
    rows = [
        LeftOut(
            school_id=rota.school_id,
            rota=rota,
            student_id=student_id,
            reason=reason,
            waited_days=week.waited[student_id],
        )
        for student_id, reason in week.left_out.items()
    ]
    for number, taken in explain.explain(week.problem, plan).items():
        params = {"slots": taken.slots, "places": taken.places, "larger": taken.larger}
        if taken.least_waited is not None:
            params["least_waited"] = taken.least_waited
        rows += [
            LeftOut(
                school_id=rota.school_id,
                rota=rota,
                student_id=student_id,
                reason=LeftOut.Reason.TAKEN,
                params=params,
                waited_days=week.waited[student_id],
            )
            for student_id in week.problem.units[number].pupils
        ]
    LeftOut.objects.bulk_create(rows, batch_size=_BATCH)


def _finish(rota: Rota, week: WeekProblem, plan: Plan, now: datetime) -> None:
    tiers = plan.tiers
    rota.tiers = {
        "pupils": tiers.pupils,
        "families": sum(1 for slots in plan.calls if slots),
        "calls": sum(len(slots) for slots in plan.calls),
        "places": sum(slot.places for slot in week.problem.slots),
        "wanted": sum(len(unit.pupils) for unit in week.problem.units) + len(week.left_out),
        "fairness": tiers.fairness,
        "further": tiers.further,
        "crowded": -tiers.crowded,
        "suits": -tiers.suits,
    }
    rota.is_optimal = plan.optimal
    rota.state = State.PREVIEWED
    rota.solved_at = now
    rota.save(update_fields=["tiers", "is_optimal", "state", "solved_at"])
    audit.record("rota.solved", by=None, target=rota, pupils=tiers.pupils, optimal=plan.optimal)


# --- yes or no -----------------------------------------------------------------------------------


@transaction.atomic
def publish_rota(*, rota: Rota, by: User, on: date, now: datetime) -> Rota:
    """Make a preview's calls stand, all or none.

    Raises RefusedError when it isn't a preview any more, when some of its calls lie in the past or go to a
    number that may no longer be called, and when a place was taken since: then the week is made again.
    """
    turns.take(rota.school_id)
    rota = _lock(rota)
    if rota.state != State.PREVIEWED:
        raise RefusedError(_("This plan can't be published now."))
    _check_still_true(rota, on=on, now=now)
    try:
        with transaction.atomic():
            rota.calls.filter(state=Call.State.PROPOSED).update(state=Call.State.PLANNED, stands=True)
            rota.state = State.PUBLISHED
            rota.published_by, rota.published_at = by, now
            rota.save(update_fields=["state", "published_by", "published_at"])
    except IntegrityError as error:
        if not turns.is_clash(error):  # another plan of the week was published meanwhile
            raise RefusedError(_("The calls of this week are published: withdraw them first.")) from None
        raise RefusedError(
            _(
                "Since this plan was made, a telephone, a parent or a pupil was booked for the same time. "
                "Make the plan again."
            )
        ) from None
    audit.record("rota.published", by=by, target=rota, calls=rota.tiers.get("calls"))
    return rota


def _check_still_true(rota: Rota, *, on: date, now: datetime) -> None:
    proposed = rota.calls.filter(state=Call.State.PROPOSED)
    if proposed.filter(starts_at__lte=now).exists():
        raise RefusedError(_("Some of these calls lie in the past. Make the plan again."))
    wanted = set(CallPupil.objects.filter(call__in=proposed).values_list("student_id", "call__number_id"))
    allowed = {
        (student_id, one.phone_id)
        for student_id, found in phones.callable_numbers_of({pupil for pupil, _n in wanted}, on=on).items()
        for one in found
    }
    gone = len(wanted - allowed)
    if gone:
        raise RefusedError(
            ngettext(
                "%(count)d number of this plan may no longer be called. Make the plan again.",
                "%(count)d numbers of this plan may no longer be called. Make the plan again.",
                gone,
            )
            % {"count": gone}
        )


@transaction.atomic
def withdraw_rota(*, rota: Rota, by: User, now: datetime) -> int:
    """Take a rota back and say how many calls that cancelled.

    A preview is dropped; of a published one, the calls that are still to come are cancelled, but those that
    a parent has confirmed: somebody waits for them, and the week's next plan leaves them where they are.
    Raises RefusedError for one that is over or was withdrawn.
    """
    turns.take(rota.school_id)
    rota = _lock(rota)
    if rota.state in {State.WITHDRAWN, State.FAILED}:
        raise RefusedError(_("This plan was withdrawn already."))
    cancelled = 0
    if rota.state == State.PUBLISHED:
        cancelled = _unconfirmed(rota, now).update(
            state=Call.State.CANCELLED,
            stands=False,
            cancelled_at=now,
            cancelled_by=by,
            reason=Call.Reason.WITHDRAWN,
        )
    _drop(rota, by=by, now=now)
    audit.record("rota.withdrawn", by=by, target=rota, cancelled=cancelled)
    return cancelled


def _unconfirmed(rota: Rota, now: datetime) -> QuerySet[Call]:
    """The calls still to come that no parent has confirmed, held: whoever confirms now comes after this."""
    ahead = rota.calls.filter(state=Call.State.PLANNED, starts_at__gt=now).select_for_update()
    held = list(ahead.values_list("pk", flat=True))
    confirmed = CallReply.objects.filter(call__in=held, answer=CallReply.Answer.CONFIRMED)
    return Call.objects.filter(pk__in=set(held) - set(confirmed.values_list("call_id", flat=True)))


def _drop(rota: Rota, *, by: User, now: datetime) -> None:
    """What was only proposed was promised to nobody, so nothing of it is kept."""
    CallPupil.objects.filter(call__rota=rota, call__state=Call.State.PROPOSED).delete()
    rota.calls.filter(state=Call.State.PROPOSED).delete()
    rota.state = State.WITHDRAWN
    rota.withdrawn_by, rota.withdrawn_at = by, now
    rota.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])


def _lock(rota: Rota) -> Rota:
    """Raises RefusedError while a worker has it."""
    found = Rota.objects.select_for_update(of=("self",), nowait=True).select_related("school")
    try:
        return found.get(pk=rota.pk)
    except OperationalError:
        raise RefusedError(_("This week is being worked out at the moment.")) from None


# --- when something went wrong -------------------------------------------------------------------


@transaction.atomic
def fail_rota(*, rota_id: int) -> None:
    """Say on the page that the work broke off; nothing of it was kept. Called when a worker met a fault."""
    rota = Rota.objects.select_for_update().get(pk=rota_id)
    if not rota.is_busy:
        return
    rota.state = State.FAILED
    rota.save(update_fields=["state"])
    audit.record("rota.failed", by=None, target=rota)


def sweep_rotas(*, now: datetime) -> None:
    """Wake work whose message was lost. Safe to repeat."""
    silent = Q(progress__beat_at=None) | Q(progress__beat_at__lt=now - LOST_AFTER)
    waiting = Rota.objects.filter(silent, state__in=[State.DRAFT, State.SOLVING])
    for rota_id in waiting.filter(made_at__lt=now - LOST_AFTER).values_list("pk", flat=True):
        queue.after_commit("calls.tasks.solve_rota", rota_id=rota_id)


def person_behind(*, rota_id: int) -> User | None:
    """In whose name a rota is worked out: whoever asked for it."""
    rota = Rota.objects.select_related("made_by").filter(pk=rota_id).first()
    return rota.made_by if rota else None


def print_week(
    *, school: School, monday: date, by: User, on: date
) -> list[tuple[date, list[week_selectors.Row]]]:
    """The week for paper, and who had it: it leaves the program with the pupils' names in it."""
    audit.record("rota.printed", by=by, school_id=school.pk, monday=str(monday))
    return week_selectors.week_calls(school, monday=monday, user=by, on=on)


def week_choices(*, on: date) -> list[date]:
    """The Mondays a rota may be made for: this week's and the next ones."""
    first = openings.week_of(on)
    return [first + timedelta(weeks=number) for number in range(WEEKS_AHEAD + 1)]
