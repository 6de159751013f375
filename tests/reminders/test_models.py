"""What a row says of itself."""

from __future__ import annotations

import pytest
from django.utils import translation

from reminders.models import Reminder


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", ""),
        ("worker_lost", "cut off while sending"),
        ("connection_lost", "cut off while sending"),
        ("smtp_sign_in", "the mail server refused our sign-in"),
        ("smtp_550", "the mail server refused it (550)"),
        ("ConnectionRefusedError", "the mail server was not reached"),
    ],
)
def test_an_error_code_is_shown_in_words(code, words):
    with translation.override("en"):
        assert Reminder(last_error=code).error_label == words


def test_a_reminder_tells_nothing_of_its_reader_in_its_own_name():
    assert str(Reminder(pk=7, from_name="Lin Fang")) == "reminder 7"
