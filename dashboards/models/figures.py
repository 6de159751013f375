"""What is shown of the weekly counts: percentages in steps of five, or 'too few'. kl_district reads these."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.privacy import PUBLIC, Label
from schools.models import Area, School


class State(models.TextChoices):
    SHOWN = "shown", _("Shown")
    TOO_FEW = "too_few", _("Too few")
    NO_DATA = "no_data", _("No data")


def _value_only_when_shown(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(state=State.SHOWN, value__isnull=False) | (~Q(state=State.SHOWN) & Q(value=None)),
    )


class SchoolFigure(models.Model):
    """One indicator of one school in one week, as shown. `value`: per cent in steps of 5, or whole days."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "week", "indicator", "state", "value"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    week = models.DateField()
    indicator = models.CharField(max_length=30)
    state = models.CharField(max_length=7, choices=State.choices)
    value = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "week", "indicator"], name="dashboards_figure_once"),
            _value_only_when_shown("dashboards_figure_value"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.school_id} in {self.week}"


class AreaFigure(models.Model):
    """The same for an area and everything below it, worked out from the exact counts, not the shown ones."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "area", "area_name", "area_path", "week", "indicator", "state", "value", "built_at"], PUBLIC
    )

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    area_name = models.CharField(max_length=60)
    area_path = models.CharField(max_length=60)
    week = models.DateField()
    indicator = models.CharField(max_length=30)
    state = models.CharField(max_length=7, choices=State.choices)
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    built_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "week", "indicator"], name="dashboards_areafigure_once"),
            _value_only_when_shown("dashboards_areafigure_value"),
        ]
        indexes = [
            models.Index(
                fields=["area_path"], name="dashboards_areafigure_path", opclasses=["varchar_pattern_ops"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.area_id} in {self.week}"

    @property
    def area_code(self) -> str:
        return self.area_path.rpartition("/")[2]
