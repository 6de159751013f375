"""The rows of the API in the access matrix: the same rights as the pages."""

from __future__ import annotations

from tests.architecture.access_rows import (
    EVERYBODY,
    LOGGING,
    SCHOOL,
    TEACHING,
    Again,
    Row,
    Scope,
    pages,
)

API_ROWS: list[Row] = [
    *pages("reference_for_programs", Scope.SIGNED_IN, "GET"),
    *pages("api:schema", Scope.SIGNED_IN, "GET", json=True),
    *pages("api:token", Scope.SIGNED_IN, "DELETE", json=True),
    *pages("api:schools", Scope.SIGNED_IN, "GET", json=True),
    *pages("api:school", Scope.OBJECT, "GET", allow=EVERYBODY, args=("school",), json=True),
    *pages("api:school_classes", Scope.OBJECT, "GET", allow=EVERYBODY, args=("school",), json=True),
    *pages("api:school_topics", Scope.OBJECT, "GET", allow=EVERYBODY, args=("school",), json=True),
    *pages("api:students", Scope.MINE, "GET", allow=SCHOOL, json=True),
    *pages("api:student", Scope.OBJECT, "GET", allow=SCHOOL, args=("student",), json=True),
    *pages("api:sessions", Scope.MINE, "GET", "POST", allow=LOGGING, json=True),
    *pages("api:session", Scope.OBJECT, "GET", allow=TEACHING, args=("session",), json=True),
    *pages(
        "api:session_texts",
        Scope.OBJECT,
        "GET",
        allow=TEACHING,
        args=("session",),
        json=True,
        again=Again.CLOSED,
    ),
    *pages("api:session_texts", Scope.OBJECT, "POST", refuse=TEACHING, args=("session",), json=True),
    *pages("api:session_withdraw", Scope.OBJECT, "POST", refuse=TEACHING, args=("session",), json=True),
    *pages("api:follow_ups", Scope.MINE, "GET", allow=LOGGING, json=True),
    *pages("api:follow_up", Scope.OBJECT, "GET", allow=TEACHING, args=("follow_up",), json=True),
    *pages(
        "api:follow_up_note",
        Scope.OBJECT,
        "GET",
        allow=TEACHING,
        args=("follow_up",),
        json=True,
        again=Again.CLOSED,
    ),
    *pages("api:follow_up_done", Scope.OBJECT, "POST", allow=TEACHING, args=("follow_up",), json=True),
    *pages("api:follow_up_reopen", Scope.OBJECT, "POST", allow=TEACHING, args=("follow_up",), json=True),
    *pages("api:follow_up_cancel", Scope.OBJECT, "POST", allow=TEACHING, args=("follow_up",), json=True),
    *pages("api:follow_up_move", Scope.OBJECT, "POST", allow=TEACHING, args=("follow_up",), json=True),
]
