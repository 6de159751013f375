"""A roster file on its way in: what it holds, what would become of each row, how far the work is."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedBinaryField, EncryptedJSONField
from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from schools.models import School


class RosterImport(PublicIdModel):
    """One file, from upload to report.

    The file itself rests here only until it has been read, and the rows' content only until they are imported
    or the import is withdrawn, encrypted: a half-finished import is a copy of a school's children.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "file_name": PERSONAL,
        "content": SENSITIVE,
        "state": PUBLIC,
        "table": PERSONAL,
        "error": PERSONAL,
        "counts": PUBLIC,
        "uploaded_by": PERSONAL,
        "uploaded_at": PUBLIC,
        "checked_at": PUBLIC,
        "confirmed_by": PERSONAL,
        "confirmed_at": PUBLIC,
        "finished_at": PUBLIC,
    }

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("Being checked")
        READY = "ready", _("Checked, waits for you")
        REFUSED = "refused", _("File refused")
        CONFIRMED = "confirmed", _("Being imported")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    school = models.ForeignKey(School, models.PROTECT, related_name="roster_imports")
    file_name = models.CharField(max_length=200)
    content = EncryptedBinaryField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.UPLOADED)
    table = EncryptedJSONField(default=dict, blank=True)
    error = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="students_roster_file_while_unread",
                condition=Q(state="uploaded") | Q(content__isnull=True),
            ),
            models.CheckConstraint(
                name="students_roster_confirmed",
                condition=~Q(state__in=["confirmed", "done"]) | Q(confirmed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["school", "-id"], name="students_roster_school")]

    def __str__(self) -> str:
        return f"{self.state} {self.public_id}"

    @property
    def is_busy(self) -> bool:
        """Whether a worker has it, or should."""
        return self.state in {self.State.UPLOADED, self.State.CONFIRMED}


class RosterRow(models.Model):
    """What would become of one row, or what became of it. `pupil` and `changes` are emptied at the end."""

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "roster": PUBLIC,
        "number": PUBLIC,
        "name": PERSONAL,
        "verdict": PUBLIC,
        "has_warning": PUBLIC,
        "decision": PUBLIC,
        "pupil": SENSITIVE,
        "issues": SENSITIVE,
        "changes": SENSITIVE,
    }

    class Verdict(models.TextChoices):
        NEW = "new", _("New")
        UPDATED = "updated", _("Update")
        UNCHANGED = "unchanged", _("Unchanged")
        DUPLICATE = "duplicate", _("Twice in the file")
        REFUSED = "refused", _("Refused")
        LEFT_OUT = "left_out", _("Left out by you")

    class Decision(models.TextChoices):
        AS_WRITTEN = "", _("As the file says")
        BY_IDENTITY = "identity", _("As the identity number says")
        LEAVE_OUT = "leave_out", _("Leave this row out")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=80, blank=True)
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    has_warning = models.BooleanField(default=False)
    decision = models.CharField(max_length=9, choices=Decision.choices, blank=True)
    pupil = EncryptedJSONField(default=dict, blank=True)
    issues = models.JSONField(default=list, blank=True)
    changes = EncryptedJSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster", "number"], name="students_roster_row_once"),
        ]
        indexes = [
            models.Index(fields=["roster", "verdict", "number"], name="students_roster_verdict"),
            models.Index(
                fields=["roster", "number"], name="students_roster_warning", condition=Q(has_warning=True)
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of {self.roster_id}"

    @property
    def asks_for_decision(self) -> bool:
        """Whether the row contradicts its identity number, so that a person should choose."""
        return any(issue["code"] in CONTRADICTIONS for issue in self.issues)


CONTRADICTIONS = frozenset({"sex-contradicts", "birth-contradicts"})


class RosterProgress(models.Model):
    """How far a worker is. A table of its own: the one long transaction locks the import's row."""

    PRIVACY: ClassVar[dict[str, Label]] = dict.fromkeys(["id", "roster", "done", "total", "beat_at"], PUBLIC)

    roster = models.OneToOneField(RosterImport, models.CASCADE, related_name="progress")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.done}/{self.total}"
