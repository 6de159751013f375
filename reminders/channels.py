"""Ways out of the program. Each delivers one reminder, or says what is known about its fate.

The bell isn't one of them: it is a row that becomes visible when due, so nothing is sent (services.delivery).
"""

from __future__ import annotations

import contextlib
import smtplib
from email.utils import parseaddr
from typing import Protocol

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from reminders import smtp
from reminders.models import Channel, Reminder


class RefusedError(Exception):
    """Certainly not taken: it may be tried again. Its text is a short code, never a server's words."""


class UnreachedError(RefusedError):
    """Nobody answered, or not to us: the next message would fare no better now."""


class FateUnknownError(Exception):
    """Perhaps taken: it must not be tried again unasked. Its text is a short code."""


class Sender(Protocol):
    """Returns when the other side has taken the message; raises RefusedError or FateUnknownError."""

    def deliver(self, reminder: Reminder) -> None: ...


class EmailSender:
    """One message by SMTP: who asked, the category and a link; no word about a child (ui.md, Habits).

    The Message-ID is the reminder's public id, so a mailbox or an administrator can tell a second copy of the
    same reminder.
    """

    def deliver(self, reminder: Reminder) -> None:
        connection = mail.get_connection()
        try:
            self._hand_over(reminder, connection)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                connection.close()

    def _hand_over(self, reminder: Reminder, connection: BaseEmailBackend) -> None:
        try:
            message = compose(reminder)
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


SENDERS: dict[str, Sender] = {Channel.EMAIL: EmailSender()}


def compose(reminder: Reminder) -> mail.EmailMultiAlternatives:
    """The message, in its reader's language. The subject is the category alone."""
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
