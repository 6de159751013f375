"""Who sees which row through raw SQL, and who may write one like it: the table that people read.

A row of a table is named by its label (rows.py, labels.py): its school and what it is. `A` among the people are all who
work in school A today, `B` those of B. Where nothing stands, a row is for those who work in its school, and the program.
"""

from __future__ import annotations

from tests.mutants.rows import PEOPLE, STAFF, STAFF_B

GROUPS = {"A": set(STAFF), "B": set(STAFF_B), "everybody": set(PEOPLE)}


def who(words: str) -> set[str]:
    people: set[str] = set()
    for word in words.split():
        if word.startswith("-"):
            people.discard(word[1:])
        else:
            people |= GROUPS.get(word, {word})
    unknown = people - set(PEOPLE)
    if unknown:
        raise ValueError(f"Nobody is called {unknown}.")
    return people


BY_SCHOOL = {"A": "A program", "B": "B program"}
PLACES = {"A": "A program official officer", "B": "B program"}
_PROGRAM = {"A": "program", "B": "program"}
_AREAS = {"A": "official officer program", "B": "program"}
_READ = "author counsellor lead named rescuer saver"  # a restricted entry
_CONCERN = "counsellor program"  # named for it; the lead reads those about no colleague

_EVENTS = ("", " sealed", " process", " concern", " about", " target")

SEES: dict[str, dict[str, str]] = {
    "schools_school": PLACES,
    "schools_schoolclass": PLACES,
    "schools_schoolday": PLACES,
    "schools_schoolyear": PLACES,
    "schools_term": PLACES,
    "schools_duty": BY_SCHOOL,
    **{
        f"calls_{name}": BY_SCHOOL
        for name in (
            *("phone", "callwindow", "windowphone", "windowexception", "rota", "rotaprogress"),
            *("leftout", "call", "callpupil", "contactattempt", "callreply", "hometask", "contactclock"),
        )
    },
    "reminders_outsider": BY_SCHOOL,
    "reminders_link": BY_SCHOOL,
    "schools_invitation": BY_SCHOOL | {"area": "program"},
    # One's own, also where one no longer works, for the page "your roles".
    "schools_membership": {
        "A": "A program",
        "A of teacher": "A program",
        "B of stranger": "B program",
        "B of b_author": "B program",
        "A of left": "A left program",
        "A of soon": "A soon program",
        "A of closed": "A program",
        "B of moved": "B moved program",
        "area of official": "official program",
        "area of officer": "officer program",
        "area of left": "left program",
        "area of soon": "soon program",
    },
    **{
        f"dormitories_{table}": BY_SCHOOL
        for table in (
            *("building", "room", "bed", "housefile", "stay", "rule", "rulepupil"),
            *("leave", "rollcall", "rollmark", "rolltimes", "allocationplan", "plannedplace", "planprogress"),
        )
    },
    # Why a rule is there: whoever answers for it or wrote it down, and the lead.
    "dormitories_rulereason": {"A": "author lead program", "B": "b_author program"},
    "students_student": BY_SCHOOL,
    "students_person": BY_SCHOOL,
    "students_guardianlink": BY_SCHOOL,
    **{
        f"students_{name}": BY_SCHOOL
        for name in (
            *("phonenumber", "migrationepisode", "reachablewindow"),
            *("guardiancapacity", "carearrangement"),
        )
    },
    "students_enrolment": BY_SCHOOL,
    "students_finderkey": BY_SCHOOL,
    "students_pairing": BY_SCHOOL,
    "students_rosterimport": BY_SCHOOL,
    "students_rosterprogress": BY_SCHOOL,
    "students_rosterrow": BY_SCHOOL,
    "students_emergencyaccess": {
        **{f"A of {name}": "A program" for name in ("rescuer", "saver", "late", "done", "early")},
        "B of stranger": "B program",
        "B of moved": "B program",
    },
    "counselling_topic": BY_SCHOOL,
    "counselling_session": {
        "A school": "A program",
        "A restricted": "A program",  # the grey line; the words are in sessiontext
        "A sealed": "author named saver program",
        "A process": "author counsellor program",
        "B school": "B program",
        "B restricted": "B program",
        "B sealed": "b_author program",
        "B process": "B program",
        "B of moved": "program",
    },
    "counselling_sessiontext": {
        "A school": "A program",
        "A restricted": f"{_READ} program",
        "A sealed": "author named saver",
        "A process": "author counsellor",
        "B school": "B program",
        "B restricted": "B program",
        "B sealed": "b_author",
        "B process": "B",
        "B of moved": "",
    },
    "counselling_session_topics": {
        "A school": "A program",
        "A restricted": f"{_READ} program",
        "A sealed": "author named saver",
        "A process": "author counsellor",
        "B school": "B program",
        "B restricted": "B program",
        "B sealed": "b_author",
        "B process": "B",
        "B of moved": "",
    },
    "counselling_linkedpupil": {
        "A school": "A program",
        "A restricted": f"{_READ} program",
        "A sealed": "author named saver program",
        "A process": "author counsellor program",
        "B school": "B program",
        "B restricted": "B program",
        "B sealed": "b_author program",
        "B process": "B program",
        "B of moved": "program",
    },
    "counselling_followup": {
        "A school": "A program",
        "A restricted": f"{_READ} owner program",
        "A sealed": "author named saver owner program",
        "A process": "author counsellor owner program",
        "B school": "B program",
        "B restricted": "B program",
        "B sealed": "b_author program",
        "B process": "B program",
        "B of moved": "program",
    },
    "counselling_entrygrant": {
        "A restricted to named": "author counsellor lead named program",
        "A restricted to dropped": "author counsellor lead dropped program",
        "A sealed to named": "author named program",
        "A sealed to dropped": "author dropped program",
        "B restricted to moved": "B program",
        "B sealed to moved": "b_author program",
        "B of moved to moved": "program",
        "B of moved to named": "program",
    },
    "counselling_draft": {
        "A of author": "author program",
        "B of b_author": "b_author program",
        "B of moved": "program",
    },
    "counselling_concerndraft": {
        "A of reporter": "reporter program",
        "B of b_author": "b_author program",
        "B of moved": "program",
    },
    "counselling_concern": {
        "A open": f"reporter lead {_CONCERN}",
        "A accusation": f"reporter {_CONCERN}",
        "A about lead": f"reporter {_CONCERN}",
        "A by accused": "accused lead program",
        "B open": "b_author program",
        "B of moved": "program",
    },
    "counselling_concerntext": {
        "A open": f"reporter lead {_CONCERN}",
        "A open by head": f"head lead {_CONCERN}",  # the reporter reads their own words alone
        "A accusation": f"reporter {_CONCERN}",
        "A about lead": f"reporter {_CONCERN}",
        "A by accused": "accused lead program",
        "B open": "b_author program",
        "B of moved": "program",
    },
    "counselling_concernreader": {
        "A open": f"reporter lead {_CONCERN}",
        "A open by head": f"reporter lead {_CONCERN}",
        "A accusation": f"reporter {_CONCERN}",
        "A about lead": f"reporter {_CONCERN}",
        "B open": "b_author program",
    },
    "dashboards_countedschool": PLACES,
    "dashboards_weeklycount": _PROGRAM,
    "dashboards_schoolfigure": PLACES,
    "dashboards_areafigure": _AREAS,
    "dashboards_release": _AREAS,
    "dashboards_frozencell": _AREAS,
    "dashboards_periodcount": _PROGRAM,
    "dashboards_statutoryreturn": {"A": "officer program", "B": "b_author program"},
    "core_export": {
        "A of admin": "admin program",
        "B of stranger": "stranger program",
        "B of moved": "program",
    },
    "reminders_reminder": BY_SCHOOL
    | {
        "A concern": f"owner reporter lead {_CONCERN}",  # its recipient, and who knows of the concern
        "A accusation": f"reporter {_CONCERN}",
        "B concern": "stranger b_author program",
        "B of moved": "B moved program",
    },
    "core_auditevent": {
        "none": "program",
        "A": "lead head program",
        "A sealed": "program",
        "A process": "program",
        "A concern": "program",
        "A about": "program",
        "A target": "lead program",  # who knows of the concern
        "A by admin": "lead head program",
        "B by stranger": "program",
        "B by moved": "program",
        **{f"B{kind}": "program" for kind in _EVENTS},
    },
    "core_rowchange": {
        "none": "program",
        "A": "lead head program",
        "A concern": "program",
        "A grant": "program",
        "A secret": "program",  # rows of sealed entries and working notes
        "A told of A": "lead head program",
        "A told of A concern": "lead program",
        "A told of A accusation": "program",
        **{f"B{kind}": "program" for kind in ("", " concern", " grant", " secret")},
        **{f"B told of {kind}": "program" for kind in ("B", "B concern", "B of moved")},
    },
    "core_auditlink": {"link": "program"},
    # The program may not read these at all (RIGHTS); if it may one day, then as this says.
    "core_audithead": {"head": "program"},
    "core_auditpending": {"pending": "program"},
}

# Who may insert a copy of the row, where that isn't who sees it.
_BY_AUTHOR = {
    **{f"A {level}": "author program" for level in ("school", "restricted", "sealed", "process")},
    **{f"B {level}": "b_author program" for level in ("school", "restricted", "sealed", "process")},
    "B of moved": "program",
}
_NOBODY = "program nobody forged expired ended closed"  # tries to sign in are written down by nobody
INSERTS: dict[str, dict[str, str]] = {
    **dict.fromkeys(
        ("schools_school", "schools_schoolclass", "schools_schoolday", "schools_schoolyear", "schools_term"),
        BY_SCHOOL,
    ),
    **dict.fromkeys(
        (
            *("dashboards_countedschool", "dashboards_schoolfigure", "dashboards_areafigure"),
            *("dashboards_weeklycount", "dashboards_frozencell", "dashboards_periodcount"),
        ),
        _PROGRAM,
    ),
    # Asked for in one's own name and area, by the officer alone.
    "dashboards_release": {"A": "officer program", "B": "program"},
    "dashboards_statutoryreturn": {"A": "officer program", "B": "program"},
    # Nobody a role of their own: the first of label A is of `author`.
    "schools_membership": {
        "A": "A program -author",
        "A of teacher": "A program -teacher",
        "B of stranger": "B program -stranger",
        "B of b_author": "B program -b_author",
        **{f"A of {name}": "A program" for name in ("left", "soon", "closed")},
        "B of moved": "B program",
        **{f"area of {name}": "program" for name in ("official", "officer", "left", "soon")},
    },
    "dormitories_leave": {"A": "author program", "B": "b_author program"},  # asked for in one's own name
    "students_emergencyaccess": {
        **{f"A of {name}": f"{name} program" for name in ("rescuer", "saver", "late", "done", "early")},
        "B of stranger": "stranger program",
        "B of moved": "program",
    },
    "counselling_session": _BY_AUTHOR,
    "counselling_sessiontext": _BY_AUTHOR,
    "counselling_linkedpupil": _BY_AUTHOR,
    "counselling_followup": _BY_AUTHOR,
    "counselling_session_topics": _BY_AUTHOR,
    "counselling_entrygrant": {
        "A restricted to named": "lead program",  # granted by the lead, who reads it
        "A restricted to dropped": "program",  # by a teacher, who doesn't
        "A sealed to named": "author program",
        "A sealed to dropped": "program",
        "B restricted to moved": "b_author program",
        "B sealed to moved": "b_author program",
        "B of moved to moved": "program",
        "B of moved to named": "program",
    },
    "counselling_concern": {
        **{f"A {kind}": "reporter program" for kind in ("open", "accusation", "about lead")},
        "A by accused": "accused program",
        "B open": "b_author program",
        "B of moved": "program",
    },
    "counselling_concerntext": {
        **{f"A {kind}": "reporter program" for kind in ("open", "accusation", "about lead")},
        "A open by head": "program",  # wrote of a concern that isn't theirs to know
        "A by accused": "accused program",
        "B open": "b_author program",
        "B of moved": "program",
    },
    "counselling_concernreader": {
        "A open": "lead program",
        "A open by head": "program",
        "A accusation": "reporter program",
        "A about lead": "reporter program",
        "B open": "b_author program",
    },
    "reminders_reminder": {
        **{f"A{kind}": "A program" for kind in ("", " concern", " accusation")},
        **{f"B{kind}": "B program" for kind in ("", " concern", " of moved")},
    },
    "core_auditevent": {
        "none": "everybody",
        **{
            f"{place} by {name}": f"{name} {_NOBODY}"
            for place, name in (("A", "admin"), ("B", "stranger"), ("B", "moved"))
        },
        **{f"{tag}{kind}": f"teacher {_NOBODY}" for tag in "AB" for kind in _EVENTS},
    },
    **{table: {} for table in ("core_rowchange", "core_auditlink", "core_audithead", "core_auditpending")},
}

# An update without WHERE, which asks the policies for UPDATE alone: who changes which rows so.
_CONCERNS = {
    "A open": "lead counsellor program",
    "A accusation": _CONCERN,
    "A about lead": _CONCERN,
    "A by accused": "lead program",
    "B open": "program",
    "B of moved": "program",
}
UPDATES: dict[str, tuple[str, dict[str, str]]] = {
    "counselling_session": ("withdrawn_at = NULL, withdrawn_by_id = NULL", _BY_AUTHOR),
    "counselling_followup": ("done_at = NULL, done_by_id = NULL", SEES["counselling_followup"]),
    "counselling_entrygrant": (
        "revoked_at = NULL, revoked_by_id = NULL",
        {
            "A restricted to named": "author counsellor lead program",
            "A restricted to dropped": "author counsellor lead program",
            "A sealed to named": "author program",
            "A sealed to dropped": "author program",
            "B restricted to moved": "B program",
            "B sealed to moved": "b_author program",
            "B of moved to moved": "program",
            "B of moved to named": "program",
        },
    ),
    "counselling_concern": ("status = 'received'", _CONCERNS),
    "counselling_concernreader": (
        "revoked_at = NULL, revoked_by_id = NULL",
        {
            "A open": "lead counsellor program",
            "A open by head": "lead counsellor program",
            "A accusation": _CONCERN,
            "A about lead": _CONCERN,
            "B open": "program",
        },
    ),
}
