"""E-mail against a real server: what was certainly not taken, what perhaps, and what the message says."""

from __future__ import annotations

import time
from email import message_from_bytes, policy

import pytest

from reminders import channels
from tests.factories.reminders import NOON, make_reminder
from tests.reminders import harness


@pytest.fixture
def ledger(settings):
    with harness.Ledger() as server:
        settings.EMAIL_BACKEND = "reminders.smtp.Backend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def reminder(school, counsellor):
    return make_reminder(school, counsellor, from_name="林老师")


def deliver(reminder):
    channels.EmailSender().deliver(reminder, now=NOON)


def test_the_message_says_who_asked_the_category_and_a_link(ledger, reminder):
    deliver(reminder)
    message = message_from_bytes(ledger.messages[0], policy=policy.default)
    assert message["Subject"] == "Kiteline: A follow-up is due"
    assert message["To"] == "counsellor@school.test"
    assert message["Message-ID"] == f"<{reminder.public_id}@kiteline.invalid>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",)).get_content()
    assert text.splitlines()[:4] == [
        "A follow-up is due",
        "Asked by: 林老师",
        "",
        "Open it in Kiteline (sign-in needed):",
    ]
    assert f"http://127.0.0.1:8000/reminders/{reminder.public_id}/" in text
    html = message.get_body(("html",)).get_content()
    assert f'href="http://127.0.0.1:8000/reminders/{reminder.public_id}/"' in html
    assert reminder.url_path not in text + html


def test_a_name_with_markup_stays_text(ledger, reminder):
    reminder.from_name = "<b>Lin</b> & Co"
    deliver(reminder)
    message = message_from_bytes(ledger.messages[0], policy=policy.default)
    assert "Asked by: <b>Lin</b> & Co" in message.get_body(("plain",)).get_content()
    assert "&lt;b&gt;Lin&lt;/b&gt; &amp; Co" in message.get_body(("html",)).get_content()


@pytest.mark.parametrize("point", ["mail", "recipient", "data", "text", "accepted"])
def test_a_refusing_answer_means_it_was_not_taken(ledger, reminder, point):
    ledger.hook = lambda step, port: "451 Try later" if step == point else None
    with pytest.raises(channels.RefusedError, match=r"^smtp_451$"):
        deliver(reminder)


@pytest.mark.parametrize("point", ["connected", "mail", "recipient", "data"])
def test_a_break_before_the_text_means_it_was_not_taken(ledger, reminder, point):
    ledger.hook = lambda step, port: harness.BREAK if step == point else None
    with pytest.raises(channels.RefusedError):
        deliver(reminder)
    assert ledger.copies(reminder) == 0


@pytest.mark.parametrize("point", ["text", "accepted"])
def test_a_break_after_the_text_leaves_the_fate_unknown(ledger, reminder, point):
    ledger.hook = lambda step, port: harness.BREAK if step == point else None
    with pytest.raises(channels.FateUnknownError, match=r"^connection_lost$"):
        deliver(reminder)


def test_an_answer_that_never_comes_leaves_the_fate_unknown(ledger, reminder, settings):
    settings.EMAIL_TIMEOUT = 0.2
    ledger.hook = lambda step, port: time.sleep(0.6) if step == "accepted" else None
    with pytest.raises(channels.FateUnknownError):
        deliver(reminder)


def test_a_break_after_the_answer_changes_nothing(ledger, reminder):
    ledger.hook = lambda step, port: harness.BREAK if step == "answered" else None
    deliver(reminder)
    assert ledger.copies(reminder) == 1


def test_nobody_listening_means_it_was_not_taken(ledger, reminder, settings):
    with harness.Ledger() as gone:
        settings.EMAIL_PORT = gone.port
    with pytest.raises(channels.RefusedError, match=r"^ConnectionRefusedError$"):
        deliver(reminder)


def test_a_server_that_wants_no_sign_in_refuses_ours(ledger, reminder, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "kiteline", "secret"
    with pytest.raises(channels.RefusedError, match=r"^SMTPNotSupportedError$"):
        deliver(reminder)


def test_an_address_with_a_second_header_is_refused(ledger, reminder):
    reminder.recipient.email = "teacher@school.test\nBcc: all@school.test"
    with pytest.raises(channels.RefusedError):
        deliver(reminder)


def test_a_backend_that_cannot_tell_how_far_it_came_leaves_doubt(reminder, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with harness.Ledger() as ledger:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", ledger.port
        ledger.hook = lambda step, port: harness.BREAK if step == "mail" else None
        with pytest.raises(channels.FateUnknownError):
            deliver(reminder)
