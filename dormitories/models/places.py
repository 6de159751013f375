"""Buildings, their rooms and beds.

A building is for one sex. Rooms and beds repeat it, bound by composite foreign keys, so that a stay can be
bound to the pupil's sex and to the bed's at once (dormitories/migrations/0001_places.py): the database itself
refuses a boy in a house for girls (domain.md §2.6: sexes in separate units).
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import PublicIdModel
from core.privacy import PUBLIC, Label
from schools.models import School
from students.models import Student

HIGHEST_FLOOR = 12
GROUND_FLOOR = 1


class Building(PublicIdModel):
    """A house for girls or for boys. One that is used no more is closed, and its past stays stand."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "school", "name", "sex", "closed_on"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="buildings")
    name = models.CharField(_("name"), max_length=40)
    sex = models.CharField(_("for"), max_length=6, choices=Student.Sex.choices)
    closed_on = models.DateField(_("closed since"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "name"], name="dormitories_building_once", condition=Q(closed_on=None)
            ),
            models.CheckConstraint(name="dormitories_building_name_given", condition=~Q(name="")),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Room(PublicIdModel):
    """A room of a building: its number as on the door, on a floor counted from 1 (the ground floor).

    The grade band, nearness to the warden and access without steps are what rules ask for.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        [
            *("id", "public_id", "school", "building", "sex", "floor", "number"),
            *("grade_from", "grade_to", "near_warden", "accessible", "area"),
        ],
        PUBLIC,
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    building = models.ForeignKey(Building, models.PROTECT, related_name="rooms", db_index=False)
    sex = models.CharField(max_length=6, choices=Student.Sex.choices, editable=False)
    floor = models.PositiveSmallIntegerField(
        _("floor"), validators=[MinValueValidator(GROUND_FLOOR), MaxValueValidator(HIGHEST_FLOOR)]
    )
    number = models.CharField(_("room"), max_length=10)
    grade_from = models.PositiveSmallIntegerField(_("from grade"), null=True, blank=True)
    grade_to = models.PositiveSmallIntegerField(_("to grade"), null=True, blank=True)
    near_warden = models.BooleanField(_("near the warden"), default=False)
    accessible = models.BooleanField(_("without steps"), default=False)
    area = models.DecimalField(_("area in m²"), max_digits=5, decimal_places=1, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["building", "number"], name="dormitories_room_once"),
            models.CheckConstraint(
                name="dormitories_room_floor",
                condition=Q(floor__gte=GROUND_FLOOR, floor__lte=HIGHEST_FLOOR),
            ),
            models.CheckConstraint(
                name="dormitories_room_grades",
                condition=Q(grade_from=None, grade_to=None)
                | Q(grade_from__gte=1, grade_to__lte=9, grade_from__lte=F("grade_to")),
            ),
            models.CheckConstraint(name="dormitories_room_area", condition=Q(area=None) | Q(area__gt=0)),
        ]
        ordering = ["floor", "number", "id"]

    def __str__(self) -> str:
        return self.number

    @property
    def on_ground_floor(self) -> bool:
        return self.floor == GROUND_FLOOR


class BedQuerySet(models.QuerySet["Bed"]):
    def in_order(self, on: date) -> BedQuerySet:
        """Beds one can sleep in on a day."""
        broken = Q(out_of_order_from__lte=on) & (Q(out_of_order_to=None) | Q(out_of_order_to__gte=on))
        return self.exclude(broken)


class Bed(PublicIdModel):
    """A bed, called by its room and label: 302-4. Out of order from a day to a day; the last day counts."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        [
            *("id", "public_id", "school", "room", "sex", "label", "level"),
            *("out_of_order_from", "out_of_order_to"),
        ],
        PUBLIC,
    )

    class Level(models.TextChoices):
        UPPER = "upper", _("Upper")
        LOWER = "lower", _("Lower")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, models.PROTECT, related_name="beds", db_index=False)
    sex = models.CharField(max_length=6, choices=Student.Sex.choices, editable=False)
    label = models.CharField(_("bed"), max_length=6)
    level = models.CharField(_("level"), max_length=5, choices=Level.choices)
    out_of_order_from = models.DateField(_("out of order from"), null=True, blank=True)
    out_of_order_to = models.DateField(_("until"), null=True, blank=True)

    objects = BedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "label"], name="dormitories_bed_once"),
            models.CheckConstraint(
                name="dormitories_bed_out_of_order",
                condition=Q(out_of_order_to=None) | Q(out_of_order_to__gte=F("out_of_order_from")),
            ),
        ]
        ordering = ["label", "id"]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """As people say it, and as the finder finds it. Asks for the room."""
        return f"{self.room.number}-{self.label}"

    def is_out_of_order(self, on: date) -> bool:
        begins, ends = self.out_of_order_from, self.out_of_order_to
        return begins is not None and begins <= on and (ends is None or ends >= on)


class HouseFile(PublicIdModel):
    """An Excel sheet of rooms and beds that was read and awaits confirmation. It holds no pupil.

    `rows` are what it says, with what is wrong with each; see dormitories.services.house_files.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "school", "file_name", "rows", "uploaded_by", "uploaded_at", "confirmed_at"],
        PUBLIC,
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    rows = models.JSONField(default=list)
    uploaded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.file_name
