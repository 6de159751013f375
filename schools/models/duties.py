"""Who looks after the boarders, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from schools.models.places import School


class Int8Range(Func):
    """A range of one number: lets GiST compare ids without the btree_gist extension."""

    function = "int8range"


class TimeRange(Func):
    function = "tstzrange"


class DutyQuerySet(models.QuerySet["Duty"]):
    def in_force(self, now: datetime) -> DutyQuerySet:
        """Duties under way; the moment at which one ends is no longer in it."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)


class Duty(PublicIdModel):
    """Somebody looks after the boarders from a moment to a moment; meanwhile they see what a warden sees.

    It opens nothing to anybody who holds no role at the school (schools.access).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "user": PERSONAL,
        "kind": PUBLIC,
        "starts_at": PUBLIC,
        "ends_at": PUBLIC,
        "planned_by": PERSONAL,
    }

    class Kind(models.TextChoices):
        NIGHT = "night", pgettext_lazy("duty", "Night duty")
        DAY = "day", pgettext_lazy("duty", "Day duty")

    school = models.ForeignKey(School, models.PROTECT, related_name="duties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="duties")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="schools_duty_kind", condition=Q(kind__in=["night", "day"])),
            models.CheckConstraint(
                name="schools_duty_length",
                condition=Q(ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + timedelta(hours=24)),
            ),
            models.CheckConstraint(name="schools_duty_not_for_oneself", condition=~Q(planned_by=F("user"))),
            ExclusionConstraint(
                name="schools_duty_no_overlap",
                expressions=[
                    (Int8Range(F("school_id"), F("school_id"), Value("[]")), RangeOperators.OVERLAPS),
                    (Int8Range(F("user_id"), F("user_id"), Value("[]")), RangeOperators.OVERLAPS),
                    (TimeRange(F("starts_at"), F("ends_at")), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["user", "ends_at"], name="schools_duty_user"),
            models.Index(fields=["school", "starts_at"], name="schools_duty_school"),
        ]
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return f"{self.kind} duty of {self.user_id}"
