"""Messages to parents about calls, and the page behind their link."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from calls.models import Call, CallReply
from calls.services import bookings, parents
from calls.tasks import plan_messages
from core.models import AuditEvent
from reminders import links, services
from reminders.models import Channel, Outsider, Reminder, State
from tests import factories
from tests.calls.cast import NOW, evening, family, number_of
from tests.factories.calls import make_call, make_call_window, make_phone
from tests.reminders import sms

HOUR = timedelta(hours=1)
SIX_ON_SUNDAY = NOW + timedelta(hours=6)


@pytest.fixture
def phone(school):
    make_call_window(school)
    return make_phone(school)


@pytest.fixture
def child(school_class):
    return family(school_class, phone="13800000001")


@pytest.fixture
def call(child, phone):
    return make_call(child, number_of(child), phone=phone, starts_at=evening())


@pytest.fixture
def server(settings):
    with sms.Gateway() as server:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, sms.TOKEN
        yield server


def sweep(now):
    return services.sweep(clock_now=lambda: now, worker="a:1")


def test_a_call_is_announced_the_evening_before_and_an_hour_before(call, server):
    assert parents.plan_messages(now=NOW) == 1
    due = dict(Reminder.objects.values_list("category", "due_at"))
    assert due == {"call_day": SIX_ON_SUNDAY, "call_hour": evening() - HOUR}
    assert sweep(SIX_ON_SUNDAY) == {"sent": 1}
    assert sweep(evening() - HOUR) == {"sent": 1}
    assert [one["to"] for one in server.messages] == ["13800000001"] * 2


def test_planning_again_changes_nothing(call, server):
    parents.plan_messages(now=NOW)
    assert parents.plan_messages(now=NOW + HOUR) == 0
    assert Reminder.objects.count() == 2


@pytest.mark.parametrize(
    ("before", "categories"),
    [
        (timedelta(hours=40), set()),
        (timedelta(hours=5), {"call_day", "call_hour"}),
        (timedelta(hours=2), {"call_hour"}),
        (timedelta(minutes=30), set()),
        (-HOUR, set()),
    ],
)
def test_only_what_still_makes_sense_is_planned(call, before, categories):
    parents.plan_messages(now=evening() - before)
    assert set(Reminder.objects.values_list("category", flat=True)) == categories


@pytest.mark.parametrize("state", [Call.State.PROPOSED, Call.State.CANCELLED, Call.State.TALKED])
def test_only_planned_calls_are_announced(child, phone, state, warden, school):
    fields = {}
    if state == Call.State.CANCELLED:
        fields = {"cancelled_at": NOW, "reason": "school"}
    if state == Call.State.PROPOSED:
        fields = {"rota": factories.calls.make_rota(school, by=warden)}
    make_call(child, number_of(child), phone=phone, starts_at=evening(), state=state, **fields)
    assert parents.plan_messages(now=NOW) == 0


def test_the_task_plans_for_the_clock_on_the_wall(child, phone):
    make_call(child, number_of(child), phone=phone, starts_at=timezone.now() + 4 * HOUR)
    plan_messages()
    assert Reminder.objects.filter(category="call_hour").count() == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_message_names_no_child_and_no_class(call, child, server, language, school):
    parents.plan_messages(now=NOW)
    Outsider.objects.update(language=language)
    sweep(SIX_ON_SUNDAY)
    text = server.messages[0]["text"]
    for name in (child.name, child.name[-2:], child.name[-1:] + "同学", "王妈", "班"):
        assert name not in text
    assert school.name in text
    assert "18:00" in text


# --- what no longer stands ---------------------------------------------------------------------------


def test_a_cancelled_call_reminds_nobody(call, server, school_admin):
    parents.plan_messages(now=NOW)
    bookings.cancel_call(call=call, reason="school", by=school_admin, now=NOW)
    assert "sent" not in sweep(SIX_ON_SUNDAY)
    assert server.messages == []
    assert Reminder.objects.get(category="call_day").last_error == "no_longer"


def test_a_moved_call_reminds_of_its_new_time_only(call, phone, server, school_admin):
    parents.plan_messages(now=NOW)
    bookings.move_call(
        call=call, phone=phone, starts_at=evening(30), reason="school", by=school_admin, now=NOW
    )
    parents.plan_messages(now=NOW)
    sweep(SIX_ON_SUNDAY)
    assert len(server.messages) == 1
    assert "18:30" in server.messages[0]["text"]


@pytest.mark.parametrize("change", ["ended", "barred", "refused", "another"])
def test_a_number_that_may_no_longer_be_called_gets_no_message(call, child, server, school, change):
    parents.plan_messages(now=NOW)
    if change == "ended":
        call.number.ended_on = NOW.date()
        call.number.save()
    elif change == "barred":
        child.guardian_links.update(contact_barred=True)
    elif change == "refused":
        CallReply.objects.create(school=school, call=call, answer="cannot", answered_at=NOW)
    else:
        Outsider.objects.filter().update(phone="13999999999")
    sweep(SIX_ON_SUNDAY)
    assert server.messages == []


# --- the page ----------------------------------------------------------------------------------------


@pytest.fixture
def soon(child, phone):
    """A call tomorrow by the clock on the wall, for pages."""
    return make_call(child, number_of(child), phone=phone, starts_at=timezone.now() + 20 * HOUR)


def token_for(call, *, category="call_day", expires_at=None):
    outsider, _made = Outsider.objects.get_or_create(
        school=call.school,
        reference=f"students.person:{call.person.public_id}",
        defaults={"phone": call.number.number, "language": "en"},
    )
    which = category.removeprefix("call_")
    row = factories.reminders.make_reminder(
        call.school,
        None,
        outsider=outsider,
        channel=Channel.SMS,
        category=category,
        about=f"calls.{which}:{call.public_id}",
        url_path="/",
        due_at=timezone.now() - HOUR,
        expires_at=expires_at or call.starts_at,
        state=State.SENT,
    )
    return links.make_link(row, now=timezone.now()), row


@pytest.fixture
def opened(client, soon):
    """The page after the link was opened."""
    token, _row = token_for(soon)
    answer = client.get(reverse("calls:answer_open", args=[token]))
    assert token not in answer["Location"]
    return answer["Location"]


def test_the_page_shows_school_and_time_and_no_child(client, opened, soon, child, school):
    page = client.get(opened).content.decode()
    assert school.name in page
    assert f"{timezone.localtime(soon.starts_at):%H:%M}" in page
    for name in (child.name, child.name[1:], soon.person.name, soon.number.number):
        assert name not in page


def test_the_page_weighs_less_than_fifteen_kilobytes_and_needs_no_script(client, opened):
    page = client.get(opened).content
    sheets = re.findall(rb'href="/?static/([^"]+\.css)"', page)
    assert sheets
    weight = len(page) + sum(Path(finders.find(name.decode())).stat().st_size for name in sheets)
    assert weight <= 15 * 1024
    assert b"<script" not in page
    assert b"<img" not in page


def test_opening_uses_nothing_up_and_answering_does(client, opened, soon):
    client.get(opened)
    assert CallReply.objects.count() == 0
    answer = client.post(opened, {"answer": "confirm"})
    assert answer.status_code == 302
    assert CallReply.objects.get().answer == "confirmed"
    page = client.get(answer["Location"]).content.decode()
    assert "You said that you can answer" in page
    assert 'value="confirm"' not in page
    assert AuditEvent.objects.get(event="call.answered").details == {"answer": "confirm"}


def test_a_used_link_answers_nothing_more(client, opened):
    client.post(opened, {"answer": "confirm"})
    assert client.post(opened, {"answer": "cannot"}).status_code == 410
    assert CallReply.objects.get().answer == "confirmed"


def test_the_later_messages_link_may_say_something_else(client, opened, soon):
    client.post(opened, {"answer": "confirm"})
    token, _row = token_for(soon, category="call_hour")
    second = client.get(reverse("calls:answer_open", args=[token]))["Location"]
    client.post(second, {"answer": "cannot"})
    assert CallReply.objects.get().answer == "cannot"


def test_a_moved_call_says_so_and_takes_no_answer(client, opened, soon):
    Call.objects.filter(pk=soon.pk).update(
        state="moved", stands=False, cancelled_at=timezone.now(), reason="school"
    )
    assert "was moved or called off" in client.get(opened).content.decode()
    assert client.post(opened, {"answer": "confirm"}).status_code == 410
    assert CallReply.objects.count() == 0


@pytest.mark.parametrize("change", ["barred", "number"])
def test_who_may_no_longer_be_called_learns_nothing_more_from_the_link(client, opened, soon, child, change):
    if change == "barred":
        child.guardian_links.update(contact_barred=True)
    else:
        soon.number.ended_on = timezone.localdate()
        soon.number.save()

    page = client.get(opened).content.decode()
    answer = client.post(opened, {"answer": "confirm"})

    assert f"{timezone.localtime(soon.starts_at):%H:%M}" not in page
    assert "was moved or called off" in page
    assert answer.status_code == 410
    assert not CallReply.objects.exists()


def test_after_the_call_the_link_is_over(client, soon):
    token, _row = token_for(soon, expires_at=timezone.now() - timedelta(minutes=1))
    url = client.get(reverse("calls:answer_open", args=[token]))["Location"]
    assert client.post(url, {"answer": "confirm"}).status_code == 410
    assert client.post(url, {"answer": "stop"}).status_code == 410


def test_a_parent_stops_the_messages_and_takes_them_up_again(client, opened):
    client.post(opened, {"answer": "stop"})
    assert Outsider.objects.get().opted_out_at is not None
    assert "no more messages" in client.get(opened).content.decode()
    client.post(opened, {"answer": "resume"})
    assert Outsider.objects.get().opted_out_at is None


def test_a_parent_who_works_at_night_says_when_they_sleep(client, opened):
    client.post(opened, {"answer": "quiet", "quiet_from": "08:00", "quiet_until": "15:30"})
    reader = Outsider.objects.get()
    assert (reader.quiet_from, reader.quiet_until) == (time(8), time(15, 30))
    assert 'value="15:30"' in client.get(opened).content.decode()
    assert client.post(opened, {"answer": "quiet", "quiet_from": "08:00"}).status_code == 422
    client.post(opened, {"answer": "quiet", "quiet_from": "", "quiet_until": ""})
    assert Outsider.objects.get().quiet_from is None


@pytest.mark.parametrize("said", ["", "yes", "\x00", "confirm\n"])
def test_an_answer_that_is_none_changes_nothing(client, opened, said):
    assert client.post(opened, {"answer": said}).status_code == 422
    assert CallReply.objects.count() == 0


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "a" * 500])
def test_an_invented_link_finds_nothing(client, db, token):
    assert client.get(f"/calls/a/{token}/").status_code in {404, 410}


def test_the_address_without_the_link_opens_nothing(client, opened):
    assert Client().get(opened).status_code == 410
    assert Client().post(opened, {"answer": "confirm"}).status_code == 410


def test_two_childrens_calls_may_be_open_side_by_side(client, opened, soon, school_class, phone):
    other = family(school_class, "李明", phone="13800000009")
    second = make_call(other, number_of(other), phone=phone, starts_at=soon.starts_at + HOUR)
    token, _row = token_for(second)
    client.get(reverse("calls:answer_open", args=[token]))
    client.post(opened, {"answer": "cannot"})
    assert CallReply.objects.get().call == soon


@pytest.mark.parametrize(("language", "words"), [("en", "I can answer then"), ("zh-hans", 'lang="zh-Hans"')])
def test_the_page_speaks_both_languages(client, opened, language, words):
    page = client.get(opened, {"lang": language})
    assert words in page.content.decode()
    assert translation.get_language() == "en"
