"""Who may open what: one row a URL and method. People read this table; test_access_matrix.py checks it.

`allow` are the roles of our own school that get through. `refuse` are those who may know of the object but
lack the right: 403. Everybody else gets 404: other roles, and every role of the school next door.
On a row without an object (scope MINE) whoever isn't in `allow` gets 403, whichever school they're from, and
the same roles of the school next door get through, to their own things.

A row about a pupil (PUPIL) means one of the asker's own class, pairing or dormitory; asked about another pupil,
roles that reach only their own get 404, but where `ties` is False. Asked about a restricted entry, who doesn't
read them gets 403 instead (404 for its promise); `restricted` names who gets through where that differs from
`allow`. A sealed entry, a working note and a concern about the asker aren't there: 404. Where `again` isn't NEVER,
a second factor proven more than ten minutes ago leads to the page that asks for it; before any, everything
does, but the rows marked `before_factor`.

A URL without a row fails the build; so does a row without a URL, and a method that isn't named here must
answer 405.
"""

from __future__ import annotations

from accounts.roles import Role
from tests.architecture.access_matrix_api import API_ROWS
from tests.architecture.access_matrix_calls import CALL_ROWS
from tests.architecture.access_matrix_district import DISTRICT_ROWS
from tests.architecture.access_matrix_dormitories import DORMITORY_ROWS
from tests.architecture.access_matrix_home import HOME_ROWS
from tests.architecture.access_rows import (
    AUDITING,
    EVERYBODY,
    EXPORTING,
    INVITING,
    JUDGING,
    LOGGING,
    OVERSEEING,
    READING_RESTRICTED,
    SCHOOL,
    TEACHING,
    Again,
    Row,
    Scope,
    pages,
)

ROWS: list[Row] = [
    *pages("healthz", Scope.PUBLIC, "GET"),
    *pages("hide", Scope.PUBLIC, "GET"),
    *pages("csp_report", Scope.PUBLIC, "POST"),
    # the gallery of components: local and test settings only, samples only
    *[
        row
        for name in ("ui_gallery", "ui_child", "ui_dialog", "ui_paper")
        for row in pages(name, Scope.PUBLIC, "GET")
    ],
    # --- signing in ------------------------------------------------------------------------------
    *pages("accounts:guest_language", Scope.PUBLIC, "POST"),
    *pages("account_login", Scope.PUBLIC, "GET", "POST"),
    *pages("account_reset_password", Scope.PUBLIC, "GET", "POST"),
    *pages("account_reset_password_done", Scope.PUBLIC, "GET"),
    *pages("account_reset_password_from_key", Scope.PUBLIC, "GET", "POST", args=("uidb36", "reset_key")),
    *pages("account_reset_password_from_key_done", Scope.PUBLIC, "GET"),
    *pages("account_logout", Scope.PUBLIC, "GET", "POST"),
    # --- the second factor -----------------------------------------------------------------------
    *pages("mfa_authenticate", Scope.PUBLIC, "GET", "POST"),
    *pages("mfa_cancel", Scope.PUBLIC, "POST"),
    *pages("mfa_index", Scope.SIGNED_IN, "GET", before_factor=True),
    *pages("mfa_step_up", Scope.SIGNED_IN, "GET", "POST", before_factor=True),
    *pages("mfa_activate_totp", Scope.SIGNED_IN, "GET", "POST", before_factor=True),
    *pages("mfa_add_webauthn", Scope.SIGNED_IN, "GET", "POST", before_factor=True),
    *pages("mfa_generate_recovery_codes", Scope.SIGNED_IN, "GET", "POST", before_factor=True),
    *pages("mfa_remove", Scope.SIGNED_IN, "POST", again=Again.ALWAYS, before_factor=True),
    *pages("account_change_password", Scope.SIGNED_IN, "GET", "POST"),
    *pages("schools:open_invitation", Scope.PUBLIC, "GET", args=("invitation_token",)),
    *pages("schools:join", Scope.PUBLIC, "GET", "POST"),
    # --- myself ----------------------------------------------------------------------------------
    *pages("accounts:me", Scope.SIGNED_IN, "GET"),
    *pages("accounts:preferences", Scope.SIGNED_IN, "GET"),
    *pages("accounts:preferences", Scope.SIGNED_IN, "POST", before_factor=True),
    *pages("accounts:session_left", Scope.PUBLIC, "GET"),
    *pages("accounts:session_over", Scope.PUBLIC, "GET"),
    *pages("accounts:sessions_end_others", Scope.SIGNED_IN, "POST"),
    # only one's own: in the world, it is nobody's of the cast
    *pages("accounts:session_end", Scope.OBJECT, "POST", args=("browser_session",)),
    *pages("accounts:issue_token", Scope.SIGNED_IN, "POST", again=Again.ALWAYS),
    *pages("accounts:revoke_token", Scope.SIGNED_IN, "POST"),
    # --- the school ------------------------------------------------------------------------------
    *pages("schools:overview", Scope.SIGNED_IN, "GET"),
    *pages("schools:detail", Scope.OBJECT, "GET", allow=EVERYBODY, args=("school",)),
    *pages("schools:calendar", Scope.OBJECT, "GET", allow=EVERYBODY, args=("school",)),
    *[
        page
        for name, methods, args in (
            ("class_new", ("GET", "POST"), ()),
            ("year_new", ("GET", "POST"), ()),
            ("year_edit", ("GET", "POST"), ("year",)),
            ("year_remove", ("POST",), ("year",)),
            ("term_new", ("GET", "POST"), ("year",)),
            ("term_edit", ("GET", "POST"), ("year", "term")),
            ("term_remove", ("POST",), ("year", "term")),
            ("day_new", ("GET", "POST"), ()),
            ("day_edit", ("GET", "POST"), ("day",)),
            ("day_remove", ("POST",), ("day",)),
        )
        for page in pages(
            f"schools:{name}",
            Scope.OBJECT,
            *methods,
            allow={Role.SCHOOL_ADMIN},
            refuse=EVERYBODY - {Role.SCHOOL_ADMIN},
            args=("school", *args),
        )
    ],
    # --- people of the school --------------------------------------------------------------------
    *pages("schools:members", Scope.MINE, "GET", allow=INVITING),
    *[
        page
        for name, methods, args in (
            ("school_members", ("GET",), ()),
            ("membership_end", ("POST",), ()),
            ("factors_reset", ("POST",), ()),
            ("role_grant", ("GET", "POST"), ()),
            ("invite", ("GET", "POST"), ()),
            ("stand_in", ("GET", "POST"), ()),
            ("duty_new", ("GET", "POST"), ()),
            ("duty_cancel", ("POST",), ("duty",)),
            ("invitation_withdraw", ("POST",), ("invitation",)),
        )
        for page in pages(
            f"schools:{name}",
            Scope.OBJECT,
            *methods,
            allow=INVITING,
            refuse=EVERYBODY - INVITING,
            args=("school", *args),
        )
    ],
    # the second person of an invitation, and who is on duty: whoever invites, and the safeguarding lead
    *[
        page
        for name, method, args in (
            ("duties", "GET", ()),
            ("invitations_to_confirm", "GET", ()),
            ("invitation_confirm", "POST", ("invitation",)),
        )
        for page in pages(
            f"schools:{name}",
            Scope.OBJECT,
            method,
            allow=INVITING | {Role.SAFEGUARDING_LEAD},
            refuse=EVERYBODY - INVITING - {Role.SAFEGUARDING_LEAD},
            args=("school", *args),
        )
    ],
    # --- topics ----------------------------------------------------------------------------------
    *pages("counselling:topics", Scope.MINE, "GET", allow={Role.SAFEGUARDING_LEAD}),
    *[
        page
        for name, methods, arg in (
            ("school_topics", ("GET",), "school"),
            ("topics_standard", ("POST",), "school"),
            ("topic_new", ("GET", "POST"), "school"),
            ("topic_edit", ("GET", "POST"), "topic"),
            ("topic_move", ("POST",), "topic"),
            ("topic_retire", ("POST",), "topic"),
            ("topic_restore", ("POST",), "topic"),
        )
        for page in pages(
            f"counselling:{name}",
            Scope.OBJECT,
            *methods,
            allow={Role.SAFEGUARDING_LEAD},
            # officials know of schools, not of what is in them
            refuse=(EVERYBODY if arg == "school" else SCHOOL) - {Role.SAFEGUARDING_LEAD},
            args=(arg,),
        )
    ],
    # --- pupils ----------------------------------------------------------------------------------
    *pages("students:today", Scope.SIGNED_IN, "GET"),
    *pages("students:finder", Scope.MINE, "GET", "POST", allow=SCHOOL),
    *pages("students:list", Scope.MINE, "GET", allow=SCHOOL),
    *pages("students:detail", Scope.OBJECT, "GET", allow=SCHOOL, args=("student",)),
    *pages("students:print", Scope.OBJECT, "GET", allow=SCHOOL, args=("student",)),
    *pages("students:new", Scope.MINE, "GET", "POST", allow={Role.SCHOOL_ADMIN}),
    *pages("students:export", Scope.MINE, "GET", "POST", allow=EXPORTING, again=Again.ALWAYS),
    # a file is its requester's alone: to all others it isn't there
    *pages("students:export_detail", Scope.OBJECT, "GET", allow={Role.SCHOOL_ADMIN}, args=("export",)),
    *pages(
        "students:export_file",
        Scope.OBJECT,
        "GET",
        allow={Role.SCHOOL_ADMIN},
        args=("export",),
        again=Again.ALWAYS,
    ),
    *pages("students:export_remove", Scope.OBJECT, "POST", allow={Role.SCHOOL_ADMIN}, args=("export",)),
    *[
        page
        for name in ("edit", "place", "leave")
        for page in pages(
            f"students:{name}",
            Scope.OBJECT,
            "GET",
            "POST",
            allow={Role.SCHOOL_ADMIN},
            refuse=LOGGING,
            args=("student",),
        )
    ],
    # a pairing opens a child's page: whoever gives people their roles gives it
    *[
        page
        for name, methods in (("pairings", ("GET", "POST")), ("pairing_end", ("POST",)))
        for page in pages(
            f"students:{name}",
            Scope.OBJECT,
            *methods,
            allow=INVITING,
            refuse=SCHOOL - INVITING,
            args=("student",),
        )
    ],
    # --- break-glass: in the world, somebody else has opened the pupil's record ---------------------
    *pages("students:emergency_find", Scope.MINE, "GET", "POST", allow=LOGGING),
    *[
        page
        for method, again in (
            ("GET", Again.ALWAYS),
            ("POST", Again.NEVER),
        )  # the form says it beside the reason
        for page in pages(
            "students:emergency_open",
            Scope.OBJECT,
            method,
            allow=LOGGING,
            refuse={Role.SCHOOL_ADMIN},
            args=("student",),
            ties=False,
            again=again,
        )
    ],
    *pages("students:emergencies", Scope.MINE, "GET", allow={Role.SAFEGUARDING_LEAD, Role.HEAD_TEACHER}),
    *pages("students:emergency", Scope.OBJECT, "GET", allow=JUDGING, args=("emergency",)),
    *pages(
        "students:emergency_approve",
        Scope.OBJECT,
        "POST",
        allow=JUDGING - {Role.HEAD_TEACHER},
        refuse={Role.HEAD_TEACHER},
        args=("emergency",),
    ),
    *pages("students:emergency_end", Scope.OBJECT, "POST", refuse=JUDGING, args=("emergency",)),
    *pages(
        "students:emergency_review",
        Scope.OBJECT,
        "POST",
        allow={Role.SAFEGUARDING_LEAD},
        refuse=JUDGING - {Role.SAFEGUARDING_LEAD},
        args=("emergency",),
    ),
    # --- roster import ---------------------------------------------------------------------------
    *pages("students:roster_imports", Scope.MINE, "GET", "POST", allow={Role.SCHOOL_ADMIN}),
    *[
        page
        for name, method, args in (
            ("detail", "GET", ("roster",)),
            ("confirm", "POST", ("roster",)),
            ("withdraw", "POST", ("roster",)),
            ("decide", "POST", ("roster", "roster_row")),
            ("report", "GET", ("roster", "report_kind")),
        )
        for page in pages(
            f"students:roster_import_{name}",
            Scope.OBJECT,
            method,
            allow={Role.SCHOOL_ADMIN},
            refuse=SCHOOL - {Role.SCHOOL_ADMIN},
            args=args,
        )
    ],
    # --- talks -----------------------------------------------------------------------------------
    *pages("counselling:pick", Scope.MINE, "GET", allow=LOGGING),
    *[
        page
        for name, methods in (
            ("talk_new", ("GET", "POST")),
            ("draft_save", ("POST",)),
            ("draft_discard", ("POST",)),
            ("readers", ("GET",)),
        )
        for page in pages(
            f"counselling:{name}",
            Scope.OBJECT,
            *methods,
            allow=LOGGING,
            refuse={Role.SCHOOL_ADMIN},
            args=("student",),
        )
    ],
    *pages("counselling:talk", Scope.OBJECT, "GET", allow=TEACHING, args=("session",), again=Again.CLOSED),
    *pages("counselling:talk_readers", Scope.OBJECT, "GET", allow=TEACHING, args=("session",)),
    # the world's entry is school-wide: nobody names its readers
    *[
        page
        for name, args in (("talk_readers", ("session",)), ("talk_unshare", ("session", "user")))
        for page in pages(
            f"counselling:{name}",
            Scope.OBJECT,
            "POST",
            refuse=TEACHING,
            args=args,
            restricted=READING_RESTRICTED,
        )
    ],
    # only the author corrects or takes back: in the world, nobody of the cast is
    *pages("counselling:talk_correct", Scope.OBJECT, "GET", "POST", refuse=TEACHING, args=("session",)),
    *pages("counselling:talk_withdraw", Scope.OBJECT, "POST", refuse=TEACHING, args=("session",)),
    *pages("counselling:follow_ups", Scope.MINE, "GET", allow=LOGGING),
    *pages("counselling:quiet", Scope.MINE, "GET", allow=LOGGING),
    *pages("counselling:follow_up", Scope.OBJECT, "GET", "POST", allow=TEACHING, args=("follow_up",)),
    *pages(
        "counselling:follow_up_note",
        Scope.OBJECT,
        "GET",
        allow=TEACHING,
        args=("follow_up",),
        again=Again.CLOSED,
    ),
    # only a promise of somebody who left is handed over: the one in the world is such a person's
    *pages(
        "counselling:follow_up_hand_over",
        Scope.OBJECT,
        "GET",
        "POST",
        allow={Role.SAFEGUARDING_LEAD},
        refuse=TEACHING - {Role.SAFEGUARDING_LEAD},
        args=("follow_up",),
    ),
    *pages("counselling:follow_up_done", Scope.OBJECT, "POST", allow=TEACHING, args=("follow_up",)),
    *pages("counselling:follow_up_reopen", Scope.OBJECT, "POST", allow=TEACHING, args=("follow_up",)),
    *pages("counselling:follow_up_cancel", Scope.OBJECT, "POST", allow=TEACHING, args=("follow_up",)),
    # --- concerns: everybody of the school reports, the lead reads; the colleague a concern is about meets 404
    # (tests/counselling/test_concern_pages.py) ---
    *pages("counselling:concerns", Scope.MINE, "GET", allow=SCHOOL),
    *pages("counselling:concern_new", Scope.MINE, "GET", "POST", allow=SCHOOL),
    *pages("counselling:concern_draft_save", Scope.MINE, "POST", allow=SCHOOL),
    *pages("counselling:concern_draft_discard", Scope.MINE, "POST", allow=SCHOOL),
    *[
        page
        for name, method, again in (
            ("concern", "GET", Again.NEVER),
            ("concern_text", "GET", Again.ALWAYS),
            ("concern_add", "POST", Again.NEVER),
            ("concern_acknowledge", "POST", Again.NEVER),
            ("concern_look_into", "POST", Again.NEVER),
            ("concern_close", "POST", Again.NEVER),
            ("concern_share", "POST", Again.NEVER),
            ("concern_unshare", "POST", Again.NEVER),
        )
        for page in pages(
            f"counselling:{name}",
            Scope.OBJECT,
            method,
            allow={Role.SAFEGUARDING_LEAD},
            args=("concern",),
            again=again,
        )
    ],
    # --- the audit trail ---------------------------------------------------------------------------
    *pages("schools:audit", Scope.MINE, "GET", allow=AUDITING),
    *pages("students:own_unusual_reads", Scope.MINE, "GET", allow=AUDITING),
    *[
        Row(name, method, Scope.OBJECT, AUDITING, known - AUDITING, (of,), again=again)
        for name, method, known, of, again in (
            ("schools:school_audit", "GET", EVERYBODY, "school", Again.NEVER),
            ("schools:school_audit_changes", "GET", EVERYBODY, "school", Again.NEVER),
            ("schools:school_audit_export", "POST", EVERYBODY, "school", Again.ALWAYS),
            ("students:unusual_reads", "GET", EVERYBODY, "school", Again.NEVER),
            ("students:who_looked", "GET", SCHOOL, "student", Again.ALWAYS),
        )
    ],
    # --- reminders -------------------------------------------------------------------------------
    *pages("reminders:bell", Scope.SIGNED_IN, "GET"),
    *pages("reminders:mark_all_read", Scope.SIGNED_IN, "POST"),
    # only the reader opens it: in the world, nobody of the cast is
    *pages("reminders:open", Scope.OBJECT, "GET", "POST", args=("reminder",)),
    *pages("reminders:oversight", Scope.MINE, "GET", allow=OVERSEEING),
    *pages(
        "reminders:resolve",
        Scope.OBJECT,
        "POST",
        allow=OVERSEEING,
        refuse=SCHOOL - OVERSEEING,
        args=("reminder",),
        data={"outcome": "arrived"},
    ),
    *HOME_ROWS,
    *DORMITORY_ROWS,
    *CALL_ROWS,
    *DISTRICT_ROWS,
    *API_ROWS,
]
