"""A talk with a pupil: the entry, its text (apart), drafts, and other pupils it concerns."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models import PublicIdModel
from core.privacy import PERSONAL, PUBLIC, SENSITIVE, Label
from counselling.models.topic import Topic
from schools.models import School
from students.models import Student


class Session(PublicIdModel):
    """One talk. Append-only: a correction is a new SessionText, a mistake is withdrawn, never deleted.

    `happened_at` and `recorded_at` are two facts. `client_id` is made by the page, so that a
    submission repeated on a bad network makes one entry.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "public_id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "author": PERSONAL,
        "client_id": PUBLIC,
        "happened_at": PERSONAL,
        "recorded_at": PUBLIC,
        "mood": SENSITIVE,
        "sensitivity": SENSITIVE,
        "topics": SENSITIVE,
        "withdrawn_at": PUBLIC,
        "withdrawn_by": PERSONAL,
    }

    class Mood(models.IntegerChoices):
        VERY_LOW = 1, pgettext_lazy("mood", "Very low")
        LOW = 2, pgettext_lazy("mood", "Low")
        SO_SO = 3, pgettext_lazy("mood", "So-so")
        GOOD = 4, pgettext_lazy("mood", "Good")
        VERY_GOOD = 5, pgettext_lazy("mood", "Very good")

    class Sensitivity(models.TextChoices):
        """Four depths. What each means: docs/how-to/who-reads-what.md."""

        SCHOOL = "school", pgettext_lazy("sensitivity", "School-wide")
        RESTRICTED = "restricted", pgettext_lazy("sensitivity", "Restricted")
        SEALED = "sealed", pgettext_lazy("sensitivity", "Sealed")
        PROCESS = "process", pgettext_lazy("sensitivity", "Working note")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    student = models.ForeignKey(Student, models.PROTECT, related_name="sessions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sessions")
    client_id = models.UUIDField()
    happened_at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField()
    mood = models.PositiveSmallIntegerField(_("mood"), choices=Mood.choices, null=True, blank=True)
    sensitivity = models.CharField(_("who can read it"), max_length=10, choices=Sensitivity.choices)
    topics = models.ManyToManyField(Topic, related_name="+", blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "client_id"], name="counselling_session_once"),
            models.CheckConstraint(
                name="counselling_session_not_ahead", condition=Q(happened_at__lte=F("recorded_at"))
            ),
            models.CheckConstraint(
                name="counselling_session_withdrawn_pair",
                condition=(
                    Q(withdrawn_at=None, withdrawn_by=None)
                    | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="counselling_session_mood", condition=Q(mood=None) | Q(mood__gte=1, mood__lte=5)
            ),
            # what hangs on an entry repeats these, held to them by a composite key (migration 0005)
            models.UniqueConstraint(
                fields=["id", "student", "author", "sensitivity"], name="counselling_session_kin"
            ),
        ]
        indexes = [
            models.Index(fields=["student", "-happened_at", "-id"], name="counselling_session_student"),
            models.Index(fields=["school", "-recorded_at"], name="counselling_session_school"),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def is_closed(self) -> bool:
        """Whether its words stand in no list and are fetched on request, which is noted."""
        return self.sensitivity != self.Sensitivity.SCHOOL

    @property
    def is_secret(self) -> bool:
        """Whether only its readers know that it exists; its words are encrypted."""
        return self.sensitivity in SECRET


# Rows that nobody but their readers ever sees, and words that never rest in clear.
SECRET = frozenset({Session.Sensitivity.SEALED, Session.Sensitivity.PROCESS})
# Entries that can be shared with a named colleague.
SHAREABLE = frozenset({Session.Sensitivity.RESTRICTED, Session.Sensitivity.SEALED})


def sealed_xor_clear(*clear: str) -> Q:
    """The words of a secret entry are in `sealed` and nowhere else; those of another never are."""
    empty = Q(**dict.fromkeys(clear, ""))
    return Q(level__in=sorted(SECRET), sealed__isnull=False) & empty | (
        ~Q(level__in=sorted(SECRET)) & Q(sealed=None)
    )


class SessionText(models.Model):
    """The words of a talk, apart from the talk, so that no list or join carries them by accident.

    Number 1 is what was first written; each later number is a correction with its reason. The
    program's database role may insert and select, not change or delete (migration 0002).
    `student`, `level` and `written_by` repeat the entry's, so that row security needs no second table
    (migration 0005). Secret entries have their words in `sealed` alone, with the school's key
    (counselling.sealing).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "session": PERSONAL,
        "student": PERSONAL,
        "level": SENSITIVE,
        "number": PUBLIC,
        "line": SENSITIVE,
        "facts": SENSITIVE,
        "child_words": SENSITIVE,
        "action": SENSITIVE,
        "reason": SENSITIVE,
        "sealed": SENSITIVE,
        "written_by": PERSONAL,
        "written_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="texts")
    student = models.ForeignKey(Student, models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Session.Sensitivity.choices)
    number = models.PositiveSmallIntegerField(default=1)
    line = models.CharField(_("in one line"), max_length=300, blank=True)
    facts = models.TextField(_("what was seen and said"), max_length=10_000, blank=True)
    child_words = models.TextField(_("in the child's own words"), max_length=5_000, blank=True)
    action = models.TextField(_("what I did"), max_length=5_000, blank=True)
    reason = models.CharField(_("why it is corrected"), max_length=200, blank=True)
    sealed = models.BinaryField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="counselling_text_number"),
            models.CheckConstraint(
                name="counselling_text_reason",
                condition=Q(number=1) | ~Q(reason="") | Q(level__in=sorted(SECRET)),
            ),
            models.CheckConstraint(
                name="counselling_text_sealed",
                condition=sealed_xor_clear("line", "facts", "child_words", "action", "reason"),
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"text {self.number} of session {self.session_id}"


class LinkedPupil(models.Model):
    """Another pupil a talk concerns, with a role of their own: linking alone would label them.

    `about` (the pupil of the talk), `author` and `level` repeat the entry's, for row security.
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "session": PERSONAL,
        "about": PERSONAL,
        "author": PERSONAL,
        "level": SENSITIVE,
        "student": PERSONAL,
        "role": SENSITIVE,
    }

    class Role(models.TextChoices):
        AFFECTED = "affected", pgettext_lazy("linked pupil", "Affected")
        INVOLVED = "involved", pgettext_lazy("linked pupil", "Involved")
        WITNESS = "witness", pgettext_lazy("linked pupil", "Saw it")
        HELPED = "helped", pgettext_lazy("linked pupil", "Helped")

    school = models.ForeignKey(School, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="linked_pupils")
    about = models.ForeignKey(Student, models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Session.Sensitivity.choices)
    student = models.ForeignKey(Student, models.PROTECT, related_name="linked_sessions")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "student"], name="counselling_linked_once"),
            models.CheckConstraint(name="counselling_linked_other", condition=~Q(student=F("about"))),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in session {self.session_id}"


class Draft(models.Model):
    """What somebody is typing, kept on the server and nowhere else; only its author ever sees it.

    ASVS 5.0.0 V14.3.3: nothing readable rests on the device. Removed when the talk is saved, and after
    thirty days. Encrypted with the school's key whatever the level chosen so far: it may yet become a
    sealed one (counselling.sealing).
    """

    PRIVACY: ClassVar[dict[str, Label]] = {
        "id": PUBLIC,
        "school": PUBLIC,
        "student": PERSONAL,
        "author": PERSONAL,
        "client_id": PUBLIC,
        "sealed": SENSITIVE,
        "changed_at": PUBLIC,
    }

    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    student = models.ForeignKey(Student, models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    sealed = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "client_id"], name="counselling_draft_once"),
        ]
        indexes = [models.Index(fields=["author", "student"], name="counselling_draft_student")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
