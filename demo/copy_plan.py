"""What a copied school takes along, table by table, and what each column of a copy is. Reads the models only.

A new table with a `school` needs no word here. One that mustn't be copied stands in LEFT_OUT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from accounts.models import User
from counselling.models import Session
from schools.models import Area, Membership, School
from students.models import FinderKey

APPS = {"schools", "students", "counselling", "dormitories", "calls", "dashboards"}
# What is bound to its place by a key, tells of one event that the trail holds, or is work under way.
LEFT_OUT = {
    *("schools.Invitation", "students.EmergencyAccess", "students.RosterImport", "students.RosterRow"),
    *(
        "students.RosterProgress",
        "counselling.Concern",
        "counselling.ConcernText",
        "counselling.ConcernReader",
    ),
    *("counselling.ConcernDraft", "counselling.Draft", "dormitories.HouseFile", "dormitories.AllocationPlan"),
    *("dormitories.PlannedPlace", "dormitories.PlanProgress", "dashboards.FrozenCell"),
    "dashboards.PeriodCount",
}
# t1-302 becomes t7-302, teacher becomes teacher7: the names that the demo's own schools have.
_USERNAME = (
    "CASE WHEN r.username ~ '^[a-z]1-'"
    r" THEN regexp_replace(r.username, '^([a-z])1-', '\1' || s.number || '-') ELSE r.username || s.number END"
)
# Columns that are more than a row's own value: of `s`, the copy (demo.copies), and `n`, its new names.
_OWN: dict[str, dict[str, str]] = {
    "schools_school": {
        "public_id": "s.public_id", "code": "s.code", "name": "s.name", "area_id": "s.area_id"
    },
    "dashboards_countedschool": {
        "public_id": "s.public_id", "name": "s.name", "area_name": "s.area_name", "area_path": "s.area_path",
        "built_seq": "0",
    },
    "accounts_user": {
        "username": _USERNAME, "email": f"{_USERNAME} || '@' || split_part(r.email, '@', 2)", "phone": "NULL",
        "name": "n.new", "last_login": "NULL",
    },
    "students_person": {"name": "n.new"},
    "students_student": {"name": "n.new", "pinyin": "n.pinyin"},
}  # fmt: skip


@dataclass(frozen=True)
class Block:
    """The ids of one table: the pattern's from `first`, `span` of them a copy, the copies' from `start`."""

    first: int
    span: int
    start: int

    def of(self, column: str) -> str:
        """SQL for what an id of the pattern is in copy s.k, which counts from 1."""
        return f"{column} + {self.start - self.first - self.span} + s.k * {self.span}"


def tables() -> list[type[models.Model]]:
    """Every table whose rows of the pattern are copied; the finder's keys are made anew instead."""
    found: list[type[models.Model]] = [School, User, Membership, Session.topics.through]
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in APPS or model in found or model is FinderKey:
            continue
        if model._meta.label not in LEFT_OUT and any(field.name == "school" for field in _fields(model)):
            found.append(model)
    return found


def which(model: type[models.Model]) -> str:
    """SQL for the pattern's rows of a table, over `r`; its school is a parameter."""
    if model is School:
        return "r.id = %(school)s"
    if model is User:
        return "r.id = ANY(%(users)s)"
    if model is Membership:
        return "r.user_id = ANY(%(users)s)"
    if model is Session.topics.through:
        return "r.session_id IN (SELECT id FROM counselling_session WHERE school_id = %(school)s)"
    return "r.school_id = %(school)s"


def statement(model: type[models.Model], blocks: Mapping[type[models.Model], Block]) -> str:
    """INSERT … SELECT of all the copies that stand in copied_school."""
    pairs = list(_columns(model, blocks))
    table = model._meta.db_table
    names = "JOIN copied_name AS n ON n.k = s.k AND n.old = r.name" if _is_renamed(table) else ""
    return (
        f"INSERT INTO {table} ({', '.join(name for name, _ in pairs)})"  # noqa: S608  names of our own tables
        f" SELECT {', '.join(value for _, value in pairs)}"
        f" FROM {table} AS r CROSS JOIN copied_school AS s {names} WHERE {which(model)}"
    )


def _columns(
    model: type[models.Model], blocks: Mapping[type[models.Model], Block]
) -> Iterator[tuple[str, str]]:
    own = _OWN.get(model._meta.db_table, {})
    for field in _fields(model):
        column = str(field.column)
        yield f'"{column}"', own.get(column) or _value(field, f'r."{column}"', blocks)


def _value(
    field: models.Field[object, object], column: str, blocks: Mapping[type[models.Model], Block]
) -> str:
    if field.is_relation:
        return _relation(field, column, blocks)
    if field.primary_key:
        return blocks[field.model].of(column)
    if isinstance(field, models.UUIDField):
        return "uuidv7()"
    return column


def _relation(
    field: models.Field[object, object], column: str, blocks: Mapping[type[models.Model], Block]
) -> str:
    """A key into a copied table is moved along; one to what all share (an area, an official) stays."""
    model = field.related_model
    if model is User:
        return f"CASE WHEN {column} = ANY(%(users)s) THEN {blocks[User].of(column)} ELSE {column} END"
    if model in blocks:
        return blocks[model].of(column)  # type: ignore[index]
    if model is Area:
        return column
    if field.null:
        return "NULL"
    raise LookupError(f"{field} names a row that isn't copied: leave its table out too (demo.copy_plan).")


def _fields(model: type[models.Model]) -> list[models.Field[object, object]]:
    return list(model._meta.concrete_fields)


def _is_renamed(table: str) -> bool:
    return "n.new" in _OWN.get(table, {}).values()
