"""The outbox: what to tell whom, when and by which channel, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from reminders import categories
from schools.models import School


class Channel(models.TextChoices):
    BELL = "bell", _("In the program")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class State(models.TextChoices):
    """planned → leased → sent, failed, uncertain or planned again; cancelled when it no longer stands."""

    PLANNED = "planned", _("Planned")
    LEASED = "leased", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    UNCERTAIN = "uncertain", _("Uncertain")
    CANCELLED = "cancelled", _("Cancelled")


_WITHDRAWN = {
    "too_late": _("it was too late for it"),
    "no_reader": _("there was nobody to send it to"),
    "opted_out": _("they asked for no messages"),
    "no_longer": _("what it was about was moved or called off"),
}

_RINGING = Q(channel=Channel.BELL, state__in=[State.PLANNED, State.SENT])
_UNREAD = Q(channel=Channel.BELL, read_at=None, cancelled_at=None)


class Outsider(PublicIdModel):
    """Somebody without an account who may be told something: a parent. One row a person and school.

    `reference` is opaque here ("students.person:public id"): the outbox knows addresses, not reasons. Number
    and address are encrypted. Whoever said that they want no messages (`opted_out_at`) gets none; their own
    quiet hours come on top of everybody's, for those who sleep by day.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "reference": PERSONAL,
        "phone": PERSONAL,
        "email": PERSONAL,
        "language": PUBLIC,
        "quiet_from": PERSONAL,
        "quiet_until": PERSONAL,
        "opted_out_at": PUBLIC,
        "created_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=80)
    phone = EncryptedTextField(_("telephone"), max_length=20, blank=True)
    email = EncryptedTextField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "reference"], name="reminders_outsider_once"),
            models.CheckConstraint(
                name="reminders_outsider_quiet_pair",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"outsider {self.pk}"

    @property
    def hidden_number(self) -> str:
        """Enough of the number (or address) to tell two apart, too little to call."""
        if self.phone:
            return f"{self.phone[:3]}••••{self.phone[-2:]}"
        name, _at, domain = self.email.partition("@")
        return f"{name[:1]}•••@{domain}" if domain else "—"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def bells(self, now: datetime) -> ReminderQuerySet:
        """What the bell shows: due, and not withdrawn before it rang. No sweep is needed for it."""
        return self.filter(_RINGING, next_try_at__lte=now)

    def unread(self) -> ReminderQuerySet:
        return self.filter(_UNREAD)

    def standing(self) -> ReminderQuerySet:
        """Not withdrawn or superseded, whatever became of the sending."""
        return self.filter(cancelled_at=None)


class Reminder(PublicIdModel):
    """One message to one person by one channel: to a colleague (`recipient`) or to an `outsider`.

    It carries no reason: `about` is an opaque reference (public id only), `url_path` leads to a page behind
    the sign-in, where the reader's rights are checked anew.

    `due_at` is what was asked for; `next_try_at` is when the sweep takes the row (due_at outside quiet hours,
    later the back-off). `attempt` is the fencing token: whoever holds an older one can't write the outcome.
    `send_begun_at` is committed before a socket is touched, so that a worker killed before it left nothing
    behind (safe to send), and one killed after it left a message whose fate nobody knows (uncertain).
    `cancelled_at` says since when the reminder no longer stands; a row already sent keeps its state.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "recipient": PERSONAL,
        "outsider": PERSONAL,
        "channel": PUBLIC,
        "category": PUBLIC,
        "about": PERSONAL,
        "url_path": PERSONAL,
        "from_name": PERSONAL,
        "due_at": PUBLIC,
        "expires_at": PUBLIC,
        "dedupe_key": PERSONAL,
        "state": PUBLIC,
        "attempt": PUBLIC,
        "refusals": PUBLIC,
        "next_try_at": PUBLIC,
        "lease_until": PUBLIC,
        "leased_by": PUBLIC,
        "send_begun_at": PUBLIC,
        "sent_at": PUBLIC,
        "cancelled_at": PUBLIC,
        "last_error": PUBLIC,
        "read_at": PERSONAL,
        "created_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reminders"
    )
    outsider = models.ForeignKey(Outsider, models.PROTECT, null=True, blank=True, related_name="reminders")
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    category = models.CharField(_("category"), max_length=30)
    about = models.CharField(max_length=80)
    url_path = models.CharField(max_length=200)
    from_name = models.CharField(_("asked by"), max_length=80, blank=True)
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(null=True, blank=True)
    dedupe_key = models.CharField(max_length=150, unique=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PLANNED)
    attempt = models.PositiveIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    send_begun_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=60, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="reminders_channel", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(name="reminders_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="reminders_lease_pair",
                condition=Q(state=State.LEASED, lease_until__isnull=False) & ~Q(leased_by="")
                | ~Q(state=State.LEASED) & Q(lease_until=None, leased_by=""),
            ),
            models.CheckConstraint(
                name="reminders_sent_pair",
                condition=Q(state=State.SENT, sent_at__isnull=False) | ~Q(state=State.SENT) & Q(sent_at=None),
            ),
            models.CheckConstraint(
                name="reminders_cancelled_when",
                condition=~Q(state=State.CANCELLED) | Q(cancelled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reminders_planned_stands",
                condition=~Q(state=State.PLANNED) | Q(cancelled_at=None, send_begun_at=None),
            ),
            models.CheckConstraint(
                name="reminders_uncertain_begun",
                condition=~Q(state=State.UNCERTAIN) | Q(send_begun_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reminders_bell_is_never_sent_out",
                condition=~Q(channel=Channel.BELL)
                | ~Q(state__in=[State.LEASED, State.FAILED, State.UNCERTAIN]),
            ),
            models.CheckConstraint(
                name="reminders_read_is_of_bells", condition=Q(read_at=None) | Q(channel=Channel.BELL)
            ),
            models.CheckConstraint(
                name="reminders_expiry_order", condition=Q(expires_at=None) | Q(expires_at__gt=F("due_at"))
            ),
            # A path of our own and nothing else: the page that opens a reminder redirects to it.
            models.CheckConstraint(
                name="reminders_url_path",
                condition=Q(url_path__regex=r"^/([A-Za-z0-9_.?=&#-][A-Za-z0-9/_.?=&#-]*)?$"),
            ),
            models.UniqueConstraint(
                fields=["about", "recipient", "channel"],
                name="reminders_one_standing",
                condition=Q(cancelled_at=None),
            ),
            models.UniqueConstraint(
                fields=["about", "outsider", "channel"],
                name="reminders_one_standing_outside",
                condition=Q(cancelled_at=None),
            ),
            # A colleague has the bell; somebody outside has nothing but messages, and SMS is theirs alone.
            models.CheckConstraint(
                name="reminders_one_reader",
                condition=Q(recipient__isnull=False, outsider=None) & ~Q(channel=Channel.SMS)
                | Q(recipient=None, outsider__isnull=False) & ~Q(channel=Channel.BELL),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"], name="reminders_due", condition=Q(state=State.PLANNED)
            ),
            models.Index(fields=["lease_until"], name="reminders_lease", condition=Q(state=State.LEASED)),
            models.Index(
                fields=["recipient", "next_try_at"], name="reminders_unread", condition=_UNREAD & _RINGING
            ),
            models.Index(
                fields=["recipient", "-next_try_at", "-id"],
                name="reminders_bells",
                condition=Q(channel=Channel.BELL),
            ),
            models.Index(
                fields=["school", "state", "next_try_at"],
                name="reminders_oversight",
                condition=Q(
                    state__in=[State.PLANNED, State.FAILED, State.UNCERTAIN],
                    channel__in=[Channel.EMAIL, Channel.SMS],
                    cancelled_at=None,
                ),
            ),
            models.Index(
                fields=["school", "-next_try_at", "-id"],
                name="reminders_outside",
                condition=Q(outsider__isnull=False),
            ),
            models.Index(fields=["about"], name="reminders_about"),
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"

    @property
    def category_label(self) -> str:
        return categories.label(self.category)

    @property
    def error_label(self) -> str:
        """The last error in words; `last_error` keeps the code."""
        if self.last_error in {"worker_lost", "connection_lost"}:
            return _now("cut off while sending")
        if self.last_error.startswith("sms_"):
            return _now("the SMS gateway refused it (%(code)s)") % {"code": self.last_error[4:]}
        if self.last_error == "smtp_sign_in":
            return _now("the mail server refused our sign-in")
        if self.last_error.startswith("smtp_"):
            return _now("the mail server refused it (%(code)s)") % {"code": self.last_error[5:]}
        if self.last_error in _WITHDRAWN:
            return str(_WITHDRAWN[self.last_error])
        if self.channel == Channel.SMS and self.last_error:
            return _now("the SMS gateway was not reached")
        return _now("the mail server was not reached") if self.last_error else ""

    @property
    def reader_name(self) -> str:
        """Who it is for; of somebody outside only a part of the number."""
        if self.recipient is not None:
            return self.recipient.name
        return self.outsider.hidden_number if self.outsider is not None else ""

    @property
    def is_settled(self) -> bool:
        """What it was about is done or was called off."""
        return self.cancelled_at is not None


class Link(models.Model):
    """What one message to somebody outside let them do, once, without signing in.

    The token itself (256 random bits) stands in the message alone; here is its hash. `purpose` is the kind
    of message, `about` what it was about. One UPDATE … WHERE used_at IS NULL uses it up (services.links).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "reminder": PERSONAL,
        "purpose": PUBLIC,
        "about": PERSONAL,
        "token_hash": PERSONAL,
        "created_at": PUBLIC,
        "expires_at": PUBLIC,
        "used_at": PUBLIC,
        "answer": PERSONAL,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    reminder = models.ForeignKey(Reminder, models.PROTECT, related_name="links")
    purpose = models.CharField(max_length=30)
    about = models.CharField(max_length=80)
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reminders_link_answer",
                condition=Q(used_at=None, answer="") | Q(used_at__isnull=False) & ~Q(answer=""),
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"
