"""Messages about calls to parents whom no text message reaches: by e-mail, over a real SMTP server."""

from __future__ import annotations

import re
from datetime import time, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from calls.models import Call, CallReply
from calls.services import parents
from calls.services import rota as rota_services
from reminders import services
from reminders.models import Channel, Link, Outsider, Reminder, State
from reminders.services import outsiders
from students.models import Person
from tests import factories
from tests.calls import cast
from tests.calls.cast import NOW, evening, family, number_of
from tests.factories.calls import make_call, make_call_window, make_phone
from tests.reminders import harness, sms

HOUR = timedelta(hours=1)
SIX_ON_SUNDAY = NOW + 6 * HOUR
LANDLINE, MOBILE, ADDRESS = "08515551234", "13800000001", "mother@home.test"


@pytest.fixture
def ledger(settings):
    with harness.Ledger() as server:
        settings.EMAIL_BACKEND = "reminders.smtp.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def gateway(settings):
    with sms.Gateway() as server:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = server.url, sms.TOKEN
        yield server


@pytest.fixture
def phone(school):
    make_call_window(school)
    return make_phone(school)


@pytest.fixture
def child(school_class):
    """Home has a landline and an address."""
    student = family(school_class, phone=LANDLINE)
    Person.objects.update(email=ADDRESS)
    return student


@pytest.fixture
def call(child, phone):
    return make_call(child, number_of(child), phone=phone, starts_at=evening())


def sweep(now=SIX_ON_SUNDAY):
    return services.sweep(clock_now=lambda: now, worker="a:1")


def read(content):
    message = message_from_bytes(content, policy=policy.default)
    return message, message.get_content()


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "A call from school tomorrow", "your child will telephone you"),
        ("zh-hans", "明天学校来电", "您的孩子"),
    ],
)
def test_from_publishing_to_the_parents_answer(
    client, child, phone, ledger, gateway, school, school_admin, language, subject, words
):
    # publish
    rota = cast.plan(school, school_admin)
    rota_services.publish_rota(rota=rota, by=school_admin, on=cast.ON, now=NOW)
    call = Call.objects.get(state=Call.State.PLANNED)
    # due
    before = call.starts_at - 25 * HOUR
    assert parents.plan_messages(now=before) == 1
    Outsider.objects.update(language=language)
    assert set(Reminder.objects.values_list("channel", flat=True)) == {Channel.EMAIL}
    due = Reminder.objects.get(category="call_day").next_try_at
    assert sweep(due) == {"sent": 1}
    # delivered
    (content,) = ledger.messages
    message, text = read(content)
    assert (message["To"], message["Subject"]) == (ADDRESS, subject)
    assert words in text
    assert school.name in text
    for name in (child.name, child.name[1:], "王妈", LANDLINE, "班"):
        assert name not in text
        assert name not in message.as_string()
    assert gateway.messages == []
    # answered
    Link.objects.update(expires_at=timezone.now() + HOUR)  # the page reads the clock on the wall
    path = urlsplit(re.search(r"https?://\S+", text)[0]).path
    page = client.get(path)["Location"]
    assert school.name in client.get(page).content.decode()
    assert client.post(page, {"answer": "confirm"}).status_code == 302
    assert CallReply.objects.get(call=call).answer == "confirmed"


@pytest.mark.parametrize(
    ("number", "other", "email", "way"),
    [
        (MOBILE, None, ADDRESS, (Channel.SMS, MOBILE)),
        (LANDLINE, MOBILE, ADDRESS, (Channel.SMS, MOBILE)),
        (LANDLINE, None, ADDRESS, (Channel.EMAIL, ADDRESS)),
        ("+85291234567", None, ADDRESS, (Channel.SMS, "+85291234567")),
        (LANDLINE, None, "", None),
    ],
)
def test_a_mobile_number_gets_a_text_message_and_otherwise_the_address_a_mail(
    school_class, phone, ledger, gateway, number, other, email, way
):
    child = family(school_class, phone=number)
    mother = number_of(child).person
    Person.objects.update(email=email)
    if other:
        factories.make_number(mother, other)
    make_call(child, number_of(child), phone=phone, starts_at=evening())

    parents.plan_messages(now=NOW)
    sweep()

    went = [(Channel.SMS, one["to"]) for one in gateway.messages]
    went += [(Channel.EMAIL, read(one)[0]["To"]) for one in ledger.messages]
    assert went == ([way] if way else [])


def test_a_number_that_nobody_confirmed_gets_no_text_message(call, child, ledger, gateway):
    factories.make_number(call.person, MOBILE, confirmed_on=None)

    parents.plan_messages(now=NOW)
    sweep()

    assert gateway.messages == []
    assert [read(one)[0]["To"] for one in ledger.messages] == [ADDRESS]


def test_without_a_gateway_a_mobile_numbers_owner_gets_the_mail(school_class, phone, ledger, settings):
    settings.SMS_FOLDER = None
    child = family(school_class, phone=MOBILE)
    Person.objects.update(email=ADDRESS)
    make_call(child, number_of(child), phone=phone, starts_at=evening())

    parents.plan_messages(now=NOW)

    assert sweep() == {"sent": 1}
    assert read(ledger.messages[0])[0]["To"] == ADDRESS


@pytest.mark.parametrize("change", ["barred", "ended", "gone", "another", "stranger"])
def test_who_may_no_longer_know_gets_no_mail(call, child, ledger, change):
    parents.plan_messages(now=NOW)
    if change == "barred":
        child.guardian_links.update(contact_barred=True)
    elif change == "ended":
        call.number.ended_on = NOW.date()
        call.number.save()
    elif change == "stranger":
        Outsider.objects.update(email="stranger@home.test")
    else:
        Person.objects.update(email="" if change == "gone" else "new@home.test")

    sweep()

    assert ledger.messages == []
    assert Reminder.objects.get(category="call_day").last_error == "no_longer"


def test_who_wants_no_messages_gets_no_mail(call, ledger):
    parents.plan_messages(now=NOW)
    outsiders.opt_out(Outsider.objects.get(), by=None, now=NOW)

    sweep()

    assert ledger.messages == []
    assert set(Reminder.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_whoever_sleeps_in_the_evening_gets_the_mail_afterwards(call, ledger):
    parents.plan_messages(now=NOW)
    outsiders.set_quiet_hours(Outsider.objects.get(), hours=(time(17), time(20)), by=None)

    sweep()
    assert ledger.messages == []
    sweep(SIX_ON_SUNDAY + 2 * HOUR)

    assert len(ledger.messages) == 1
