"""The rows of the home pages and their API in the access matrix."""

from __future__ import annotations

from accounts.roles import Role
from tests.architecture.access_rows import SCHOOL, TEACHING, Row, Scope, pages

SEEING = TEACHING | {Role.SCHOOL_ADMIN}
KEEPING = {Role.HOMEROOM_TEACHER, Role.SAFEGUARDING_LEAD, Role.SCHOOL_ADMIN}
_FORM = ("GET", "POST")

HOME_ROWS: list[Row] = [
    # a warden knows whom to call, not the home
    *pages("students:home", Scope.OBJECT, "GET", allow=SEEING, refuse={Role.WARDEN}, args=("student",)),
    *[
        page
        for name, methods, args in (
            ("adult_new", _FORM, ()),
            ("adult", _FORM, ("adult",)),
            ("adult_remove", _FORM, ("adult",)),
            ("number_new", _FORM, ("adult",)),
            ("number", _FORM, ("phone_number",)),
            ("absence_new", _FORM, ("adult",)),
            ("absence", _FORM, ("absence",)),
            ("window_new", _FORM, ("adult",)),
            ("window_end", ("POST",), ("reachable",)),
            ("care_new", _FORM, ()),
            ("care", _FORM, ("care",)),
        )
        for page in pages(
            f"students:{name}",
            Scope.OBJECT,
            *methods,
            allow=KEEPING,
            refuse=SCHOOL - KEEPING,
            args=("student", *args),
        )
    ],
    *pages(
        "api:student_home",
        Scope.OBJECT,
        "GET",
        allow=SEEING,
        refuse={Role.WARDEN},
        args=("student",),
        json=True,
    ),
]
