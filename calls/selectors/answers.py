"""What a parent sees behind a link: their own call, and nothing about anybody else."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone

from accounts import phones
from calls.models import Call, CallReply
from calls.selectors import contacts
from reminders.models import Channel, Link, Reminder
from students.selectors.phones import Callable

_ABOUT = re.compile(r"calls\.(?:day|hour):([0-9a-f-]{36})")


def call_of(about: str, *, lock: bool = False) -> Call | None:
    """The call that a message or a link is about."""
    match = _ABOUT.fullmatch(about)
    if match is None:
        return None
    calls = Call.objects.select_related("school", "number", "phone", "person")
    if lock:
        calls = calls.select_for_update(of=("self",))
    return calls.filter(public_id=uuid.UUID(match[1])).first()


def mobile_of(call: Call) -> str:
    """The number to which messages about the call go: its own, else another mobile one of the same person.

    Only one that may be called for every pupil of the call; empty where there is none (a landline).
    """
    own: str = call.number.number
    if phones.is_mobile(own):
        return own
    return next((one.number for one in _numbers(call) if phones.is_mobile(one.number)), "")


def is_theirs(call: Call, message: Reminder) -> bool:
    """Whether its reader may still know of the call: its number may be called for every pupil of it.

    And the message went to what is theirs today, a number or an address. Somebody who was barred since then
    learns nothing more from its link.
    """
    reader, numbers = message.outsider, _numbers(call)
    if reader is None or all(one.phone_id != call.number_id for one in numbers):
        return False
    if message.channel == Channel.EMAIL:
        return bool(reader.email) and reader.email == call.person.email
    return any(one.number == reader.phone for one in numbers)


def _numbers(call: Call) -> list[Callable]:
    """Those of the call's person that may be called for every pupil of it; the call's own leads."""
    pupils = contacts.pupils_of([call])[call.pk]
    found = contacts.callable_for(pupils, first=call.number_id, on=timezone.localdate(call.starts_at))
    return [one for one in found if one.person_id == call.person_id]


@dataclass(frozen=True)
class AnswerPage:
    """When the call is, whether it stands, and what was said to it. No name of a child is among it."""

    school: str
    starts_at: datetime | None
    said: str
    may_answer: bool
    has_moved: bool
    is_over: bool
    wants_messages: bool
    quiet_from: time | None
    quiet_until: time | None


def page_of(link: Link, *, now: datetime) -> AnswerPage:
    call = call_of(link.about)
    theirs = call is not None and is_theirs(call, link.reminder)
    reply = CallReply.objects.filter(call=call).first() if theirs else None
    stands = theirs and call is not None and call.state == Call.State.PLANNED
    is_over = now >= link.expires_at
    reader = link.reminder.outsider
    return AnswerPage(
        school=link.school.name,
        starts_at=call.starts_at if call and stands else None,
        said=reply.answer if reply else "",
        may_answer=stands and not is_over and link.used_at is None,
        # to whom it isn't told any more, it looks like one that was called off
        has_moved=call is not None
        and (call.state in {Call.State.MOVED, Call.State.CANCELLED} or not (theirs or is_over)),
        is_over=is_over,
        wants_messages=reader is not None and reader.opted_out_at is None,
        quiet_from=reader.quiet_from if reader else None,
        quiet_until=reader.quiet_until if reader else None,
    )
