"""A boarder's leave: asked for, approved by two people, out at the gate, back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import ranges
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from schools.models import School, duties
from students.models import GuardianLink, Student

LONGEST = timedelta(days=62)  # a longer absence isn't a leave: the pupil boards no more
EARLIEST = timedelta(hours=2)  # how long before the time somebody may go out
A_MOMENT = timedelta(minutes=10)  # in which a mistaken tap at the gate is taken back


# What a leave keeps the pupil from: until they are due, or were back before. Back at once is an empty range.
_UNTIL = Greatest(F("leaves_at"), Least(F("due_back_at"), F("back_at")))
_STANDS = Q(refused_at=None, cancelled_at=None)
_APPROVED = Q(class_approved_at__isnull=False, house_approved_at__isnull=False)
_OUT = Q(out_at__isnull=False, back_at=None)


class LeaveQuerySet(models.QuerySet["Leave"]):
    """What a leave is at a moment follows from its dated facts; each state has one condition, here."""

    def standing(self) -> LeaveQuerySet:
        return self.filter(_STANDS)

    def waiting(self) -> LeaveQuerySet:
        """Asked for, and at least one approval is missing."""
        return self.filter(_STANDS, ~_APPROVED, out_at=None)

    def approved(self) -> LeaveQuerySet:
        return self.filter(_STANDS, _APPROVED)

    def out(self) -> LeaveQuerySet:
        """Through the gate and not back."""
        return self.filter(_OUT)

    def late(self, now: datetime) -> LeaveQuerySet:
        """Out although due back."""
        return self.filter(_OUT, due_back_at__lt=now)

    def touching(self, begins: datetime, ends: datetime) -> LeaveQuerySet:
        """Leaves that stand and that keep the pupil away at some moment of a time, or of whoever is late."""
        planned = Q(leaves_at__lt=ends, due_back_at__gt=begins, back_at=None) | Q(
            leaves_at__lt=ends, back_at__gt=begins
        )
        return self.filter(_STANDS & (planned | _OUT & Q(leaves_at__lt=ends)))


class Leave(PublicIdModel):
    """One leave of one boarder. Its state is worked out from who did what and when, never typed.

    Two people approve: the class teacher's side and the house's (domain.md §2.6); neither asked for it, and
    they are two: by the database. It also refuses two leaves of one pupil at a time, going out before both
    have approved, and approving in another's name (migration 0003).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "kind": PUBLIC,
        "reason": SENSITIVE,
        "leaves_at": PUBLIC,
        "due_back_at": PUBLIC,
        "collector": PERSONAL,
        "collector_words": PERSONAL,
        "asked_by": PERSONAL,
        "asked_at": PUBLIC,
        "class_approved_by": PERSONAL,
        "class_approved_at": PUBLIC,
        "house_approved_by": PERSONAL,
        "house_approved_at": PUBLIC,
        "refused_by": PERSONAL,
        "refused_at": PUBLIC,
        "refusal": PERSONAL,
        "cancelled_by": PERSONAL,
        "cancelled_at": PUBLIC,
        "out_by": PERSONAL,
        "out_at": PUBLIC,
        "back_by": PERSONAL,
        "back_at": PUBLIC,
    }

    class Kind(models.TextChoices):
        HOURS = "hours", _("For some hours")
        NIGHTS = "nights", _("Overnight")
        WEEKEND = "weekend", _("Weekend or holiday at home")

    class Reason(models.TextChoices):
        HOME = "home", pgettext_lazy("leave", "Going home")
        DOCTOR = "doctor", pgettext_lazy("leave", "Doctor or hospital")
        ILL = "ill", pgettext_lazy("leave", "Ill: rests at home")
        FAMILY = "family", pgettext_lazy("leave", "Family matter")
        SCHOOL = "school", pgettext_lazy("leave", "For the school: contest, visit")
        OTHER = "other", pgettext_lazy("leave", "Something else")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("leave", "Asked for")
        APPROVED = "approved", pgettext_lazy("leave", "Approved")
        REFUSED = "refused", pgettext_lazy("leave", "Refused")
        CANCELLED = "cancelled", pgettext_lazy("leave", "Called off")
        OUT = "out", pgettext_lazy("leave", "Out")
        LATE = "late", pgettext_lazy("leave", "Not back in time")
        BACK = "back", pgettext_lazy("leave", "Back")
        UNUSED = "unused", pgettext_lazy("leave", "Not used")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="leaves")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=6, choices=Reason.choices)
    leaves_at = models.DateTimeField(_("leaves"))
    due_back_at = models.DateTimeField(_("due back"))
    collector = models.ForeignKey(GuardianLink, models.PROTECT, null=True, blank=True, related_name="+")
    collector_words = models.CharField(_("who else"), max_length=100, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    class_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    class_approved_at = models.DateTimeField(null=True, blank=True)
    house_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    house_approved_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    refused_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(_("why not"), max_length=200, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    out_at = models.DateTimeField(null=True, blank=True)
    back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    back_at = models.DateTimeField(null=True, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dormitories_leave_order",
                condition=Q(due_back_at__gt=F("leaves_at"), due_back_at__lte=F("leaves_at") + LONGEST),
            ),
            models.CheckConstraint(
                name="dormitories_leave_one_collector",
                condition=Q(collector__isnull=False, collector_words="")
                | Q(collector=None) & ~Q(collector_words=""),
            ),
            *(
                models.CheckConstraint(
                    name=f"dormitories_leave_{step}_pair",
                    condition=Q(**{f"{step}_by": None, f"{step}_at": None})
                    | Q(**{f"{step}_by__isnull": False, f"{step}_at__isnull": False}),
                )
                for step in ("class_approved", "house_approved", "refused", "cancelled", "out", "back")
            ),
            models.CheckConstraint(
                name="dormitories_leave_two_people",
                condition=~Q(class_approved_by=F("house_approved_by"))
                & ~Q(class_approved_by=F("asked_by"))
                & ~Q(house_approved_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="dormitories_leave_one_end",
                condition=Q(refused_at=None, cancelled_at=None)
                | Q(refused_at=None, cancelled_at__isnull=False, out_at=None)
                | Q(refused_at__isnull=False, cancelled_at=None, out_at=None),
            ),
            models.CheckConstraint(
                name="dormitories_leave_refusal", condition=Q(refusal="") | ~Q(refused_at=None)
            ),
            models.CheckConstraint(
                name="dormitories_leave_out_approved", condition=Q(out_at=None) | _APPROVED
            ),
            models.CheckConstraint(
                name="dormitories_leave_back_after", condition=Q(back_at=None) | Q(back_at__gte=F("out_at"))
            ),
            models.UniqueConstraint(fields=["student"], name="dormitories_leave_out_once", condition=_OUT),
            ExclusionConstraint(
                name="dormitories_leave_no_overlap",
                expressions=[
                    (ranges.one("student_id"), RangeOperators.OVERLAPS),
                    (duties.TimeRange(F("leaves_at"), _UNTIL), RangeOperators.OVERLAPS),
                ],
                condition=_STANDS,
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-leaves_at", "-id"], name="dormitories_leave_student"),
            models.Index(fields=["school", "leaves_at", "id"], name="dormitories_leave_school"),
            models.Index(fields=["school", "due_back_at"], name="dormitories_leave_out", condition=_OUT),
            models.Index(
                fields=["school", "asked_at"],
                name="dormitories_leave_waiting",
                condition=_STANDS & Q(out_at=None) & ~_APPROVED,
            ),
        ]

    def __str__(self) -> str:
        return f"leave {self.pk}"

    @property
    def is_approved(self) -> bool:
        return self.class_approved_at is not None and self.house_approved_at is not None

    def state(self, now: datetime) -> Leave.State:
        """What it is at a moment: the twin of the conditions above."""
        if self.refused_at is not None:
            return self.State.REFUSED
        if self.cancelled_at is not None:
            return self.State.CANCELLED
        if self.out_at is not None:
            return self._after_the_gate(now)
        if now >= self.due_back_at:
            return self.State.UNUSED
        return self.State.APPROVED if self.is_approved else self.State.ASKED

    def _after_the_gate(self, now: datetime) -> Leave.State:
        if self.back_at is not None:
            return self.State.BACK
        return self.State.LATE if now > self.due_back_at else self.State.OUT
