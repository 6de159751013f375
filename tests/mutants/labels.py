"""A row's label: the school it is of, and what makes it differ from its neighbours there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.mutants.rows import World

OF_SESSION = {
    "counselling_session": "id",
    "counselling_sessiontext": "session_id",
    "counselling_session_topics": "session_id",
    "counselling_followup": "session_id",
    "counselling_linkedpupil": "session_id",
}
OF_AUTHOR = {
    "counselling_draft": "author_id",
    "counselling_concerndraft": "author_id",
    "core_export": "requested_by_id",
}
EVENTS = {
    "row.plain": "", "row.sealed": " sealed", "row.process": " process", "concern.row": " concern", "row.about": " about", "row.target": " target",
}  # fmt: skip


def label(world: World, table: str, row: dict[str, Any]) -> str:
    tag = world.tags.get(row.get("school_id") or 0, "")
    if table.startswith("dashboards_"):
        return tag or _of_area(world, row)
    if table in OF_SESSION:
        return world.labels["session", row[OF_SESSION[table]]]
    if table in OF_AUTHOR:
        return f"{tag} of {world.name_of(row[OF_AUTHOR[table]])}"
    special = _SPECIAL.get(table)
    return special(world, tag, row) if special else tag


def _of_area(world: World, row: dict[str, Any]) -> str:
    return next(tag for tag, side in world.sides.items() if row["area_path"] == side.area.path)


def _school(world: World, _tag: str, row: dict[str, Any]) -> str:
    return world.tags[row["id"]]


def _membership(world: World, tag: str, row: dict[str, Any]) -> str:
    if row["area_id"]:
        return f"area of {world.name_of(row['user_id'])}"
    name = world.name_of(row["user_id"])
    if not tag:
        tag = _class_tag(world, row)
    apart = name in ("teacher", "left", "soon", "closed") or tag == "B"
    return f"{tag} of {name}" if apart else tag


def _class_tag(world: World, row: dict[str, Any]) -> str:
    wanted = row["school_class_id"]
    return next(tag for tag, side in world.sides.items() if wanted in (side.first.pk, side.second.pk))


def _invitation(_world: World, tag: str, row: dict[str, Any]) -> str:
    return "area" if row["area_id"] else tag


def _progress(world: World, _tag: str, row: dict[str, Any]) -> str:
    roster = next(
        one for one in world.of_table("students_rosterimport") if one.values["id"] == row["roster_id"]
    )
    return roster.label


def _grant(world: World, _tag: str, row: dict[str, Any]) -> str:
    return f"{world.labels['session', row['session_id']]} to {world.name_of(row['user_id'])}"


def _emergency(world: World, tag: str, row: dict[str, Any]) -> str:
    return f"{tag} of {world.name_of(row['user_id'])}"


def _concern(world: World, _tag: str, row: dict[str, Any]) -> str:
    return world.labels["concern", row.get("concern_id") or row["id"]]


def _concern_part(key: str, who: str) -> Any:
    def of(world: World, tag: str, row: dict[str, Any]) -> str:
        part = " by head" if world.name_of(row[key]) == who else ""
        return _concern(world, tag, row) + part

    return of


def _reminder(world: World, tag: str, row: dict[str, Any]) -> str:
    return world.labels.get(("reminder", row["id"]), tag)


def _event(world: World, tag: str, row: dict[str, Any]) -> str:
    if not tag:
        return "none"
    return tag + (EVENTS[row["event"]] if row["event"] in EVENTS else f" by {world.name_of(row['actor_id'])}")


def _change(world: World, tag: str, row: dict[str, Any]) -> str:
    table = row["table_name"]
    if not tag:
        return "none"
    if table.startswith("counselling_concern"):
        return f"{tag} concern"
    if table == "counselling_entrygrant":
        return f"{tag} grant"
    if table in OF_SESSION and _is_secret(world, table, row["row_id"]):
        return f"{tag} secret"
    if table == "reminders_reminder":
        return f"{tag} told of {world.labels['reminder', row['row_id']]}"
    return tag


def _is_secret(world: World, table: str, row_id: int) -> bool:
    """Of a sealed entry or a working note. Those of `moved` are sealed."""
    one = next(row for row in world.of_table(table) if row.values["id"] == row_id)
    return one.label.partition(" ")[2] in ("sealed", "process", "of moved")


_SPECIAL = {
    "schools_school": _school,
    "schools_membership": _membership,
    "schools_invitation": _invitation,
    "students_rosterprogress": _progress,
    "students_emergencyaccess": _emergency,
    "counselling_entrygrant": _grant,
    "counselling_concern": _concern,
    "counselling_concerntext": _concern_part("written_by_id", "head"),
    "counselling_concernreader": _concern_part("granted_by_id", "head"),
    "reminders_reminder": _reminder,
    "core_auditevent": _event,
    "core_rowchange": _change,
    "core_auditlink": lambda _world, _tag, _row: "link",
    "core_audithead": lambda _world, _tag, _row: "head",
    "core_auditpending": lambda _world, _tag, _row: "pending",
}
