"""Published statistics about children, frozen by period, and statutory returns with exact counts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from schools.models import Area, School


class Definition(models.TextChoices):
    """Who counts as left behind: two official definitions that give different numbers (domain.md §1.1)."""

    CIVIL_AFFAIRS = "civil_affairs", _("Civil affairs, 2016")
    EDUCATION = "education", _("Education statistics")


class Release(PublicIdModel):
    """The published statistics of an area for one closed month: asked for by an officer, judged by the gate.

    Once released it stays as it is: the same number on every page, in the API and in every file. The rounding
    key was drawn for it alone and is kept nowhere.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        **dict.fromkeys(
            [
                *("id", "public_id", "area", "area_name", "area_path", "period", "ends_on", "state"),
                *("threshold", "base", "withheld", "asked_at", "decided_at"),
            ],
            PUBLIC,
        ),
        "asked_by": PERSONAL,
    }

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("release", "Being checked")
        RELEASED = "released", pgettext_lazy("release", "Released")
        REFUSED = "refused", pgettext_lazy("release", "Refused by the check")
        FAILED = "failed", pgettext_lazy("release", "Failed")

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_name = models.CharField(max_length=60)
    area_path = models.CharField(max_length=60)
    period = models.DateField(_("month"))
    ends_on = models.DateField(_("counted on"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    threshold = models.PositiveSmallIntegerField()
    base = models.PositiveSmallIntegerField()
    withheld = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "period"],
                name="dashboards_release_once",
                condition=Q(state__in=["asked", "released"]),
            ),
            models.CheckConstraint(
                name="dashboards_release_closed_period", condition=Q(ends_on__gt=F("period"))
            ),
            models.CheckConstraint(
                name="dashboards_release_decided",
                condition=Q(state="asked", decided_at=None)
                | (~Q(state="asked") & Q(decided_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["area", "-period"], name="dashboards_release_area")]
        ordering = ["-period", "-id"]

    def __str__(self) -> str:
        return f"{self.period:%Y-%m} of {self.area_id}"


class FrozenCell(models.Model):
    """One published number. The database lets nobody change or delete it (migration 0001)."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        [
            *("id", "release", "area_path", "definition", "table", "school", "school_name"),
            *("values", "state", "value"),
        ],
        PUBLIC,
    )

    class State(models.TextChoices):
        SHOWN = "shown", _("Shown")
        FEWER = "fewer", _("Fewer than the threshold")
        WITHHELD = "withheld", _("Withheld, so that others can't be worked out")

    release = models.ForeignKey(Release, models.PROTECT, related_name="cells")
    area_path = models.CharField(max_length=60)
    definition = models.CharField(max_length=13, choices=Definition.choices)
    table = models.CharField(max_length=24)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+")
    school_name = models.CharField(max_length=100, blank=True)
    values = ArrayField(models.CharField(max_length=13), default=list, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    value = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "definition", "table", "school", "values"],
                name="dashboards_cell_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="dashboards_cell_value",
                condition=Q(state="shown", value__isnull=False) | (~Q(state="shown") & Q(value=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} of release {self.release_id}"


class PeriodCount(models.Model):
    """The exact counts behind a release, for the check of later ones. Read by the program alone, frozen."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        **dict.fromkeys(["id", "release", "school", "definition", "sex", "stage", "boarding"], PUBLIC),
        "count": SENSITIVE,
    }

    release = models.ForeignKey(Release, models.PROTECT, related_name="counts")
    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    definition = models.CharField(max_length=13, choices=Definition.choices)
    sex = models.CharField(max_length=6)
    stage = models.CharField(max_length=7)
    boarding = models.CharField(max_length=13)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "school", "definition", "sex", "stage", "boarding"],
                name="dashboards_periodcount_once",
            )
        ]

    def __str__(self) -> str:
        return f"count behind release {self.release_id}"


class StatutoryReturn(PublicIdModel):
    """A return that the law asks for, with exact counts: drawn up and fetched by one officer, who is named.

    The file is kept for a day; that it was drawn up, by whom and for what, stays.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        **dict.fromkeys(
            [
                *("id", "public_id", "area", "area_name", "area_path", "definition", "counted_on"),
                *("state", "asked_at", "made_at", "rows"),
            ],
            PUBLIC,
        ),
        "asked_by": PERSONAL,
        "reference": PERSONAL,
        "content": SENSITIVE,
    }

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("return", "Being drawn up")
        MADE = "made", pgettext_lazy("return", "Ready")
        FAILED = "failed", pgettext_lazy("return", "Failed")
        EXPIRED = "expired", pgettext_lazy("return", "File removed")

    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    area_name = models.CharField(max_length=60)
    area_path = models.CharField(max_length=60)
    definition = models.CharField(_("definition"), max_length=13, choices=Definition.choices)
    counted_on = models.DateField(_("as of"))
    reference = models.CharField(_("who asked for it, with the number of the letter"), max_length=80)
    state = models.CharField(max_length=7, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    content = models.BinaryField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dashboards_return_file",
                condition=Q(state="made", content__isnull=False, made_at__isnull=False)
                | (~Q(state="made") & Q(content=None)),
            ),
            models.CheckConstraint(name="dashboards_return_reference", condition=~Q(reference="")),
        ]
        indexes = [models.Index(fields=["asked_by", "-id"], name="dashboards_return_mine")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"return of {self.area_id} on {self.counted_on}"
