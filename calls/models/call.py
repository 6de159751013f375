"""A call home: which telephone, which pupils, whom they call, from when to when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from calls.models.phones import Phone
from calls.models.rota import Rota
from core import ranges
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from schools.models import School
from students.models import Person, PhoneNumber, Student


class _Period(Func):
    """Half-open, so that one call may begin as another ends."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


STANDING = ["planned", "talked", "missed"]


class Call(PublicIdModel):
    """A call at its time on one telephone; siblings share it (CallPupil).

    While it stands, the database refuses a second call on the telephone, to the person or of the pupil at the
    same time. A moved call stays as MOVED, and the new one says which it `replaces`: what was promised when
    remains readable. TALKED is the only state that counts as contact.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "rota": PUBLIC,
        "phone": PUBLIC,
        "person": PERSONAL,
        "number": PERSONAL,
        "starts_at": PERSONAL,
        "ends_at": PERSONAL,
        "state": PERSONAL,
        "stands": PERSONAL,
        "replaces": PUBLIC,
        "made_by": PERSONAL,
        "made_at": PUBLIC,
        "cancelled_by": PERSONAL,
        "cancelled_at": PUBLIC,
        "reason": PERSONAL,
    }

    class State(models.TextChoices):
        PROPOSED = "proposed", _("In a plan that isn't published")
        PLANNED = "planned", _("Planned")
        TALKED = "talked", _("Talked")
        MISSED = "missed", _("Not reached")
        MOVED = "moved", _("Moved")
        CANCELLED = "cancelled", _("Cancelled")

    class Reason(models.TextChoices):
        """Why a call was moved or cancelled; never in free words, which might tell of the home."""

        PARENT = "parent", _("The parent can't")
        PUPIL = "pupil", _("The pupil can't")
        SCHOOL = "school", _("The school can't")
        WITHDRAWN = "withdrawn", _("The week's plan was withdrawn")

    school = models.ForeignKey(School, models.PROTECT, related_name="calls")
    rota = models.ForeignKey(Rota, models.PROTECT, null=True, blank=True, related_name="calls")
    phone = models.ForeignKey(Phone, models.PROTECT, related_name="calls")
    person = models.ForeignKey(Person, models.PROTECT, related_name="calls")
    number = models.ForeignKey(PhoneNumber, models.PROTECT, related_name="calls")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    stands = models.BooleanField(default=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=9, choices=Reason.choices, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="calls_call_order", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="calls_call_stands",
                condition=Q(stands=True, state__in=STANDING)
                | Q(stands=False, state__in=["proposed", "moved", "cancelled"]),
            ),
            models.CheckConstraint(
                name="calls_call_proposed_in_rota", condition=~Q(state="proposed") | Q(rota__isnull=False)
            ),
            models.CheckConstraint(
                name="calls_call_cancelled_pair",
                condition=(Q(state__in=["moved", "cancelled"], cancelled_at__isnull=False) & ~Q(reason=""))
                | (~Q(state__in=["moved", "cancelled"]) & Q(cancelled_at=None, cancelled_by=None, reason="")),
            ),
            ExclusionConstraint(
                name="calls_call_phone_once",
                expressions=[
                    (ranges.one("phone_id"), RangeOperators.OVERLAPS),
                    (_Period(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
                ],
                condition=Q(stands=True),
            ),
            ExclusionConstraint(
                name="calls_call_person_once",
                expressions=[
                    (ranges.one("person_id"), RangeOperators.OVERLAPS),
                    (_Period(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
                ],
                condition=Q(stands=True),
            ),
        ]
        indexes = [
            models.Index(fields=["school", "starts_at", "id"], name="calls_call_school"),
            models.Index(fields=["rota", "starts_at", "id"], name="calls_call_rota"),
        ]

    def __str__(self) -> str:
        return f"call {self.public_id}"


class CallPupil(models.Model):
    """A pupil who takes part in a call. Time and `stands` are the call's own, carried along by the database.

    The composite foreign key (call, starts_at, ends_at, stands), ON UPDATE CASCADE, stands in the migration:
    so a pupil can't be double-booked however calls are shared.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "call": PUBLIC,
        "student": PERSONAL,
        "starts_at": PERSONAL,
        "ends_at": PERSONAL,
        "stands": PERSONAL,
        "waited_days": PERSONAL,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, models.CASCADE, related_name="pupils")
    student = models.ForeignKey(Student, models.PROTECT, related_name="call_places")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    stands = models.BooleanField()
    # Days since the last real conversation, when the call was planned; empty for a call made by hand.
    waited_days = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call", "student"], name="calls_callpupil_once"),
            ExclusionConstraint(
                name="calls_callpupil_once_at_a_time",
                expressions=[
                    (ranges.one("student_id"), RangeOperators.OVERLAPS),
                    (_Period(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
                ],
                condition=Q(stands=True),
            ),
        ]
        indexes = [models.Index(fields=["student", "-starts_at", "-id"], name="calls_callpupil_student")]

    def __str__(self) -> str:
        return f"{self.student_id} in call {self.call_id}"
