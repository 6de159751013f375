"""Exact counts, made by the program from the schools' rows. No district page reads them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.privacy import PERSONAL, PUBLIC, Label
from schools.models import School


class CountedSchool(models.Model):
    """What district pages know of a school, copied so that their role needs no table of the schools'.

    `built_seq` is how far the school's audit chain had come when it was last counted: every change of a
    watched row moves the chain, in the order of the commits, so a chain that stands still means that nothing
    changed. `changed_at` is the newest change; a school that says nothing is shown as silent, never as zero.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        [
            *("school", "public_id", "name", "area_name", "area_path"),
            *("built_seq", "built_at", "changed_at"),
        ],
        PUBLIC,
    )

    school = models.OneToOneField(School, models.PROTECT, primary_key=True, related_name="+")
    public_id = models.UUIDField(unique=True)
    name = models.CharField(max_length=100)
    area_name = models.CharField(max_length=60)
    area_path = models.CharField(max_length=60)
    built_seq = models.BigIntegerField(default=-1)
    built_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["area_path"], name="dashboards_counted_path", opclasses=["varchar_pattern_ops"]
            )
        ]

    def __str__(self) -> str:
        return self.name


class WeeklyCount(models.Model):
    """One indicator of one school in one week (by its Monday), exact: how many of how many.

    `not_collected` are those of whom it isn't known (未采集): they stand in neither number. `days` is the
    histogram of an indicator that is a median: how many waited 0, 1, 2 … days, the last place holds the rest;
    for left-behind pupils the groups in the order of disclosure.tables.GROUPS.
    Counted as of `counted_on`, the week's last day or the day of counting in the week under way.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "week": PUBLIC,
        "indicator": PUBLIC,
        "counted_on": PUBLIC,
        "numerator": PERSONAL,
        "denominator": PERSONAL,
        "not_collected": PERSONAL,
        "days": PERSONAL,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    week = models.DateField()
    indicator = models.CharField(max_length=30)
    counted_on = models.DateField()
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    not_collected = models.PositiveIntegerField(default=0)
    days = ArrayField(models.PositiveIntegerField(), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "week", "indicator"], name="dashboards_count_once"),
            models.CheckConstraint(name="dashboards_count_monday", condition=Q(week__iso_week_day=1)),
            models.CheckConstraint(name="dashboards_count_within", condition=Q(counted_on__gte=F("week"))),
        ]
        indexes = [models.Index(fields=["week", "indicator"], name="dashboards_count_week")]

    def __str__(self) -> str:
        return f"{self.indicator} of {self.school_id} in {self.week}"
