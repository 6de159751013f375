"""Ways out of the program. Each delivers one reminder, or says what is known about its fate.

The bell isn't one of them: it is a row that becomes visible when due, so nothing is sent (services.delivery).
"""

from __future__ import annotations

import contextlib
import smtplib
from datetime import datetime
from email.utils import parseaddr
from typing import Protocol

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from reminders import gateway, outside, smtp
from reminders.links import make_link
from reminders.models import Channel, Reminder
from reminders.refusals import FateUnknownError, RefusedError, UnreachedError

__all__ = ["SENDERS", "EmailSender", "FateUnknownError", "RefusedError", "SmsSender", "UnreachedError"]


class Sender(Protocol):
    """One way out."""

    def deliver(self, reminder: Reminder, *, now: datetime) -> None:
        """Returns when the other side has taken it; raises RefusedError or FateUnknownError."""

    def ask(self, reminder: Reminder) -> bool | None:
        """Whether the other side has taken it already; None where that can't be told."""


class EmailSender:
    """One message by SMTP: who asked, the category and a link; no word about a child (ui.md, Habits).

    The Message-ID is the reminder's public id, so a mailbox or an administrator can tell a second copy of the
    same reminder.
    """

    def deliver(self, reminder: Reminder, *, now: datetime) -> None:
        connection = mail.get_connection()
        try:
            self._hand_over(reminder, connection, now)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.close()

    def ask(self, reminder: Reminder) -> bool | None:
        return None  # SMTP has no question by reference

    def _hand_over(self, reminder: Reminder, connection: BaseEmailBackend, now: datetime) -> None:
        try:
            message = compose(reminder) if reminder.recipient else compose_outside(reminder, now=now)
            message.connection = connection
        except ValueError as error:
            raise RefusedError(_code(error)) from error
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise UnreachedError(_code(error)) from error
        try:
            message.send()
        except smtp.HandOverBrokenError as error:
            raise FateUnknownError("connection_lost") from error
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, ValueError) as error:
            raise RefusedError(_code(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            if isinstance(connection, smtp.Backend):
                raise RefusedError(_code(error)) from error
            raise FateUnknownError(_code(error)) from error  # this backend can't say how far it came


class SmsSender:
    """One text message to somebody outside, by the school's gateway (reminders.gateway)."""

    def deliver(self, reminder: Reminder, *, now: datetime) -> None:
        way = gateway.chosen()
        if way is None or reminder.outsider is None:
            raise RefusedError("sms_not_set_up")
        text = " ".join(say_outside(reminder, now=now).split())
        way.send(reference=str(reminder.public_id), number=reminder.outsider.phone, text=text)

    def ask(self, reminder: Reminder) -> bool | None:
        way = gateway.chosen()
        return None if way is None else way.knows(str(reminder.public_id))


SENDERS: dict[str, Sender] = {Channel.EMAIL: EmailSender(), Channel.SMS: SmsSender()}


def say_outside(reminder: Reminder, *, now: datetime) -> str:
    """The words for somebody outside, in their language, with a link of this message's own."""
    kind, reader = outside.kind_of(reminder.category), reminder.outsider
    token = make_link(reminder, now=now)
    with translation.override(reader.language if reader else None):
        link = settings.SITE_URL + reverse(kind.url_name, args=[token])
        return render_to_string(kind.template, {**kind.words(reminder), "link": link}).strip()


def compose_outside(reminder: Reminder, *, now: datetime) -> mail.EmailMultiAlternatives:
    """A plain mail to somebody outside: the subject is the category alone."""
    if reminder.outsider is None:
        raise ValueError("A reminder is to a colleague or to somebody outside.")
    with translation.override(reminder.outsider.language):
        return mail.EmailMultiAlternatives(
            subject=reminder.category_label,
            body=say_outside(reminder, now=now),
            to=[reminder.outsider.email],
            headers={"Message-ID": message_id(reminder), "Auto-Submitted": "auto-generated"},
        )


def compose(reminder: Reminder) -> mail.EmailMultiAlternatives:
    """The message to a colleague, in their language. The subject is the category alone.

    Raises ValueError for one to somebody outside.
    """
    if reminder.recipient is None:
        raise ValueError("A reminder to somebody outside has words of its own.")
    with translation.override(reminder.recipient.language):
        context = {
            "category": reminder.category_label,
            "from_name": reminder.from_name,
            "link": settings.SITE_URL + reverse("reminders:open", args=[reminder.public_id]),
        }
        message = mail.EmailMultiAlternatives(
            subject=f"Kiteline: {reminder.category_label}",
            body=render_to_string("reminders/email/reminder.txt", context),
            to=[reminder.recipient.email],
            headers={"Message-ID": message_id(reminder), "Auto-Submitted": "auto-generated"},
        )
        message.attach_alternative(render_to_string("reminders/email/reminder.html", context), "text/html")
    return message


def message_id(reminder: Reminder) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "kiteline.invalid"
    return f"<{reminder.public_id}@{domain}>"


def _code(error: Exception) -> str:
    """What a log and a page may show: the server's number or the error's class, not its text."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "smtp_sign_in"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"smtp_{next(iter(error.recipients.values()))[0]}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp_{error.smtp_code}"
    return type(error).__name__[:60]
