"""The roll of a house: everybody who should be there, and where each one is."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import ranges
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from dormitories.models.leave import Leave
from dormitories.models.places import Bed, Building
from schools.models import School
from students.models import Student


class FloorRange(Func):
    """One floor; without a floor, all of them: a roll of the house and one of a floor overlap."""

    function = "int4range"
    output_field = IntegerRangeField()


def _once(kind: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=f"dormitories_rollcall_{kind}_once",
        expressions=[
            (ranges.one("building_id"), RangeOperators.OVERLAPS),
            (ranges.days("on", "on"), RangeOperators.OVERLAPS),
            (FloorRange(F("floor"), F("floor"), Value("[]")), RangeOperators.OVERLAPS),
        ],
        condition=Q(kind=kind),
    )


class RollCall(PublicIdModel):
    """The roll of a house, or of one floor of it, of an evening or a morning.

    `version` grows with every mark, so that two people who take it see each other's: "what is newer?".
    It can't be closed while a child is unaccounted for: by the service, and by the database (migration 0003).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "building": PUBLIC,
        "floor": PUBLIC,
        "kind": PUBLIC,
        "on": PUBLIC,
        "opened_by": PERSONAL,
        "opened_at": PUBLIC,
        "closed_by": PERSONAL,
        "closed_at": PUBLIC,
        "version": PUBLIC,
    }

    class Kind(models.TextChoices):
        EVENING = "evening", pgettext_lazy("roll", "Evening")
        MORNING = "morning", pgettext_lazy("roll", "Morning")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    building = models.ForeignKey(Building, models.PROTECT, related_name="rolls")
    floor = models.PositiveSmallIntegerField(_("floor"), null=True, blank=True)
    kind = models.CharField(_("when"), max_length=7, choices=Kind.choices)
    on = models.DateField(_("day"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dormitories_rollcall_kind", condition=Q(kind__in=["evening", "morning"])
            ),
            models.CheckConstraint(
                name="dormitories_rollcall_closed_pair",
                condition=Q(closed_by=None, closed_at=None)
                | Q(closed_by__isnull=False, closed_at__gte=F("opened_at")),
            ),
            _once("evening"),
            _once("morning"),
        ]
        indexes = [
            models.Index(fields=["school", "-on", "-id"], name="dormitories_rollcall_school"),
            models.Index(fields=["opened_at"], name="dormitories_rollcall_open", condition=Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} roll of {self.building_id} on {self.on}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class RollTimes(models.Model):
    """When the boarders of a school stand for the roll, in its local time; a pair left empty isn't called.

    A school without a row has settings.ROLL_TIMES (dormitories.roll_times). An evening's roll begins after
    noon and a morning's before it, since the hour says which roll it is.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "evening_from", "evening_until", "morning_from", "morning_until"], PUBLIC
    )

    school = models.OneToOneField(School, models.PROTECT, related_name="+")
    evening_from = models.TimeField(null=True, blank=True)
    evening_until = models.TimeField(null=True, blank=True)
    morning_from = models.TimeField(null=True, blank=True)
    morning_until = models.TimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "roll times"
        constraints = [
            models.CheckConstraint(
                name="dormitories_rolltimes_evening",
                condition=Q(evening_from=None, evening_until=None)
                | Q(evening_from__gte=time(12), evening_until__isnull=False)
                & Q(evening_until__gt=F("evening_from")),
            ),
            models.CheckConstraint(
                name="dormitories_rolltimes_morning",
                condition=Q(morning_from=None, morning_until=None)
                | Q(morning_from__gte=time(4), morning_until__isnull=False, morning_until__lte=time(12))
                & Q(morning_until__gt=F("morning_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"roll times of school {self.school_id}"


class RollMark(models.Model):
    """One pupil who slept here when the roll was opened, and where they are.

    `number` is the place in the roll (by room and bed), and their name in its URLs. A mark that nobody made
    (`marked_by` empty) is known by itself: the pupil is out on an approved leave and not yet due back. The
    latest mark stands; the database keeps the earlier ones (core.row_history).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "roll": PUBLIC,
        "student": PERSONAL,
        "bed": PERSONAL,
        "number": PUBLIC,
        "status": PERSONAL,
        "note": PERSONAL,
        "leave": PERSONAL,
        "marked_by": PERSONAL,
        "marked_at": PUBLIC,
        "version": PUBLIC,
    }

    class Status(models.TextChoices):
        UNKNOWN = "", pgettext_lazy("roll", "To find")
        PRESENT = "present", pgettext_lazy("roll", "Here")
        LEAVE = "leave", pgettext_lazy("roll", "On leave")
        SICK_BAY = "sick_bay", pgettext_lazy("roll", "Sick bay")
        AT_HOME = "at_home", pgettext_lazy("roll", "At home")
        CALLED_AWAY = "called_away", pgettext_lazy("roll", "Called away")
        OTHER = "other", pgettext_lazy("roll", "Elsewhere")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    roll = models.ForeignKey(RollCall, models.PROTECT, related_name="marks", db_index=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="roll_marks")
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(_("where"), max_length=11, choices=Status.choices, blank=True)
    note = models.CharField(_("where exactly"), max_length=100, blank=True)
    leave = models.ForeignKey(Leave, models.PROTECT, null=True, blank=True, related_name="+")
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    marked_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roll", "student"], name="dormitories_rollmark_once"),
            models.UniqueConstraint(fields=["roll", "number"], name="dormitories_rollmark_number"),
            models.CheckConstraint(
                name="dormitories_rollmark_status",
                condition=Q(
                    status__in=["", "present", "leave", "sick_bay", "at_home", "called_away", "other"]
                ),
            ),
            # Only a leave is known by itself; everything else is somebody's word.
            models.CheckConstraint(
                name="dormitories_rollmark_somebody_says",
                condition=Q(status="") | Q(status="leave", leave__isnull=False) | Q(marked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="dormitories_rollmark_marked_pair",
                condition=Q(marked_by=None, marked_at=None)
                | Q(marked_by__isnull=False, marked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="dormitories_rollmark_elsewhere_where", condition=~Q(status="other") | ~Q(note="")
            ),
        ]
        indexes = [models.Index(fields=["student", "-id"], name="dormitories_rollmark_student")]

    def __str__(self) -> str:
        return f"{self.number} of roll {self.roll_id}"

    @property
    def is_known(self) -> bool:
        return bool(self.status)

    @property
    def is_here(self) -> bool:
        return self.status == self.Status.PRESENT

    @property
    def is_by_itself(self) -> bool:
        """Known from the gate, without anybody's word."""
        return self.status == self.Status.LEAVE and self.marked_by_id is None
