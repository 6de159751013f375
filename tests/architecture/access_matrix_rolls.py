"""The rows of roll and leave, pages and API, in the access matrix.

A leave hangs on its pupil; a roll shows a whole house, so only those look who see every boarder.
"""

from __future__ import annotations

from accounts.roles import Role
from tests.architecture.access_rows import SCHOOL, Row, Scope, pages

TAKING = {Role.WARDEN}
LOOKING = SCHOOL - {Role.HOMEROOM_TEACHER, Role.PAIRED_TEACHER}
ASKING = {Role.HOMEROOM_TEACHER, Role.WARDEN, Role.SCHOOL_ADMIN}
ANSWERING = {Role.HOMEROOM_TEACHER, Role.WARDEN, Role.HEAD_TEACHER}
GATE = {Role.WARDEN, Role.SCHOOL_ADMIN}
SEEING = ASKING | ANSWERING | GATE


def _of_school(
    names: dict[str, tuple[str, ...]], allow: set[Role], *args: str, json: bool = False
) -> list[Row]:
    """Rows about a thing of the school, or of one of its pupils: its other people get 403."""
    return [
        row
        for name, methods in names.items()
        for row in pages(
            name, Scope.OBJECT, *methods, allow=allow, refuse=SCHOOL - allow, args=args, json=json
        )
    ]


ROLL_ROWS: list[Row] = [
    *pages("dormitories:rolls", Scope.MINE, "GET", allow=LOOKING),
    *pages("dormitories:rolls_earlier", Scope.MINE, "GET", allow=LOOKING),
    *_of_school({"dormitories:roll_open": ("POST",)}, TAKING, "building"),
    *_of_school(
        {f"dormitories:{name}": ("GET",) for name in ("roll", "roll_news", "roll_print")}, LOOKING, "roll"
    ),
    *_of_school({"dormitories:roll_close": ("POST",)}, TAKING, "roll"),
    *_of_school(
        {"dormitories:roll_mark": ("POST",), "dormitories:roll_where": ("GET", "POST")},
        TAKING,
        "roll",
        "roll_number",
    ),
    *pages("dormitories:leaves", Scope.MINE, "GET", allow=SEEING),
    *_of_school({"dormitories:leave_new": ("GET", "POST")}, ASKING, "student"),
    *_of_school({"dormitories:leave": ("GET",)}, SEEING, "leave"),
    *_of_school(
        {f"dormitories:leave_{verb}": ("POST",) for verb in ("approve", "refuse")}, ANSWERING, "leave"
    ),
    *_of_school({"dormitories:leave_cancel": ("POST",)}, ASKING, "leave"),
    *_of_school({f"dormitories:leave_{verb}": ("POST",) for verb in ("out", "back", "undo")}, GATE, "leave"),
    *pages("api:leaves", Scope.MINE, "GET", allow=SEEING, json=True),
    *pages("api:leaves", Scope.MINE, "POST", allow=ASKING, json=True),
    *_of_school({"api:leave": ("GET",)}, SEEING, "leave", json=True),
    *_of_school(
        {f"api:leave_{verb}": ("POST",) for verb in ("approve", "refuse")}, ANSWERING, "leave", json=True
    ),
    *_of_school({f"api:leave_{verb}": ("POST",) for verb in ("out", "back")}, GATE, "leave", json=True),
    *pages("api:rolls", Scope.MINE, "GET", allow=LOOKING, json=True),
    *_of_school({"api:roll": ("GET",)}, LOOKING, "roll", json=True),
    *_of_school({f"api:roll_{verb}": ("POST",) for verb in ("marks", "close")}, TAKING, "roll", json=True),
]
