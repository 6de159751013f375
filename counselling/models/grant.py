"""Who, beside those whose role reads it, may read one entry."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from counselling.models.session import SHAREABLE, Session
from schools.models import School
from students.models import Student


class EntryGrant(models.Model):
    """One colleague named to read one restricted or sealed entry. Taken back by a date, never removed.

    `student`, `author` and `level` repeat the entry's, for row security.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "session": PERSONAL,
        "student": PERSONAL,
        "author": PERSONAL,
        "level": SENSITIVE,
        "user": PERSONAL,
        "granted_by": PERSONAL,
        "granted_at": PUBLIC,
        "revoked_at": PUBLIC,
        "revoked_by": PERSONAL,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="grants")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Session.Sensitivity.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="entry_grants")
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"], name="counselling_grant_once", condition=Q(revoked_at=None)
            ),
            models.CheckConstraint(
                name="counselling_grant_shareable", condition=Q(level__in=sorted(SHAREABLE))
            ),
            models.CheckConstraint(
                name="counselling_grant_revoked_pair",
                condition=(
                    Q(revoked_at=None, revoked_by=None)
                    | Q(revoked_at__isnull=False, revoked_by__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["user"], name="counselling_grant_live", condition=Q(revoked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} may read session {self.session_id}"
