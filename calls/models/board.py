"""What the evening brings: attempts to reach home, parents' answers, and what is left for the teacher."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from calls.models.call import Call
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from schools.models import School
from students.models import Person, PhoneNumber, Student

MINUTES_MOST = 240


class ContactAttempt(PublicIdModel):
    """Somebody tried to reach a person at home for a pupil: by which way, and how it went.

    Never what was said: there is no column for it, and none for a recording (domain.md §8.1). Siblings on one
    call have a row each. Planned calls and others count alike.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "person": PERSONAL,
        "number": PERSONAL,
        "call": PUBLIC,
        "channel": PERSONAL,
        "outcome": PERSONAL,
        "minutes": PERSONAL,
        "at": PERSONAL,
        "by": PERSONAL,
        "noted_at": PUBLIC,
    }

    class Channel(models.TextChoices):
        SCHOOL_PHONE = "school_phone", _("School telephone")
        TEACHER_PHONE = "teacher_phone", _("A teacher's telephone")
        MESSENGER = "messenger", _("WeChat or another messenger")
        VIDEO = "video", _("Video")
        LETTER = "letter", _("Letter")
        VISIT = "visit", _("Visit")

    class Outcome(models.TextChoices):
        TALKED = "talked", _("Talked")
        UPSET = "upset", _("Talked; the child was upset")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_NUMBER = "wrong_number", _("Wrong number")

    REACHED = (Outcome.TALKED.value, Outcome.UPSET.value)

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="contact_attempts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="contact_attempts")
    number = models.ForeignKey(PhoneNumber, models.PROTECT, null=True, blank=True, related_name="+")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="attempts")
    channel = models.CharField(_("by"), max_length=13, choices=Channel.choices, default=Channel.SCHOOL_PHONE)
    outcome = models.CharField(_("how it went"), max_length=12, choices=Outcome.choices)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MINUTES_MOST)],
    )
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="calls_attempt_minutes",
                condition=Q(minutes=None)
                | Q(outcome__in=["talked", "upset"], minutes__gte=1, minutes__lte=MINUTES_MOST),
            ),
            models.CheckConstraint(
                name="calls_attempt_happened",
                condition=Q(at__lte=F("noted_at") + timedelta(minutes=5)),
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-at", "-id"], name="calls_attempt_student"),
            models.Index(
                fields=["student", "person", "-at"],
                name="calls_attempt_reached",
                condition=Q(outcome__in=["talked", "upset"]),
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.public_id}"

    @property
    def is_reached(self) -> bool:
        return self.outcome in self.REACHED


class CallReply(models.Model):
    """What the parent said to a planned call by the link in a message: they can, or they can't."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "call": PUBLIC,
        "answer": PERSONAL,
        "answered_at": PUBLIC,
    }

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", _("The parent can")
        CANNOT = "cannot", _("The parent can't")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    call = models.OneToOneField(Call, models.PROTECT, related_name="reply")
    answer = models.CharField(max_length=9, choices=Answer.choices)
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"reply to call {self.call_id}"


class HomeTask(PublicIdModel):
    """Nobody at home was reached all evening: the class teacher's, until somebody is. One open a pupil."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "call": PUBLIC,
        "made_at": PUBLIC,
        "done_at": PUBLIC,
        "done_by": PERSONAL,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="home_tasks")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student"], name="calls_task_one_open", condition=Q(done_at=None)
            ),
            models.CheckConstraint(
                name="calls_task_done_pair",
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "made_at", "id"], name="calls_task_open", condition=Q(done_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"task {self.public_id}"


class ContactClock(models.Model):
    """After how many days without a real conversation a parent is due, amber, red; a school without a row
    keeps the defaults. Proposed in domain.md §8.2 after the weekly call of the guidelines."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "due_days", "amber_days", "red_days"], PUBLIC
    )

    school = models.OneToOneField(School, models.PROTECT, related_name="contact_clock")
    due_days = models.PositiveSmallIntegerField(_("due after (days)"), default=7)
    amber_days = models.PositiveSmallIntegerField(_("amber after (days)"), default=14)
    red_days = models.PositiveSmallIntegerField(_("red after (days)"), default=30)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="calls_clock_order",
                condition=Q(due_days__gte=1, amber_days__gt=F("due_days"), red_days__gt=F("amber_days"))
                & Q(red_days__lte=366),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_days}/{self.amber_days}/{self.red_days}"
