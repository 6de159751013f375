"""What the functions behind the policies say to each person, and what the program may do with a table at all."""

from __future__ import annotations

# What the functions that policies ask say to each; whoever isn't named hears of nothing.
FUNCTIONS: dict[str, dict[str, str]] = {
    "my_schools": {"A": "A program", "B": "B program"},
    "my_places": {"A": "A program official officer", "B": "B program"},
    # "everywhere": the empty path, with which each path begins
    "my_area_paths": {"A": "official officer", "everywhere": "program"},
    "my_statistics_paths": {"A": "officer", "everywhere": "program"},
    "my_classes": {"A": "A program", "B": "B program"},
    "my_restricted_schools": {"A": "counsellor lead", "B": "stranger"},
    "my_process_schools": {"A": "counsellor", "B": "stranger"},
    "my_audit_schools": {"A": "lead head"},
    "my_granted_sessions": {
        "A restricted": "named",
        "A sealed": "named",
        "B restricted": "moved",
        "B sealed": "moved",
        "B of moved": "moved named",
    },
    "my_emergency_students": {"A": "rescuer saver", "B": "stranger"},
    "my_emergency_sealed_students": {"A": "saver"},
    "my_bed_rules": {"A": "author lead", "B": "b_author"},
    "my_concerns": {
        "A open": "lead counsellor",
        "A accusation": "counsellor",
        "A about lead": "counsellor",
        "A by accused": "lead",
    },
    "my_reports": {
        **{f"A {kind}": "reporter" for kind in ("open", "accusation", "about lead")},
        "A by accused": "accused",
        "B open": "b_author",
    },
    "my_concern_names": {
        "A open": "lead counsellor reporter",
        "A accusation": "counsellor reporter",
        "A about lead": "counsellor reporter",
        "A by accused": "lead accused",
        "B open": "b_author",
    },
}
# What the program may do with a table; all four where nothing stands.
RIGHTS: dict[str, str] = {
    "core_auditevent": "SELECT INSERT",
    "core_rowchange": "SELECT",
    "core_auditlink": "SELECT",
    "core_audithead": "",
    "core_auditpending": "",
    "core_export": "SELECT INSERT DELETE UPDATE(content)",
    "counselling_sessiontext": "SELECT INSERT",
    "counselling_session_topics": "SELECT INSERT",
    "counselling_linkedpupil": "SELECT INSERT",
    "counselling_concerntext": "SELECT INSERT",
    "counselling_session": "SELECT INSERT UPDATE(withdrawn_at withdrawn_by_id)",
    "counselling_entrygrant": "SELECT INSERT UPDATE(revoked_at revoked_by_id)",
    "counselling_concernreader": "SELECT INSERT UPDATE(revoked_at revoked_by_id)",
    "counselling_concern": "SELECT INSERT UPDATE(acknowledged_at acknowledged_by_id closed_at closed_by_id outcome status)",
    "dashboards_frozencell": "SELECT INSERT",
    "dashboards_periodcount": "SELECT INSERT",
    "dormitories_leave": "SELECT INSERT"
    " UPDATE(back_at back_by_id cancelled_at cancelled_by_id class_approved_at class_approved_by_id"
    " house_approved_at house_approved_by_id out_at out_by_id refusal refused_at refused_by_id)",
    "dormitories_rollcall": "SELECT INSERT UPDATE(closed_at closed_by_id version)",
    "dormitories_rollmark": "SELECT INSERT UPDATE(leave_id marked_at marked_by_id note status version)",
    "students_emergencyaccess": "SELECT INSERT"
    " UPDATE(approved_at approved_by_id ended_at note reviewed_at reviewed_by_id verdict)",
    "django_migrations": "SELECT",
}
# What the role of the district pages may read; nothing else, and it writes nothing.
READ_BY_DISTRICT = {
    f"dashboards_{name}" for name in ("areafigure", "countedschool", "frozencell", "release", "schoolfigure")
}
# The others run as the gate.
AS_WHOEVER_ASKS = {
    "emergency_stands",
    "leave_stands",
    "let_past_stays_go",
    "mark_stands",
    "membership_stands",
    "roll_is_whole",
    "roll_stands",
    "row_values",
    "stay_has_a_sex",
}
# The functions of the schema kl that the program may not call: they write the audit's chain.
NOT_CALLED = {
    "append_link",
    "audit_batch",
    "link_batch",
    "link_pending",
    "note_changes",
    "row_values",
    "stamp_event",
}
