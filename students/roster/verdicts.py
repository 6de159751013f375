"""What a cleaned row means for the school's register: a new pupil, an update, nothing, or a refusal.

A pupil is recognised by the national student number, then the identity number, then name with date of birth,
always within one school: whoever imports must not learn from a verdict that a child is known somewhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from students.identity import is_temporary_national_number
from students.roster import duplicates
from students.roster.headers import Column, issue_at
from students.roster.messages import Issue, Level, Param
from students.roster.rows import Member, Pupil
from students.roster.values import ClassRef, class_label

PERSON_FIELDS = ("phone", "address", "employer")


class Kind(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class of the school in the year of the import."""

    id: int
    grade: int
    number: int

    @property
    def label(self) -> str:
        """As the file may write it."""
        return class_label(self.grade, self.number)


@dataclass(slots=True)
class KnownMember:
    """An adult already linked to a pupil."""

    link_id: int
    person_id: int
    name: str
    relation: str
    phone: str
    address: str
    employer: str
    is_guardian: bool


@dataclass(slots=True)
class Known:
    """A pupil already on the school's register. `class_id` is None for one who left."""

    id: int
    values: dict[str, str]
    class_id: int | None = None
    class_label: str = ""
    members: list[KnownMember] = field(default_factory=list)
    has_bed: bool = False  # in a house for girls or for boys: the sex stays as it is


@dataclass(frozen=True, slots=True)
class Change:
    """One stored value that a row would change."""

    key: str
    old: str
    new: str
    person: str = ""


@dataclass(slots=True)
class Verdict:
    """What becomes of a row, and why."""

    kind: Kind
    known: Known | None = None
    class_id: int | None = None
    changes: list[Change] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


class Register:
    """The pupils of one school, findable by what a row says."""

    def __init__(self, pupils: Iterable[Known], classes: Sequence[KnownClass]) -> None:
        self.classes = classes
        self._by_key: dict[duplicates.Key, list[Known]] = {}
        for known in pupils:
            for key in duplicates.keys_of(known.values):
                self._by_key.setdefault(key, []).append(known)

    def by_number(self, pupil: Pupil) -> list[Known]:
        """The pupils who hold one of the row's numbers; two of them mean that the row mixes two children."""
        found: dict[int, Known] = {}
        for key in duplicates.keys_of(pupil.values):
            if key[0] != "name":
                found.update({known.id: known for known in self._by_key.get(key, ())})
        return list(found.values())

    def by_name(self, pupil: Pupil) -> list[Known]:
        """The pupils with the row's name and date of birth."""
        return [
            known
            for key in duplicates.keys_of(pupil.values)
            if key[0] == "name"
            for known in self._by_key.get(key, ())
        ]


class Judge:
    """Decides the rows of one file in order; remembers which pupil was already spoken for."""

    def __init__(self, register: Register, columns: Mapping[str, Column]) -> None:
        self._register = register
        self._columns = columns
        self._seen = duplicates.Seen()
        self._spoken_for: dict[int, int] = {}
        self._claims: dict[tuple[int, str], str] = {}

    def decide(self, pupil: Pupil) -> Verdict:
        """The verdict on a row whose cells were all readable."""
        earlier = self._seen.earlier(pupil)
        if earlier is not None:
            return self._duplicate(pupil, earlier)
        issues: list[Issue] = []
        school_class = self._class(pupil, issues)
        known = self._match(pupil, issues)
        if known is None:
            self._require(pupil, issues)
        elif known.id in self._spoken_for:
            self._say(issues, pupil, "name", "duplicate", row=self._spoken_for[known.id])
        if school_class is None or any(issue.level is Level.REFUSED for issue in issues):
            return Verdict(Kind.REFUSED, issues=issues)
        if known is None:
            return Verdict(Kind.NEW, class_id=school_class.id, issues=issues)
        self._spoken_for[known.id] = pupil.row
        changes = changes_of(pupil, known, school_class)
        if known.has_bed and any(change.key == "sex" for change in changes):
            self._say(issues, pupil, "sex", "sex-has-bed")
            return Verdict(Kind.REFUSED, issues=issues)
        for member in pupil.members:
            changes.extend(self._member_changes(pupil, member, find_member(member, known), issues))
        kind = Kind.UPDATED if changes else Kind.UNCHANGED
        return Verdict(kind, known, school_class.id, changes, issues)

    def _say(self, issues: list[Issue], pupil: Pupil, key: str, code: str, **params: Param) -> None:
        issues.append(issue_at(self._columns, Level.REFUSED, pupil.row, key, code, params))

    def _duplicate(self, pupil: Pupil, earlier: Pupil) -> Verdict:
        differing = duplicates.differences(pupil, earlier)
        if not differing:
            issue = Issue(Level.WARNING, pupil.row, None, "", "duplicate", {"row": earlier.row})
            return Verdict(Kind.DUPLICATE, issues=[issue])
        names = ", ".join(self._columns[key].text for key in differing if key in self._columns)
        params: dict[str, Param] = {"row": earlier.row, "columns": names}
        return Verdict(
            Kind.REFUSED, issues=[Issue(Level.REFUSED, pupil.row, None, "", "duplicate-differs", params)]
        )

    def _class(self, pupil: Pupil, issues: list[Issue]) -> KnownClass | None:
        if pupil.class_ref is None:
            return None
        found, code, nearest = find_class(pupil.class_ref, self._register.classes)
        if found is None:
            params: dict[str, Param] = {"value": pupil.class_text}
            if nearest is not None:
                params["nearest"] = nearest.label
            self._say(issues, pupil, "class" if "class" in self._columns else "grade", code, **params)
        return found

    def _match(self, pupil: Pupil, issues: list[Issue]) -> Known | None:
        holders = self._register.by_number(pupil)
        number = "national_number" if "national_number" in pupil.values else "identity_number"
        if len(holders) > 1:
            self._say(issues, pupil, number, "two-pupils")
            return None
        if holders:
            known = holders[0]
            if all(_differs(pupil, known, key) for key in ("name", "born_on")):
                self._say(issues, pupil, number, "other-pupils-number")
            return known
        namesakes = self._register.by_name(pupil)
        same = [known for known in namesakes if not duplicates.numbers_conflict(pupil.values, known.values)]
        if len(same) > 1:
            self._say(issues, pupil, "name", "ambiguous")
            return None
        if namesakes and not same:
            issues.append(issue_at(self._columns, Level.WARNING, pupil.row, "name", "namesake", {}))
        return same[0] if same else None

    def _member_changes(
        self, pupil: Pupil, member: Member, linked: KnownMember | None, issues: list[Issue]
    ) -> list[Change]:
        """What the row changes in an adult.

        Of siblings' rows that disagree about a parent the first counts; else importing a file twice would
        turn the parent over and over.
        """
        if linked is None:
            return [Change("relation", "", member.relation, member.name)]
        changes = []
        for key in PERSON_FIELDS:
            value = getattr(member, key)
            if not value:
                continue
            if self._claims.setdefault((linked.person_id, key), value) != value:
                issues.append(
                    Issue(Level.WARNING, pupil.row, None, "", "member-contradicts", {"name": member.name})
                )
            elif value != getattr(linked, key):
                changes.append(Change(key, getattr(linked, key), value, member.name))
        return changes + _link_changes(member, linked)

    def _require(self, pupil: Pupil, issues: list[Issue]) -> None:
        for key, code in (("born_on", "birth-missing"), ("sex", "sex-missing")):
            if key not in pupil.values:
                self._say(issues, pupil, key, code)


def find_class(
    ref: ClassRef, classes: Sequence[KnownClass]
) -> tuple[KnownClass | None, str, KnownClass | None]:
    """The class a reference means; else the message's code and the nearest class (by grade, then number).

    A grade without number means its only class.
    """
    if not classes:
        return None, "class-none", None
    in_grade = [known for known in classes if known.grade == ref.grade]
    if ref.number is None and len(in_grade) == 1:
        return in_grade[0], "", None
    exact = next((known for known in in_grade if known.number == ref.number), None)
    if exact is not None:
        return exact, "", None
    wanted = ref.number or 1
    nearest = min(classes, key=lambda known: (abs(known.grade - ref.grade), abs(known.number - wanted)))
    is_grade_only = ref.number is None and bool(in_grade)
    return None, "class-number-missing" if is_grade_only else "class-unknown", nearest


def changes_of(pupil: Pupil, known: Known, school_class: KnownClass) -> list[Change]:
    """What the row would change: never by a blank cell, nor a formal number to a temporary one."""
    changes = [
        Change(key, known.values.get(key, ""), value)
        for key, value in pupil.values.items()
        if value != known.values.get(key, "") and not _is_step_back(key, known, value)
    ]
    if known.class_id != school_class.id:
        changes.append(Change("class", known.class_label, school_class.label))
    return changes


def find_member(member: Member, known: Known) -> KnownMember | None:
    """The adult already linked to the pupil under this name."""
    return next((linked for linked in known.members if linked.name == member.name), None)


def _link_changes(member: Member, linked: KnownMember) -> list[Change]:
    changes = []
    if member.relation not in {"other", linked.relation}:
        changes.append(Change("relation", linked.relation, member.relation, member.name))
    if member.is_guardian is not None and member.is_guardian != linked.is_guardian:
        changes.append(Change("is_guardian", str(linked.is_guardian), str(member.is_guardian), member.name))
    return changes


def _is_step_back(key: str, known: Known, value: str) -> bool:
    """A file from before the formal number (G) was given still has the temporary one."""
    stored = known.values.get(key, "")
    return key == "national_number" and stored.startswith("G") and is_temporary_national_number(value)


def _differs(pupil: Pupil, known: Known, key: str) -> bool:
    return bool(pupil.values.get(key)) and pupil.values[key] != known.values.get(key)
