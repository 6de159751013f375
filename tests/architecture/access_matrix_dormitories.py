"""The rows of the dormitories pages and their API in the access matrix."""

from __future__ import annotations

from accounts.roles import Role
from tests.architecture.access_matrix_rolls import ROLL_ROWS
from tests.architecture.access_rows import SCHOOL, Row, Scope, pages

MANAGING = {Role.SCHOOL_ADMIN}
GIVING = {Role.SCHOOL_ADMIN, Role.HEAD_TEACHER}
RULING = {Role.SCHOOL_ADMIN, Role.SAFEGUARDING_LEAD}
EVERYBODY_ELSE = set(Role) - MANAGING

DORMITORY_ROWS: list[Row] = [
    # --- houses, beds, stays, rules --------------------------------------------------------------
    *pages("dormitories:houses", Scope.MINE, "GET", allow=SCHOOL),
    *pages("dormitories:plan", Scope.OBJECT, "GET", allow=SCHOOL, args=("building",)),
    *[
        page
        for name, methods in (
            ("building_new", ("GET", "POST")),
            ("house_upload", ("GET", "POST")),
            ("house_pattern", ("GET",)),
            ("roll_times", ("GET", "POST")),
        )
        for page in pages(
            f"dormitories:{name}",
            Scope.OBJECT,
            *methods,
            allow=MANAGING,
            refuse=EVERYBODY_ELSE,
            args=("school",),
        )
    ],
    *[
        page
        for name, methods, argument in (
            ("building_edit", ("GET", "POST"), "building"),
            ("rooms_new", ("GET", "POST"), "building"),
            ("room_edit", ("GET", "POST"), "room"),
            ("bed_order", ("GET", "POST"), "bed"),
            ("house_file", ("GET",), "house_file"),
            ("house_file_confirm", ("POST",), "house_file"),
        )
        for page in pages(
            f"dormitories:{name}",
            Scope.OBJECT,
            *methods,
            allow=MANAGING,
            refuse=SCHOOL - MANAGING,
            args=(argument,),
        )
    ],
    *pages(
        "dormitories:bed_give",
        Scope.OBJECT,
        "GET",
        "POST",
        allow=GIVING,
        refuse=SCHOOL - GIVING,
        args=("bed",),
    ),
    *[
        page
        for name in ("pupil_bed", "stay_end")
        for page in pages(
            f"dormitories:{name}",
            Scope.OBJECT,
            "GET",
            "POST",
            allow=GIVING,
            refuse=SCHOOL - GIVING,
            args=("student",),
        )
    ],
    *pages("dormitories:rules", Scope.MINE, "GET", allow=GIVING | RULING),
    *pages("dormitories:rule_new", Scope.MINE, "GET", "POST", allow=RULING),
    *pages("dormitories:rule", Scope.OBJECT, "GET", allow=GIVING | RULING, args=("bed_rule",)),
    *pages(
        "dormitories:rule_why",
        Scope.OBJECT,
        "GET",
        allow={Role.SAFEGUARDING_LEAD},
        refuse=GIVING,
        args=("bed_rule",),
    ),
    *pages(
        "dormitories:rule_end",
        Scope.OBJECT,
        "POST",
        allow=RULING,
        refuse=GIVING - RULING,
        args=("bed_rule",),
    ),
    # --- plans for beds --------------------------------------------------------------------------
    *pages("dormitories:bed_plans", Scope.MINE, "GET", "POST", allow=GIVING),
    *[
        page
        for name, methods, more in (
            ("bed_plan", ("GET",), ()),
            ("bed_plan_approve", ("POST",), ()),
            ("bed_plan_undo", ("POST",), ()),
            ("bed_plan_drop", ("POST",), ()),
            ("bed_plan_change", ("GET", "POST"), ("planned_student",)),
        )
        for page in pages(
            f"dormitories:{name}",
            Scope.OBJECT,
            *methods,
            allow=GIVING,
            refuse=SCHOOL - GIVING,
            args=("bed_plan", *more),
        )
    ],
    *pages("api:buildings", Scope.MINE, "GET", allow=SCHOOL, json=True),
    *pages("api:building_rooms", Scope.OBJECT, "GET", allow=SCHOOL, args=("building",), json=True),
    *pages("api:building_beds", Scope.OBJECT, "GET", allow=SCHOOL, args=("building",), json=True),
    *pages("api:stays", Scope.MINE, "GET", allow=SCHOOL, json=True),
    *pages("api:stays", Scope.MINE, "POST", allow=GIVING, json=True),
    *pages("api:bed_plans", Scope.MINE, "GET", "POST", allow=GIVING, json=True),
    *[
        page
        for name, method in (
            ("bed_plan", "GET"),
            ("bed_plan_places", "GET"),
            ("bed_plan_rooms", "GET"),
            ("bed_plan_change", "POST"),
            ("bed_plan_approve", "POST"),
            ("bed_plan_undo", "POST"),
            ("bed_plan_drop", "POST"),
        )
        for page in pages(
            f"api:{name}",
            Scope.OBJECT,
            method,
            allow=GIVING,
            refuse=SCHOOL - GIVING,
            args=("bed_plan",),
            json=True,
        )
    ],
    *ROLL_ROWS,
]
