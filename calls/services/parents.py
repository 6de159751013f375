"""What parents are told of a call, and what they answer.

Two messages a call: the evening before, and an hour before, by SMS to a confirmed mobile number, else by
e-mail to the address written down. They are planned a day and a half ahead by a sweep
(calls.tasks.plan_messages), so that publishing a thousand calls costs nothing; and whether a call still
stands is asked when the message goes out. So a call that was moved or called off reminds nobody, whoever
moved it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import formats, timezone

from calls.models import Call, CallReply
from calls.selectors import answers
from core import audit
from reminders import clock, links, outside
from reminders import services as reminder_services
from reminders.models import Link, Outsider, Reminder
from reminders.services import outsiders
from schools.services.errors import RefusedError

AHEAD = timedelta(hours=36)
EVENING_BEFORE = time(18, 0)
AN_HOUR = timedelta(hours=1)
# A message about tomorrow makes no sense shortly before the call.
TOO_LATE_FOR_THE_DAY = timedelta(hours=3)

CONFIRM, CANNOT, STOP, RESUME, QUIET = "confirm", "cannot", "stop", "resume", "quiet"
ANSWERS = {CONFIRM: CallReply.Answer.CONFIRMED, CANNOT: CallReply.Answer.CANNOT}


def register() -> None:
    """Called once when the app is ready."""
    for category in ("call_day", "call_hour"):
        outside.register(
            outside.Kind(
                category=category,
                template="calls/messages/reminder.txt",
                url_name="calls:answer_open",
                stands=stands,
                words=words,
            )
        )


# --- planning ----------------------------------------------------------------------------------------


def plan_messages(*, now: datetime) -> int:
    """Plan the messages of every call of the next day and a half that has none yet. Returns how many calls.

    Running it twice changes nothing; each call is a transaction of its own.
    """
    planned = 0
    for call in _without_messages(now):
        with transaction.atomic():
            planned += _remind(call, now=now)
    return planned


def _without_messages(now: datetime) -> QuerySet[Call]:
    about = Concat(Value("calls.hour:"), Cast(OuterRef("public_id"), CharField()))
    calls = Call.objects.filter(
        state=Call.State.PLANNED, starts_at__gt=now, starts_at__lte=now + AHEAD
    ).select_related("person", "number")
    return calls.exclude(Exists(Reminder.objects.filter(about=about))).order_by("starts_at", "pk")


def _remind(call: Call, *, now: datetime) -> bool:
    """Both messages, where there is time for them."""
    reader = outsiders.keep(
        school_id=call.school_id,
        reference=f"students.person:{call.person.public_id}",
        phone=answers.mobile_of(call),
        email=call.person.email,
    )
    day_before = timezone.localdate(call.starts_at) - timedelta(days=1)
    day_due = max(clock.to_utc(day_before, EVENING_BEFORE), now)
    hour_due = call.starts_at - AN_HOUR
    made = []
    if hour_due > now:
        made = _plan(call, reader, "hour", hour_due)
    if made and call.starts_at - day_due > TOO_LATE_FOR_THE_DAY:
        made += _plan(call, reader, "day", day_due)
    return bool(made)


def _plan(call: Call, reader: Outsider, which: str, due_at: datetime) -> list[Reminder]:
    return reminder_services.plan_outside(
        outsider=reader,
        category=f"call_{which}",
        about=f"calls.{which}:{call.public_id}",
        due_at=due_at,
        expires_at=call.starts_at,
        by=None,
    )


# --- what the outbox asks ----------------------------------------------------------------------------


def stands(reminder: Reminder) -> bool:
    """Planned still, not refused by the parent, and the number may still be called for every pupil of it.

    Holds the call until the sending has begun: who moves it meanwhile comes before, or after.
    """
    call = answers.call_of(reminder.about, lock=True)
    if call is None or call.state != Call.State.PLANNED:
        return False
    if CallReply.objects.filter(call=call, answer=CallReply.Answer.CANNOT).exists():
        return False
    return answers.is_theirs(call, reminder)


def words(reminder: Reminder) -> dict[str, Any]:
    """School, day and time, in the language in force: no child, no class, no reason."""
    call = answers.call_of(reminder.about)
    if call is None:
        raise ValueError("A message about a call needs its call.")
    local = timezone.localtime(call.starts_at)
    day = formats.date_format(local, "MONTH_DAY_FORMAT")
    return {"school": call.school.name, "day": day, "time": f"{local:%H:%M}"}


# --- what they answer --------------------------------------------------------------------------------


@transaction.atomic
def answer(*, link: Link, said: str, now: datetime) -> CallReply:
    """What a parent says by their link, once. A later message's link may say something else.

    Raises links.GoneError for a link that was used or is too old, RefusedError when the call no longer
    stands.
    """
    links.use(link, answer=said, now=now)
    call = answers.call_of(link.about, lock=True)
    if call is None or call.state != Call.State.PLANNED or not answers.is_theirs(call, link.reminder):
        raise RefusedError("moved")
    reply, _made = CallReply.objects.update_or_create(
        call=call,
        defaults={"school_id": call.school_id, "answer": ANSWERS[said], "answered_at": now},
    )
    audit.record("call.answered", by=None, target=call, answer=said)
    return reply


def choose_messages(*, link: Link, wanted: bool, now: datetime) -> None:
    """No more messages to this person, or messages again: as often as they like while the link lives."""
    reader = _reader_of(link, now)
    if wanted:
        outsiders.opt_in(reader, by=None)
    else:
        outsiders.opt_out(reader, by=None, now=now)


def choose_quiet_hours(*, link: Link, hours: tuple[time, time] | None, now: datetime) -> None:
    """When this person sleeps, for those who work at night; None: like everybody."""
    outsiders.set_quiet_hours(_reader_of(link, now), hours=hours, by=None)


def _reader_of(link: Link, now: datetime) -> Outsider:
    reader = link.reminder.outsider
    if reader is None or now >= link.expires_at:
        raise links.GoneError
    return reader
