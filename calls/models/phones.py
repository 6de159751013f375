"""The school's telephones, and when they may be used for calls home."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import ranges
from core.models import PublicIdModel
from core.privacy import PUBLIC, Label
from schools.models import School
from students.models import ReachableWindow
from students.models.enrolment import DatedQuerySet

SLOT_LEAST, SLOT_MOST = 5, 60
Weekday = ReachableWindow.Weekday


class _Hours(Func):
    """A span of the clock as a range; PostgreSQL has none for times, so a fixed day carries it."""

    template = "tsrange('2000-01-03'::date + %(expressions)s)"
    arg_joiner = ", '2000-01-03'::date + "


class Phone(PublicIdModel):
    """A telephone of the school on which pupils call home (教基厅函〔2021〕3号: schools provide them)."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "public_id", "school", "name", "kind", "position", "started_on", "ended_on"], PUBLIC
    )

    class Kind(models.TextChoices):
        LANDLINE = "landline", _("Landline")
        MOBILE = "mobile", _("Mobile phone")
        VIDEO = "video", _("Video: tablet or computer")

    school = models.ForeignKey(School, models.PROTECT, related_name="phones")
    name = models.CharField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.LANDLINE)
    position = models.PositiveSmallIntegerField(default=0)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="calls_phone_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="calls_phone_order", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
            models.UniqueConstraint(
                fields=["school", "name"], name="calls_phone_once", condition=Q(ended_on=None)
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class CallWindow(PublicIdModel):
    """From when to when on a weekday the telephones are open for calls home, cut into slots.

    Two windows of a school never overlap, so a moment belongs to one slot. Without `phones` all serve.
    """

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        [
            *("id", "public_id", "school", "weekday", "from_time", "to_time", "slot_minutes"),
            *("started_on", "ended_on"),
        ],
        PUBLIC,
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="call_windows")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    from_time = models.TimeField(_("from"))
    to_time = models.TimeField(_("to"))
    slot_minutes = models.PositiveSmallIntegerField(
        _("minutes a call"),
        default=10,
        validators=[MinValueValidator(SLOT_LEAST), MaxValueValidator(SLOT_MOST)],
    )
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="calls_window_hours", condition=Q(to_time__gt=F("from_time"))),
            models.CheckConstraint(name="calls_window_weekday", condition=Q(weekday__gte=1, weekday__lte=7)),
            models.CheckConstraint(
                name="calls_window_slot",
                condition=Q(slot_minutes__gte=SLOT_LEAST, slot_minutes__lte=SLOT_MOST),
            ),
            models.CheckConstraint(
                name="calls_window_order", condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on"))
            ),
            ExclusionConstraint(
                name="calls_window_no_overlap",
                expressions=[
                    (ranges.one("school_id"), RangeOperators.OVERLAPS),
                    (
                        Func(F("weekday"), F("weekday"), Value("[]"), function="int4range"),
                        RangeOperators.OVERLAPS,
                    ),
                    (_Hours(F("from_time"), F("to_time")), RangeOperators.OVERLAPS),
                    (ranges.days("started_on", "ended_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        ordering = ["weekday", "from_time"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.from_time:%H:%M}–{self.to_time:%H:%M}"


class WindowPhone(models.Model):
    """A telephone that serves a window; a window without any is served by all."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "school", "window", "phone"], PUBLIC)

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    window = models.ForeignKey(CallWindow, models.CASCADE, related_name="phone_links")
    phone = models.ForeignKey(Phone, models.PROTECT, related_name="window_links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["window", "phone"], name="calls_windowphone_once")]

    def __str__(self) -> str:
        return f"phone {self.phone_id} in window {self.window_id}"


class WindowException(models.Model):
    """A day that differs from the weekly windows: closed, or open at other hours."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "on", "kind", "from_time", "to_time", "slot_minutes", "note"], PUBLIC
    )

    class Kind(models.TextChoices):
        CLOSED = "closed", pgettext_lazy("telephones", "Closed")
        OTHER_HOURS = "other_hours", _("Other hours")

    school = models.ForeignKey(School, models.PROTECT, related_name="call_exceptions")
    on = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices, default=Kind.CLOSED)
    from_time = models.TimeField(_("from"), null=True, blank=True)
    to_time = models.TimeField(_("to"), null=True, blank=True)
    slot_minutes = models.PositiveSmallIntegerField(
        _("minutes a call"),
        null=True,
        blank=True,
        validators=[MinValueValidator(SLOT_LEAST), MaxValueValidator(SLOT_MOST)],
    )
    note = models.CharField(_("note"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "on"], name="calls_exception_once"),
            models.CheckConstraint(
                name="calls_exception_hours",
                condition=Q(kind="closed", from_time=None, to_time=None, slot_minutes=None)
                | Q(
                    kind="other_hours",
                    from_time__isnull=False,
                    to_time__gt=F("from_time"),
                    slot_minutes__gte=SLOT_LEAST,
                    slot_minutes__lte=SLOT_MOST,
                ),
            ),
        ]
        ordering = ["on"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"
