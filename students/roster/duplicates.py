"""The same pupil twice in one file."""

from __future__ import annotations

from dataclasses import asdict

from students.identity import is_temporary_national_number
from students.roster.rows import Pupil

Key = tuple[str, ...]


def keys_of(pupil_values: dict[str, str]) -> list[Key]:
    """What a pupil is recognised by, surest first: national number, identity number, name with birth date."""
    keys: list[Key] = [
        (field, pupil_values[field])
        for field in ("national_number", "identity_number")
        if pupil_values.get(field)
    ]
    if pupil_values.get("name") and pupil_values.get("born_on"):
        keys.append(("name", pupil_values["name"], pupil_values["born_on"]))
    return keys


def numbers_conflict(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether two people of one name and birthday carry numbers that can't belong to one person.

    A temporary national number (L, J) gives way to a formal one, so it never conflicts with it.
    """
    if _differ(one, other, "identity_number"):
        return True
    if not _differ(one, other, "national_number"):
        return False
    return not any(is_temporary_national_number(side["national_number"]) for side in (one, other))


def _differ(one: dict[str, str], other: dict[str, str], field: str) -> bool:
    return bool(one.get(field)) and bool(other.get(field)) and one[field] != other[field]


class Seen:
    """The pupils of a file so far; finds the earlier row of the same pupil."""

    def __init__(self) -> None:
        self._by_key: dict[Key, list[Pupil]] = {}

    def earlier(self, pupil: Pupil) -> Pupil | None:
        """The earlier row that is the same pupil, or None; the pupil is remembered when it is new."""
        keys = keys_of(pupil.values)
        for key in keys:
            for other in self._by_key.get(key, ()):
                if key[0] != "name" or not numbers_conflict(pupil.values, other.values):
                    return other
        for key in keys:
            self._by_key.setdefault(key, []).append(pupil)
        return None


def differences(one: Pupil, other: Pupil) -> list[str]:
    """The keys in which two rows of one pupil contradict each other; a blank contradicts nothing."""
    found = [
        key for key in sorted(one.values.keys() & other.values.keys()) if one.values[key] != other.values[key]
    ]
    if one.class_ref is not None and other.class_ref is not None and one.class_ref != other.class_ref:
        found.append("class")
    if (
        one.members
        and other.members
        and [asdict(m) for m in one.members] != [asdict(m) for m in other.members]
    ):
        found.append("member1.name")
    return found
