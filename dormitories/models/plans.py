"""A plan for who should sleep where: made by the solver, changed by hand, approved or not, undone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedJSONField
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from dormitories.models.places import Bed
from dormitories.models.stays import Stay
from schools.models import School
from students.models import Student

_GIVEN = ["approved", "undone"]  # the states a plan reaches only through approval


class AllocationPlan(PublicIdModel):
    """One plan for the houses of one sex, or some of them, from the asking to the undoing.

    `fingerprint` is a digest of all that the plan was made from (beds, stays, rules, pupils); a plan whose
    house has changed since is refused, never patched. `conflicts` says which rules leave no plan. The seed
    and the weights stand with it: the same house, seed and weights give the same plan again.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "sex": PUBLIC,
        "houses": PUBLIC,
        "state": PUBLIC,
        "seed": PUBLIC,
        "weights": PUBLIC,
        "fingerprint": PUBLIC,
        "before": PUBLIC,
        "after": PUBLIC,
        "conflicts": SENSITIVE,
        "made_by": PERSONAL,
        "made_at": PUBLIC,
        "solved_at": PUBLIC,
        "approved_by": PERSONAL,
        "approved_at": PUBLIC,
        "undone_by": PERSONAL,
        "undone_at": PUBLIC,
    }

    class State(models.TextChoices):
        SOLVING = "solving", _("Being worked out")
        READY = "ready", _("Waits for approval")
        IMPOSSIBLE = "impossible", _("No plan exists")
        APPROVED = "approved", _("Approved")
        UNDONE = "undone", _("Undone")
        DROPPED = "dropped", _("Dropped")
        FAILED = "failed", _("Failed")

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    sex = models.CharField(_("for"), max_length=6, choices=Student.Sex.choices)
    # Keys of the buildings planned over.
    houses = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.SOLVING)
    seed = models.PositiveIntegerField(default=1)
    weights = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    # {"total": points, "parts": {part: points}, "rooms": {room key: {part: points}}}
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    conflicts = EncryptedJSONField(default=list, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="dormitories_plan_approved",
                condition=Q(state__in=_GIVEN, approved_at__isnull=False, approved_by__isnull=False)
                | ~Q(state__in=_GIVEN) & Q(approved_at=None, approved_by=None),
            ),
            models.CheckConstraint(
                name="dormitories_plan_undone",
                condition=Q(state="undone", undone_at__isnull=False, undone_by__isnull=False)
                | ~Q(state="undone") & Q(undone_at=None, undone_by=None),
            ),
        ]
        indexes = [models.Index(fields=["school", "-id"], name="dormitories_plan_school")]

    def __str__(self) -> str:
        return f"plan {self.public_id}"

    @property
    def is_busy(self) -> bool:
        """Whether a worker has it, or should."""
        return self.state == self.State.SOLVING


class PlannedPlace(models.Model):
    """Where a plan puts one pupil, where they sleep today, and why they move (allocation.explain.Reason).

    `old_stay` and `new_stay` are what the approval ended and began: undoing follows them back.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "plan": PUBLIC,
        "student": PERSONAL,
        "bed": PERSONAL,
        "from_bed": PERSONAL,
        "reason": SENSITIVE,
        "other": SENSITIVE,
        "number": PUBLIC,
        "by_hand": PUBLIC,
        "old_stay": PERSONAL,
        "new_stay": PERSONAL,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    plan = models.ForeignKey(AllocationPlan, models.PROTECT, related_name="places", db_index=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    bed = models.ForeignKey(Bed, models.PROTECT, related_name="+")
    from_bed = models.ForeignKey(Bed, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=12, blank=True)
    other = models.ForeignKey(Student, models.PROTECT, null=True, blank=True, related_name="+")
    number = models.PositiveSmallIntegerField(default=0)
    by_hand = models.BooleanField(default=False)
    old_stay = models.ForeignKey(Stay, models.SET_NULL, null=True, blank=True, related_name="+")
    new_stay = models.ForeignKey(Stay, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "student"], name="dormitories_place_pupil_once"),
            models.UniqueConstraint(
                fields=["plan", "bed"],
                name="dormitories_place_bed_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in plan {self.plan_id}"

    @property
    def moves(self) -> bool:
        return self.from_bed_id != self.bed_id


class PlanProgress(models.Model):
    """How far a worker is. A table of its own: it's written while the plan's row is not."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(
        ["id", "school", "plan", "done", "total", "beat_at"], PUBLIC
    )

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    plan = models.OneToOneField(AllocationPlan, models.PROTECT, related_name="progress")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"
