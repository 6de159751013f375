"""The plan of a week's calls: from draft to published, and who is left out and why."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, Label
from schools.models import School
from students.models import Student


class Rota(PublicIdModel):
    """One attempt at the calls of one week (named by its Monday); at most one of a week is published.

    There is no seed: the same facts give the same plan (calls/rota/solve.py). `tiers` keeps what was reached
    in each tier, and `is_optimal` whether each was proven best.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "monday": PUBLIC,
        "audience": PUBLIC,
        "per_week": PUBLIC,
        "state": PUBLIC,
        "tiers": PUBLIC,
        "is_optimal": PUBLIC,
        "made_by": PERSONAL,
        "made_at": PUBLIC,
        "solved_at": PUBLIC,
        "published_by": PERSONAL,
        "published_at": PUBLIC,
        "withdrawn_by": PERSONAL,
        "withdrawn_at": PUBLIC,
    }

    class State(models.TextChoices):
        DRAFT = "draft", _("Waits for its turn")
        SOLVING = "solving", _("Being worked out")
        PREVIEWED = "previewed", _("To be looked at")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        FAILED = "failed", _("Failed")

    class Audience(models.TextChoices):
        BOARDERS = "boarders", _("Boarders")
        EVERYBODY = "everybody", _("All pupils")

    school = models.ForeignKey(School, models.PROTECT, related_name="rotas")
    monday = models.DateField(_("week from"))
    audience = models.CharField(
        _("for whom"), max_length=9, choices=Audience.choices, default=Audience.BOARDERS
    )
    per_week = models.PositiveSmallIntegerField(
        _("calls a week at most"), default=1, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    tiers = models.JSONField(default=dict, blank=True)
    is_optimal = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="calls_rota_monday", condition=Q(monday__iso_week_day=1)),
            models.CheckConstraint(name="calls_rota_per_week", condition=Q(per_week__gte=1, per_week__lte=3)),
            models.CheckConstraint(
                name="calls_rota_published",
                condition=~Q(state="published") | Q(published_at__isnull=False, published_by__isnull=False),
            ),
            models.CheckConstraint(
                name="calls_rota_withdrawn",
                condition=Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_at=None)),
            ),
            models.UniqueConstraint(
                fields=["school", "monday"], name="calls_rota_one_published", condition=Q(state="published")
            ),
            models.UniqueConstraint(
                fields=["school", "monday"],
                name="calls_rota_one_in_hand",
                condition=Q(state__in=["draft", "solving", "previewed"]),
            ),
        ]
        indexes = [models.Index(fields=["school", "-monday", "-id"], name="calls_rota_school")]

    def __str__(self) -> str:
        return f"{self.monday} {self.state}"

    @property
    def is_busy(self) -> bool:
        """Whether a worker has it, or should."""
        return self.state in {self.State.DRAFT, self.State.SOLVING}


class RotaProgress(models.Model):
    """How far the work on a rota is; written by a connection of its own while it runs."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "rota", "done", "total", "beat_at"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    rota = models.OneToOneField(Rota, models.CASCADE, related_name="progress")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"


class LeftOut(models.Model):
    """A pupil for whom the week holds no call, and why: the reason's key and its numbers."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "rota": PUBLIC,
        "student": PERSONAL,
        "reason": PERSONAL,
        "params": PERSONAL,
        "waited_days": PERSONAL,
    }

    class Reason(models.TextChoices):
        NO_NUMBER = "no_number", _("No confirmed telephone number of anybody at home")
        BARRED = "barred", _("Only numbers of people who may not be called")
        NEVER_REACHABLE = "never_reachable", _("Nobody at home can answer while the telephones are open")
        AWAY = "away", _("Away whenever the telephones are open and somebody could answer")
        TAKEN = "taken", _("Every possible slot goes to a family that has waited longer")
        CLOSED = "closed", _("The telephones aren't open this week")
        BOOKED = "booked", _("Has a call of its own this week")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    rota = models.ForeignKey(Rota, models.CASCADE, related_name="left_out")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=15, choices=Reason.choices)
    params = models.JSONField(default=dict, blank=True)
    waited_days = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rota", "student"], name="calls_leftout_once")]
        indexes = [models.Index(fields=["rota", "-waited_days", "id"], name="calls_leftout_rota")]

    def __str__(self) -> str:
        return f"{self.student_id}: {self.reason}"
