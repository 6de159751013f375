"""What the finder looks a pupil up by."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from core.privacy import PERSONAL, PUBLIC, Label
from schools.models import School
from students.models.people import Student


class FinderKey(models.Model):
    """One thing somebody may type to find a pupil: a name or its tail, pinyin, initials, a number.

    A prefix of a key in a B-tree answers at 100,000 pupils without an extension such as pg_trgm. Keys are
    as students.names.fold leaves them; students.services.finder writes them whenever a name or number
    changes. The app of the houses adds beds (students.sleeping). Of an identity number (and the national
    school number made of it) and of a telephone number only a blind index is kept: the one is matched
    whole, the other whole or by its last digits. Found digit by digit, a number would tell itself to
    somebody who may not read it.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "kind": PUBLIC,
        "key": PERSONAL,
    }

    class Kind(models.TextChoices):
        NAME = "name"
        PINYIN = "pinyin"
        INITIALS = "initials"
        NUMBER = "number"
        IDENTITY = "identity"
        PHONE = "phone"
        BED = "bed"

    # No index of their own: the two below begin with them.
    school = models.ForeignKey(School, models.PROTECT, related_name="+", db_index=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="finder_keys", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["student", "kind", "key"], name="students_finder_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["school", "key"],
                name="students_finder_prefix",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.student_id}"
