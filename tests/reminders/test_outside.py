"""Messages to people without an account: by which way, when, whether at all, and what they say."""

from __future__ import annotations

import logging
from datetime import time, timedelta
from hashlib import sha256

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from reminders import clock, outside, services
from reminders.models import Channel, Link, Outsider, Reminder, State
from reminders.services import delivery, outsiders
from tests.factories.reminders import NOON, make_outsider, make_reminder
from tests.reminders import sms

HOUR = timedelta(hours=1)


class Calls:
    """What a higher app would know: which calls still stand."""

    def __init__(self) -> None:
        self.standing = True

    def stands(self, reminder: Reminder) -> bool:
        return self.standing

    def words(self, reminder: Reminder) -> dict[str, str]:
        return {"school": reminder.school.name, "day": "Monday", "time": "19:20"}


@pytest.fixture
def calls(monkeypatch):
    known = Calls()
    kind = outside.Kind(
        category="call_day",
        template="calls/messages/reminder.txt",
        url_name="schools:open_invitation",  # any page that takes a token
        stands=known.stands,
        words=known.words,
    )
    monkeypatch.setitem(outside._kinds, "call_day", kind)
    return known


@pytest.fixture
def server(settings):
    with sms.Gateway() as server:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, sms.TOKEN
        settings.SMS_TIMEOUT = 0.4
        yield server


@pytest.fixture
def parent(school):
    return make_outsider(school, language="en")


def plan(parent, about="calls.call:1", due_at=NOON, **more):
    more.setdefault("expires_at", due_at + HOUR)
    return services.plan_outside(
        outsider=parent, category="call_day", about=about, due_at=due_at, by=None, **more
    )


def sweep(now=NOON):
    return services.sweep(clock_now=lambda: now, worker="a:1")


def only():
    return Reminder.objects.get()


def test_a_parent_gets_one_text_message_with_school_time_and_link(calls, server, school, parent):
    (row,) = plan(parent)
    assert sweep() == {"sent": 1}
    (message,) = server.messages
    assert (message["to"], message["reference"]) == (parent.phone, str(row.public_id))
    assert "\n" not in message["text"]
    assert message["text"].startswith(f"{school.name}: your child will telephone you on Monday at 19:20.")
    row.refresh_from_db()
    assert (row.state, row.channel, row.url_path) == (State.SENT, Channel.SMS, "/")


def test_the_link_in_the_message_is_kept_as_a_hash_only(calls, server, parent):
    (row,) = plan(parent)
    sweep()
    token = server.messages[0]["text"].rstrip("/").rpartition("/")[2]
    link = Link.objects.get()
    assert bytes(link.token_hash) == sha256(token.encode()).digest()
    assert len(token) == 43  # 256 bits
    assert (link.about, link.purpose, link.expires_at) == (row.about, "call_day", row.expires_at)


@pytest.mark.parametrize(("language", "words"), [("en", "your child"), ("zh-hans", "Monday")])
def test_the_message_is_in_the_language_of_its_reader(calls, server, school, language, words):
    plan(make_outsider(school, language=language))
    sweep()
    assert words in server.messages[0]["text"]


def test_who_has_an_address_only_gets_a_mail_whose_subject_tells_nothing(calls, school):
    plan(make_outsider(school, phone="", email="mother@home.test", language="en"))
    assert sweep() == {"sent": 1}
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["mother@home.test"], "A call from school tomorrow")
    assert "your child will telephone you" in message.body
    assert reverse("schools:open_invitation", args=["x"])[:-2] in message.body


def test_without_any_way_nothing_is_planned(calls, school, settings):
    settings.SMS_FOLDER = None
    assert plan(make_outsider(school)) == []
    assert plan(make_outsider(school, phone="")) == []


def test_without_a_gateway_a_mail_serves(calls, school, settings):
    settings.SMS_FOLDER = None
    (row,) = plan(make_outsider(school, email="mother@home.test"))
    assert row.channel == Channel.EMAIL


def test_planning_the_same_again_changes_nothing_and_another_time_supersedes(calls, parent):
    (first,) = plan(parent)
    assert plan(parent) == [first]
    (second,) = plan(parent, due_at=NOON + HOUR)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.CANCELLED, State.PLANNED)


def test_a_category_that_no_app_sends_outside_is_refused(calls, parent):
    with pytest.raises(ValueError, match="no kind of message"):
        services.plan_outside(
            outsider=parent,
            category="concern",
            about="x.y:1",
            due_at=NOON,
            expires_at=NOON + HOUR,
            by=None,
        )


def test_what_no_longer_stands_is_sent_to_nobody(calls, server, parent):
    plan(parent)
    calls.standing = False
    assert sweep() == {}
    row = only()
    assert (row.state, row.last_error, server.messages) == (State.CANCELLED, "no_longer", [])
    assert row.error_label == "what it was about was moved or called off"


def test_what_is_withdrawn_is_sent_to_nobody(calls, server, parent):
    plan(parent)
    services.cancel(about="calls.call:1", by=None, now=NOON - HOUR)
    assert sweep() == {}
    assert server.messages == []


def test_after_the_event_nobody_is_reminded(calls, server, parent):
    plan(parent)
    assert sweep(NOON + HOUR) == {"dropped": 1}
    assert (only().last_error, server.messages) == ("too_late", [])


def test_who_wants_no_messages_gets_none_and_none_is_planned(calls, server, parent):
    plan(parent)
    outsiders.opt_out(parent, by=None, now=NOON - HOUR)
    assert sweep() == {}
    assert (only().state, only().last_error) == (State.CANCELLED, "opted_out")
    parent.refresh_from_db()
    assert plan(parent, about="calls.call:2") == []
    outsiders.opt_in(parent, by=None)
    parent.refresh_from_db()
    assert len(plan(parent, about="calls.call:3")) == 1


def test_an_opt_out_that_comes_after_the_planning_is_seen_at_the_claim(calls, server, parent):
    """As if the message had been planned by somebody who hadn't seen it yet."""
    plan(parent)
    Outsider.objects.update(opted_out_at=NOON)
    assert delivery.claim_due(now=NOON, limit=9, worker="a:1") == []
    assert sweep() == {"dropped": 1}
    assert only().last_error == "opted_out"


def test_a_number_taken_away_means_nobody_to_send_to(calls, server, parent):
    plan(parent)
    outsiders.keep(school_id=parent.school_id, reference=parent.reference, phone="")
    assert sweep() == {"dropped": 1}
    assert only().last_error == "no_reader"


@pytest.mark.parametrize(
    ("hours", "at_noon"),
    [((time(9), time(13)), False), ((time(13), time(9)), True), ((time(23), time(12, 30)), False)],
)
def test_whoever_sleeps_by_day_is_not_woken(calls, server, parent, hours, at_noon):
    outsiders.set_quiet_hours(parent, hours=hours, by=None)
    parent.refresh_from_db()
    (row,) = plan(parent, expires_at=NOON + 9 * HOUR)
    assert (row.next_try_at == NOON) is at_noon
    Reminder.objects.update(next_try_at=NOON)  # as if the hours had been set afterwards
    assert sweep() == ({"sent": 1} if at_noon else {})
    awake = NOON if at_noon else clock.to_utc(timezone.localdate(NOON), hours[1])
    assert only().next_try_at == awake
    if not at_noon:
        assert sweep(awake) == {"sent": 1}


def test_own_quiet_hours_add_to_the_night(settings):
    evening = clock.to_utc(timezone.localdate(NOON), time(21, 30))
    own = (time(21), time(22, 15))
    morning = clock.to_utc(timezone.localdate(NOON) + timedelta(days=1), time(6, 30))
    assert clock.after_quiet_hours(evening, own=own) == morning
    assert clock.after_quiet_hours(evening, own=(time(6), time(7))) == evening


def test_an_address_that_is_kept_again_changes_only_when_it_is_another(parent):
    kept = outsiders.keep(school_id=parent.school_id, reference=parent.reference, phone="13999990000")
    assert (kept.pk, kept.phone) == (parent.pk, "13999990000")
    assert Outsider.objects.count() == 1


# --- what became of it ------------------------------------------------------------------------------


def begun(parent):
    plan(parent)
    (row,) = delivery.claim_due(now=NOON, limit=1, worker="a:1")
    assert delivery.begin_sending(row, now=NOON)
    return row


def test_after_a_lost_lease_the_gateway_is_asked_and_what_it_took_is_sent(calls, server, parent):
    row = begun(parent)
    server.take({"reference": str(row.public_id)})
    assert sweep(NOON + timedelta(minutes=10)) == {"uncertain": 1, "found_sent": 1}
    assert (only().state, server.posts[str(row.public_id)]) == (State.SENT, 1)


def test_after_a_lost_lease_what_the_gateway_never_saw_is_sent_again(calls, server, parent):
    row = begun(parent)
    later = NOON + timedelta(minutes=10)
    assert sweep(later) == {"uncertain": 1, "found_unsent": 1}
    assert sweep(only().next_try_at) == {"sent": 1}
    assert server.delivered == {str(row.public_id): 1}
    assert AuditEvent.objects.filter(event="reminder.asked").count() == 1


def test_a_slow_sender_and_a_second_try_make_one_message(calls, server, parent):
    """Both carry the same reference, and the gateway sends a reference once."""
    row = begun(parent)
    sweep(NOON + timedelta(minutes=10))
    delivery.channels.SENDERS[Channel.SMS].deliver(row, now=NOON)
    assert not delivery.outcomes.record_sent(row, now=NOON)
    assert sweep(only().next_try_at) == {"sent": 1}
    assert (server.delivered, server.posts[str(row.public_id)]) == ({str(row.public_id): 1}, 2)


def test_where_the_gateway_cannot_tell_staff_see_it(client, calls, server, parent, school, lead):
    row = begun(parent)
    server.hook = lambda point, port: 500 if point == "asked" else None
    later = NOON + timedelta(minutes=10)
    assert sweep(later) == {"uncertain": 1}
    assert sweep(later) == {}
    assert only().state == State.UNCERTAIN
    client.force_login(lead)
    page = client.get(reverse("reminders:oversight"), {"kind": "uncertain"}).content.decode()
    assert parent.hidden_number in page
    assert parent.phone not in page
    services.resolve(row, outcome=services.Outcome.ARRIVED, by=lead, now=later)
    assert only().state == State.SENT


def test_a_mail_is_never_asked_about(calls, school):
    plan(make_outsider(school, phone="", email="mother@home.test"))
    (row,) = delivery.claim_due(now=NOON, limit=1, worker="a:1")
    delivery.begin_sending(row, now=NOON)
    assert sweep(NOON + timedelta(minutes=10)) == {"uncertain": 1}
    assert only().state == State.UNCERTAIN


def test_a_refusing_gateway_is_tried_again_and_its_code_is_shown(calls, server, parent):
    server.hook = lambda point, port: 429 if point == "arrived" else None
    plan(parent)
    assert sweep() == {"refused": 1}
    row = only()
    assert (row.state, row.last_error, row.error_label) == (
        State.PLANNED,
        "sms_429",
        "the SMS gateway refused it (429)",
    )
    server.hook = lambda point, port: None
    assert sweep(row.next_try_at) == {"sent": 1}


def test_no_number_and_no_token_stand_in_a_log(calls, server, parent, caplog):
    caplog.set_level(logging.DEBUG)
    server.hook = lambda point, port: 500 if point == "taken" else None
    plan(parent)
    sweep()
    said = "\n".join(
        [*(record.getMessage() for record in caplog.records if record.name != "django.db.backends")]
    )
    token = server.messages[0]["text"].rstrip("/").rpartition("/")[2]
    assert parent.phone not in said
    assert token not in said
    events = str(list(AuditEvent.objects.values_list("details", flat=True)))
    assert parent.phone not in events


# --- the delivery log ---------------------------------------------------------------------------------


def test_the_log_shows_what_went_outside_and_what_became_of_it(client, school, parent, counsellor, lead):
    make_reminder(school, counsellor)
    outside_row(school, parent, state=State.SENT)
    outside_row(school, parent, state=State.CANCELLED, last_error="opted_out")
    client.force_login(lead)
    page = client.get(reverse("reminders:outside")).content.decode()
    assert page.count(parent.hidden_number) == 2
    assert "they asked for no messages" in page
    assert counsellor.name not in page.split("<main")[1]


def test_the_log_of_another_school_is_empty(client, other_school, parent, school, stranger):
    outside_row(school, parent)
    client.force_login(stranger)
    assert client.get(reverse("reminders:outside")).status_code == 403


def outside_row(school, parent, **fields):
    return make_reminder(
        school, None, outsider=parent, channel=Channel.SMS, category="call_day", url_path="/", **fields
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_asks_the_database_the_same_however_long_it_is(
    client, school, lead, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        outside_row(school, make_outsider(school))
    client.force_login(lead)
    client.get(reverse("reminders:outside"))
    with django_assert_max_num_queries(9):
        client.get(reverse("reminders:outside"))
