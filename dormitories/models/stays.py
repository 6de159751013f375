"""Who sleeps where, from a day to a day."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from core import ranges
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from dormitories.models.places import Bed
from schools.models import School
from students.models import Student
from students.models.enrolment import DatedQuerySet


class Stay(PublicIdModel):
    """A pupil has a bed from a day to a day; the last day counts, and no end means until further notice.

    The database refuses two pupils in a bed, two beds for a pupil, and a pupil in a house for the other sex:
    `sex` is bound to the bed's and to the pupil's. It may be empty in a stay that is over, so that a mistyped
    sex can be corrected and a house change from girls to boys; the database empties it then, and only then.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "bed": PERSONAL,
        "sex": PERSONAL,
        "started_on": PUBLIC,
        "ended_on": PUBLIC,
        "given_by": PERSONAL,
        "given_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="stays")
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="stays")
    sex = models.CharField(max_length=6, choices=Student.Sex.choices, null=True, editable=False)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dormitories_stay_order", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
            models.CheckConstraint(
                name="dormitories_stay_sex", condition=Q(sex__isnull=False) | Q(ended_on__isnull=False)
            ),
            ExclusionConstraint(
                name="dormitories_stay_bed_once",
                expressions=[
                    (ranges.one("bed_id"), RangeOperators.OVERLAPS),
                    (ranges.days("started_on", "ended_on"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="dormitories_stay_pupil_once",
                expressions=[
                    (ranges.one("student_id"), RangeOperators.OVERLAPS),
                    (ranges.days("started_on", "ended_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["school", "started_on"], name="dormitories_stay_school"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in {self.bed_id}"

    def holds(self, on: date) -> bool:
        """Whether it is in force on a day; the last day counts."""
        return self.started_on <= on and (self.ended_on is None or on <= self.ended_on)
