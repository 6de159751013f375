"""What somebody promised to do after a talk."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from counselling.models.session import Session, sealed_xor_clear
from schools.models import School
from students.models import Student

# A promise needs no note, so a secret one may have neither.
_NOTE = sealed_xor_clear("note") | Q(note="", sealed=None)


class FollowUp(PublicIdModel):
    """A promise with an owner and a due date; it ends by being done or cancelled, never by vanishing.

    `author` and `level` repeat the entry's, for row security; the note of a secret one is in `sealed` alone.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "session": PERSONAL,
        "student": PERSONAL,
        "author": PERSONAL,
        "level": SENSITIVE,
        "owner": PERSONAL,
        "due_on": PUBLIC,
        "note": SENSITIVE,
        "sealed": SENSITIVE,
        "created_at": PUBLIC,
        "done_at": PUBLIC,
        "done_by": PERSONAL,
        "cancelled_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="follow_ups")
    student = models.ForeignKey(Student, models.PROTECT, related_name="follow_ups")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Session.Sensitivity.choices)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="follow_ups")
    due_on = models.DateField(_("due"))
    note = models.CharField(_("what to do"), max_length=200, blank=True)
    sealed = models.BinaryField(null=True, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="counselling_followup_done_pair",
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
            ),
            models.CheckConstraint(
                name="counselling_followup_one_end", condition=Q(done_at=None) | Q(cancelled_at=None)
            ),
            models.CheckConstraint(name="counselling_followup_sealed", condition=_NOTE),
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on", "id"],
                name="counselling_followup_open",
                condition=Q(done_at=None, cancelled_at=None),
            ),
            models.Index(fields=["student", "due_on"], name="counselling_followup_student"),
        ]

    def __str__(self) -> str:
        return f"follow-up {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.cancelled_at is None

    @property
    def is_closed(self) -> bool:
        """Whether its note is part of a closed entry: in no list, fetched on request, which is noted."""
        return self.level != Session.Sensitivity.SCHOOL

    @property
    def has_note(self) -> bool:
        return bool(self.note) or self.sealed is not None
