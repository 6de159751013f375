"""Break-glass: somebody opened a record that they don't see, for an hour, with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from schools.models import School
from students.models.people import Student

LIFETIME = timedelta(minutes=60)
SHORTEST_REASON = 30


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def in_force(self, now: datetime) -> EmergencyAccessQuerySet:
        """Open at a moment: neither expired nor ended; the last moment no longer counts."""
        return self.filter(opened_at__lte=now, expires_at__gt=now, ended_at=None)

    def unreviewed(self) -> EmergencyAccessQuerySet:
        return self.filter(verdict="")


class EmergencyAccess(PublicIdModel):
    """One use of break-glass. The row is never removed: the lead judges every one of them.

    The database keeps the promises that matter most: a reason of thirty characters, a fresh second factor, an
    hour at most, and another person to approve sealed entries and to judge (reference/security.md §1.3).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "user": PERSONAL,
        "reason": SENSITIVE,
        "second_factor_at": PUBLIC,
        "opened_at": PUBLIC,
        "expires_at": PUBLIC,
        "ended_at": PUBLIC,
        "approved_by": PERSONAL,
        "approved_at": PUBLIC,
        "verdict": PERSONAL,
        "reviewed_by": PERSONAL,
        "reviewed_at": PUBLIC,
        "note": SENSITIVE,
    }

    class Verdict(models.TextChoices):
        JUSTIFIED = "justified", pgettext_lazy("emergency access", "Justified")
        UNJUSTIFIED = "unjustified", pgettext_lazy("emergency access", "Not justified")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="emergency_accesses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="emergency_accesses")
    reason = models.TextField(_("reason"), max_length=2_000)
    second_factor_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(_("verdict"), max_length=11, choices=Verdict.choices, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="students_emergency_reason",
                condition=GreaterThanOrEqual(Length(Trim("reason")), SHORTEST_REASON),
            ),
            models.CheckConstraint(
                name="students_emergency_an_hour",
                condition=Q(expires_at__gt=F("opened_at"), expires_at__lte=F("opened_at") + LIFETIME),
            ),
            models.CheckConstraint(
                name="students_emergency_fresh_factor",
                condition=Q(
                    second_factor_at__lte=F("opened_at"),
                    second_factor_at__gte=F("opened_at") - timedelta(minutes=10),
                ),
            ),
            models.CheckConstraint(
                name="students_emergency_ended_after",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("opened_at")),
            ),
            models.CheckConstraint(
                name="students_emergency_second_person",
                condition=Q(approved_by=None, approved_at=None)
                | (
                    Q(
                        approved_by__isnull=False,
                        approved_at__gte=F("opened_at"),
                        approved_at__lt=F("expires_at"),
                    )
                    & ~Q(approved_by=F("user"))
                ),
            ),
            models.CheckConstraint(
                name="students_emergency_judged_by_another",
                condition=Q(verdict="", reviewed_by=None, reviewed_at=None, note="")
                | (
                    Q(verdict__in=["justified", "unjustified"])
                    & Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                    & ~Q(reviewed_by=F("user"))
                ),
            ),
            models.CheckConstraint(
                name="students_emergency_no_needs_a_note", condition=~Q(verdict="unjustified") | ~Q(note="")
            ),
        ]
        indexes = [
            models.Index(fields=["user", "expires_at"], name="students_emergency_user"),
            models.Index(fields=["student", "-opened_at"], name="students_emergency_student"),
            models.Index(fields=["school", "-opened_at", "-id"], name="students_emergency_school"),
        ]
        verbose_name_plural = "emergency accesses"

    def __str__(self) -> str:
        return f"emergency access {self.pk}"

    @property
    def is_over_at(self) -> datetime:
        """When it stopped, or will."""
        return self.ended_at or self.expires_at
