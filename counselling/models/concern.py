"""A concern: what anybody at the school reports to the safeguarding lead, its words apart and encrypted."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from schools.models import School
from students.models import Student


class Concern(PublicIdModel):
    """One report about one pupil. What was reported never changes; only what became of it does.

    `about_staff` names a colleague whom the report is about. It is fixed when it is reported: that person
    never sees the report, whatever role they hold then or later (access_concerns, migration 0006).
    The outcome is one of a few kinds and never a text, so that the reporter may see it.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "reporter": PERSONAL,
        "client_id": PUBLIC,
        "happened_at": PERSONAL,
        "recorded_at": PUBLIC,
        "category": SENSITIVE,
        "urgency": SENSITIVE,
        "told_in_person": PUBLIC,
        "about_staff": SENSITIVE,
        "status": SENSITIVE,
        "acknowledged_at": PUBLIC,
        "acknowledged_by": PERSONAL,
        "closed_at": PUBLIC,
        "closed_by": PERSONAL,
        "outcome": SENSITIVE,
    }

    class Category(models.TextChoices):
        """The nine situations of the opinion on mandatory reporting (强制报告, 2020, art. 4), and our own."""

        INJURY = "injury", pgettext_lazy("concern", "Injury to a private part of the body")
        GIRL_UNDER_14 = (
            "girl_under_14",
            pgettext_lazy("concern", "Girl under 14: sexual harm, pregnancy or abortion, or a sign of it"),
        )
        GIRL_FROM_14 = (
            "girl_from_14",
            pgettext_lazy("concern", "Girl of 14 or older: pregnancy or abortion after sexual harm"),
        )
        VIOLENCE = (
            "violence",
            pgettext_lazy(
                "concern",
                "Several injuries, badly underfed or unconscious; violence, bullying, abuse or drugging",
            ),
        )
        SELF_HARM = (
            "self_harm",
            pgettext_lazy("concern", "Death or disability by suicide, self-harm, work, poisoning or blows"),
        )
        UNATTENDED = "unattended", pgettext_lazy("concern", "Abandoned, or long without care")
        MISSING = "missing", pgettext_lazy("concern", "Of unknown origin, missing, abducted or sold")
        BEGGING = "begging", pgettext_lazy("concern", "Made to beg")
        DANGER = "danger", pgettext_lazy("concern", "Other serious harm, or danger of it")
        AMONG_PUPILS = "among_pupils", pgettext_lazy("concern", "Trouble among pupils")
        LOW = "low", pgettext_lazy("concern", "Very low, or speaks of hurting themselves")
        HOME = "home", pgettext_lazy("concern", "Care at home")
        CHANGED = "changed", pgettext_lazy("concern", "Changed in health, mood or behaviour")
        ONLINE = "online", pgettext_lazy("concern", "Telephone and internet")
        STAFF = "staff", pgettext_lazy("concern", "How an adult behaves towards a child")
        OTHER = "other", pgettext_lazy("concern", "Something else")

    MANDATORY: ClassVar[tuple[str, ...]] = (
        Category.INJURY, Category.GIRL_UNDER_14, Category.GIRL_FROM_14, Category.VIOLENCE, Category.SELF_HARM,
        Category.UNATTENDED, Category.MISSING, Category.BEGGING, Category.DANGER,
    )  # fmt: skip

    class Urgency(models.IntegerChoices):
        NOW = 1, pgettext_lazy("urgency", "Now: a child is in danger")
        TODAY = 2, pgettext_lazy("urgency", "Today")
        DAYS = 3, pgettext_lazy("urgency", "In the next days")

    class Status(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("concern status", "Received")
        LOOKING = "looking", pgettext_lazy("concern status", "Being looked into")
        CLOSED = "closed", pgettext_lazy("concern status", "Closed")

    class Outcome(models.TextChoices):
        HELPED = "helped", pgettext_lazy("concern outcome", "The school helps the child")
        PASSED_ON = "passed_on", pgettext_lazy("concern outcome", "Passed on to the authorities")
        NO_STEP = "no_step", pgettext_lazy("concern outcome", "Looked into; no further step needed")
        KNOWN = "known", pgettext_lazy("concern outcome", "Already known and in hand")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="concerns")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="concerns")
    client_id = models.UUIDField()
    happened_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField()
    category = models.CharField(_("what it is about"), max_length=15, choices=Category.choices)
    urgency = models.PositiveSmallIntegerField(_("how urgent"), choices=Urgency.choices)
    told_in_person = models.BooleanField(_("told in person"))
    about_staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RECEIVED)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reporter", "client_id"], name="counselling_concern_once"),
            models.CheckConstraint(
                name="counselling_concern_not_ahead", condition=Q(happened_at__lte=F("recorded_at"))
            ),
            models.CheckConstraint(
                name="counselling_concern_not_oneself",
                condition=Q(about_staff=None) | ~Q(about_staff=F("reporter")),
            ),
            models.CheckConstraint(
                name="counselling_concern_urgency", condition=Q(urgency__gte=1, urgency__lte=3)
            ),
            models.CheckConstraint(
                name="counselling_concern_seen_pair",
                condition=Q(acknowledged_at=None, acknowledged_by=None, status="received")
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="counselling_concern_closed_pair",
                condition=(
                    ~Q(status="closed") & Q(closed_at=None, closed_by=None, outcome="")
                    | Q(status="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["school", "urgency", "recorded_at", "id"],
                name="counselling_concern_open",
                condition=~Q(status="closed"),
            ),
            models.Index(fields=["school", "-recorded_at", "-id"], name="counselling_concern_school"),
            models.Index(fields=["student", "-happened_at", "-id"], name="counselling_concern_student"),
            models.Index(fields=["reporter", "-recorded_at", "-id"], name="counselling_concern_mine"),
        ]

    def __str__(self) -> str:
        return f"concern {self.pk}"

    @property
    def is_mandatory(self) -> bool:
        """Whether the law names this situation: then it is reported to the police at once."""
        return self.category in self.MANDATORY

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED


class ConcernText(models.Model):
    """The words of a report or of an addition to it, encrypted with the school's key (core.keys).

    Every concern's words are sealed, not only those about a colleague: so nothing in the table shows which
    is which, and a copy of the database tells nothing. The program may add rows, not change or remove them.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "concern": PERSONAL,
        "client_id": PUBLIC,
        "sealed": SENSITIVE,
        "written_by": PERSONAL,
        "written_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="texts")
    client_id = models.UUIDField()
    sealed = models.BinaryField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["concern", "client_id"], name="counselling_concerntext_once"),
        ]
        ordering = ["written_at", "id"]

    def __str__(self) -> str:
        return f"text {self.pk} of concern {self.concern_id}"


class ConcernReader(models.Model):
    """Somebody who may read one concern by name: chosen when it was reported, or shared with by its reader.

    A concern about a colleague has no other readers than these. A trigger refuses the colleague it is about.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "concern": PERSONAL,
        "user": PERSONAL,
        "kind": PUBLIC,
        "granted_at": PUBLIC,
        "granted_by": PERSONAL,
        "revoked_at": PUBLIC,
        "revoked_by": PERSONAL,
    }

    class Kind(models.TextChoices):
        ROUTED = "routed", pgettext_lazy("concern reader", "Answers for it")
        SHARED = "shared", pgettext_lazy("concern reader", "May read it")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    concern = models.ForeignKey(Concern, models.PROTECT, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "user", "kind"],
                name="counselling_concernreader_once",
                condition=Q(revoked_at=None),
            ),
            models.CheckConstraint(
                name="counselling_concernreader_revoked_pair",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["user"], name="counselling_concernreader_user", condition=Q(revoked_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} reads concern {self.concern_id}"


class ConcernDraft(models.Model):
    """A report being typed: encrypted, its author's alone, on the server and nowhere else.

    Apart from the drafts of talks, since the pupil may not be chosen yet and the words may accuse somebody.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "author": PERSONAL,
        "client_id": PUBLIC,
        "sealed": SENSITIVE,
        "changed_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    sealed = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "client_id"], name="counselling_concerndraft_once"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
