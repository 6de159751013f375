"""What whoever gives beds has to mind, and, apart from it, why."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from dormitories.models.places import Bed
from schools.models import School
from students.models import Student


class RuleQuerySet(models.QuerySet["Rule"]):
    def active(self, on: date) -> RuleQuerySet:
        """Rules in force on a day; the last day counts."""
        return self.filter(starts_on__lte=on, ends_on__gte=on)


class Rule(PublicIdModel):
    """One thing to mind. Somebody answers for it, and it ends on a day, so that none outlives its reason.

    What each kind needs stands in dormitories.rules (pupils, a bed, a number). Who gives beds sees the kind
    and the pupils; why stands in RuleReason.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "kind": SENSITIVE,
        "owner": PERSONAL,
        "bed": PERSONAL,
        "number": PUBLIC,
        "starts_on": PUBLIC,
        "ends_on": PUBLIC,
        "made_by": PERSONAL,
        "made_at": PUBLIC,
    }

    class Kind(models.TextChoices):
        KEEP_APART = "keep_apart", _("Keep apart")
        KEEP_TOGETHER = "keep_together", _("Keep together")
        SIBLINGS = "siblings", _("Siblings in one room")
        GROUND_FLOOR = "ground_floor", _("Ground floor")
        NEAR_WARDEN = "near_warden", _("Near the warden")
        LOWER_BUNK = "lower_bunk", _("Lower bunk")
        PINNED = "pinned", _("Stays in this bed")
        GRADE_SPAN = "grade_span", _("Grades in one room")
        BUDDY = "buddy", _("Buddy for a newcomer")
        SPREAD = "spread", _("Spread over the rooms")

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("rule"), max_length=13, choices=Kind.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # PINNED: which bed. None for every other kind.
    bed = models.ForeignKey(Bed, models.PROTECT, null=True, blank=True, related_name="+")
    # GRADE_SPAN: grades that may share a room, 1 or more. SPREAD: pupils of the rule in one room at most.
    number = models.PositiveSmallIntegerField(_("number"), null=True, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="dormitories_rule_order", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="dormitories_rule_bed",
                condition=Q(kind="pinned", bed__isnull=False) | (~Q(kind="pinned") & Q(bed=None)),
            ),
            models.CheckConstraint(
                name="dormitories_rule_number",
                condition=Q(kind__in=["grade_span", "spread"], number__gte=1)
                | (~Q(kind__in=["grade_span", "spread"]) & Q(number=None)),
            ),
        ]
        indexes = [models.Index(fields=["school", "ends_on"], name="dormitories_rule_school")]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class RulePupil(models.Model):
    """A pupil whom a rule is about; of a BUDDY rule one is the newcomer, the others may be the buddy."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "rule": PUBLIC,
        "student": SENSITIVE,
        "is_newcomer": PERSONAL,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(Rule, models.PROTECT, related_name="pupils", db_index=False)
    student = models.ForeignKey(Student, models.PROTECT, related_name="bed_rules")
    is_newcomer = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "student"], name="dormitories_rulepupil_once"),
            models.UniqueConstraint(
                fields=["rule"], name="dormitories_rulepupil_newcomer", condition=Q(is_newcomer=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in rule {self.rule_id}"


class RuleReason(models.Model):
    """Why a rule is there: for its owner and those who make rules, never for whoever only gives beds.

    A table of its own with a policy of its own (kl.my_bed_rules), encrypted, in no list and no export.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "rule": PUBLIC,
        "text": SENSITIVE,
        "written_by": PERSONAL,
        "written_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    rule = models.OneToOneField(Rule, models.PROTECT, related_name="reason")
    text = EncryptedTextField(_("why"), max_length=1000)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"why of rule {self.rule_id}"
