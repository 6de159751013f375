"""Areas, schools, classes and the school calendar."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.models import PublicIdModel
from core.privacy import PUBLIC, Label

_GRADES_ZH = "一二三四五六七八九"


class Area(models.Model):
    """An administrative area by its GB/T 2260 code; township codes have nine digits (GB/T 10114).

    `path` holds the codes from the province down ("52/5299/529901/529901100"), so that
    "everything below" is one indexed prefix.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "code", "name", "level", "parent", "path"], PUBLIC
    )

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        PREFECTURE = "prefecture", _("Prefecture")
        COUNTY = "county", _("County")
        TOWNSHIP = "township", _("Township")

    code = models.CharField(
        max_length=9, unique=True, validators=[RegexValidator(r"^\d{6}(\d{3})?$", _("Six or nine digits."))]
    )
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="schools_area_parent",
                condition=Q(level="province", parent=None) | (~Q(level="province") & Q(parent__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["path"], name="schools_area_path", opclasses=["varchar_pattern_ops"])]

    def __str__(self) -> str:
        return self.name


class School(PublicIdModel):
    """A school by its ten-digit national identification code (学校标识码)."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "code", "name", "area", "is_open"], PUBLIC
    )

    code = models.CharField(
        max_length=10, unique=True, validators=[RegexValidator(r"^\d{10}$", _("Ten digits."))]
    )
    name = models.CharField(max_length=100)
    area = models.ForeignKey(Area, models.PROTECT, related_name="schools")
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SchoolYear(models.Model):
    """A school year; it begins on 1 September by custom, but the dates are the school's."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "school", "starts_on", "ends_on"], PUBLIC)

    school = models.ForeignKey(School, models.PROTECT, related_name="years")
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="schools_year_order", condition=Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(fields=["school", "starts_on"], name="schools_year_once"),
        ]
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return f"{self.starts_on.year}–{self.ends_on.year}"


class Term(models.Model):
    """A term within a school year."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "year", "number", "starts_on", "ends_on"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="terms")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="terms")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(3)])
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="schools_term_order", condition=Q(ends_on__gt=F("starts_on"))),
            models.UniqueConstraint(fields=["year", "number"], name="schools_term_once"),
        ]
        ordering = ["-starts_on"]

    def __str__(self) -> str:
        return _now("Term %(number)d of %(year)s") % {"number": self.number, "year": self.year}


class SchoolDay(models.Model):
    """A day that differs from the weekly pattern: a holiday, or a make-up day (调休上课)."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "school", "on", "kind", "name"], PUBLIC)

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        MAKE_UP = "make_up", _("Make-up day")

    school = models.ForeignKey(School, models.PROTECT, related_name="days")
    on = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "on"], name="schools_day_once")]
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


class SchoolClass(PublicIdModel):
    """A class of one school year: grade and number, 一年级(2)班 or 七年级(3)班.

    A new year makes a new row, so that "who taught this child then" stays answerable.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "school", "year", "grade", "number"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="classes")
    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="classes")
    grade = models.PositiveSmallIntegerField(
        _("grade"), validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    number = models.PositiveSmallIntegerField(
        _("number"), validators=[MinValueValidator(1), MaxValueValidator(99)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "grade", "number"], name="schools_class_once"),
            models.CheckConstraint(name="schools_class_grade", condition=Q(grade__gte=1, grade__lte=9)),
        ]
        ordering = ["grade", "number"]
        verbose_name_plural = "school classes"

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """As schools write it: 三年级(2)班; "Grade 3 (2)" in English."""
        chinese = (get_language() or "").startswith("zh")
        grade = _GRADES_ZH[self.grade - 1] if chinese else str(self.grade)
        return _now("Grade %(grade)s (%(number)s)") % {"grade": grade, "number": self.number}
