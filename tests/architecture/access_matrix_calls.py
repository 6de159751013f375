"""The rows of the calls pages and their API in the access matrix."""

from __future__ import annotations

from accounts.roles import Role
from tests.architecture.access_rows import EVERYBODY, OVERSEEING, SCHOOL, Row, Scope, pages

PLANNING = {Role.SCHOOL_ADMIN}
CALLING = {Role.SCHOOL_ADMIN, Role.HOMEROOM_TEACHER, Role.WARDEN}

CALL_ROWS: list[Row] = [
    # --- telephones, windows and the weekly rota ---------------------------------------------------
    *pages("calls:week", Scope.MINE, "GET", allow=SCHOOL),
    *pages(
        "calls:school_week",
        Scope.OBJECT,
        "GET",
        allow=SCHOOL,
        refuse=EVERYBODY - SCHOOL,
        args=("school",),
    ),
    *[
        page
        for name, methods, more in (
            ("week_print", ("GET",), ()),
            ("phones", ("GET",), ()),
            ("phone_new", ("GET", "POST"), ()),
            ("phone_end", ("POST",), ("phone",)),
            ("window_new", ("GET", "POST"), ()),
            ("window_end", ("POST",), ("call_window",)),
            ("exception_new", ("GET", "POST"), ()),
            ("exception_remove", ("POST",), ()),
            ("rotas", ("GET", "POST"), ()),
        )
        for page in pages(
            f"calls:{name}",
            Scope.OBJECT,
            *methods,
            allow=PLANNING,
            refuse=EVERYBODY - PLANNING,
            args=("school", *more),
            data={"on": "2027-03-01"} if name == "exception_remove" else {},
        )
    ],
    *[
        page
        for name, method in (("rota", "GET"), ("rota_publish", "POST"), ("rota_withdraw", "POST"))
        for page in pages(
            f"calls:{name}",
            Scope.OBJECT,
            method,
            allow=PLANNING,
            refuse=SCHOOL - PLANNING,
            args=("rota",),
        )
    ],
    *[
        page
        for name, argument in (("call_new", "student"), ("call_move", "call"), ("call_cancel", "call"))
        for page in pages(
            f"calls:{name}",
            Scope.OBJECT,
            "GET",
            "POST",
            allow=CALLING,
            refuse=SCHOOL - CALLING,
            args=(argument,),
        )
    ],
    # --- the evening, and parents' links -----------------------------------------------------------
    *pages("calls:board", Scope.MINE, "GET", allow=CALLING),
    *pages("calls:tasks", Scope.MINE, "GET", allow=CALLING),
    *pages("calls:waiting", Scope.MINE, "GET", allow=SCHOOL),
    *[
        page
        for name, methods, argument, data in (
            ("outcome", ("POST",), "call", {"outcome": "talked", "number": "1"}),
            ("task_done", ("POST",), "home_task", {}),
            ("contact_new", ("GET", "POST"), "student", {}),
        )
        for page in pages(
            f"calls:{name}",
            Scope.OBJECT,
            *methods,
            allow=CALLING,
            refuse=SCHOOL - CALLING,
            args=(argument,),
            data=data,
        )
    ],
    *pages(
        "calls:clock",
        Scope.OBJECT,
        "GET",
        "POST",
        allow=PLANNING,
        refuse=EVERYBODY - PLANNING,
        args=("school",),
    ),
    *pages("reminders:outside", Scope.MINE, "GET", allow=OVERSEEING),
    *pages("calls:answer_open", Scope.PUBLIC, "GET", args=("invitation_token",)),
    *pages("calls:answer", Scope.PUBLIC, "GET", "POST", args=("reminder",)),
    *pages(
        "api:school_calls",
        Scope.OBJECT,
        "GET",
        allow=SCHOOL,
        refuse=EVERYBODY - SCHOOL,
        args=("school",),
        json=True,
    ),
    *pages(
        "api:student_contacts",
        Scope.OBJECT,
        "GET",
        allow=SCHOOL,
        args=("student",),
        json=True,
    ),
    *pages(
        "api:student_contacts",
        Scope.OBJECT,
        "POST",
        allow=CALLING,
        refuse=SCHOOL - CALLING,
        args=("student",),
        json=True,
    ),
    *pages(
        "api:school_rotas",
        Scope.OBJECT,
        "GET",
        allow=PLANNING,
        refuse=EVERYBODY - PLANNING,
        args=("school",),
        json=True,
    ),
    *pages(
        "api:rota",
        Scope.OBJECT,
        "GET",
        allow=PLANNING,
        refuse=SCHOOL - PLANNING,
        args=("rota",),
        json=True,
    ),
]
