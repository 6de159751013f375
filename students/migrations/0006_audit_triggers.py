"""Changes of pupils, their people, classes and pairings are noted by the database."""

from django.db import migrations

from core.row_history import watch


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0005_emergency_access"),
        ("core", "0005_audit_chain"),
    ]
    operations = [
        watch(
            "students_student",
            shown=[
                *("public_id", "school_id", "name", "former_name", "pinyin", "sex", "born_on"),
                *("school_number", "boarding", "address", "created_at", "changed_at"),
            ],
            ignored=["changed_at"],
        ),
        watch("students_person", shown=["public_id", "school_id", "name", "address", "employer"]),
        watch(
            "students_guardianlink",
            shown=["school_id", "student_id", "person_id", "relation", "is_guardian", "priority"],
        ),
        watch(
            "students_enrolment",
            shown=["school_id", "student_id", "school_class_id", "started_on", "ended_on"],
        ),
        watch("students_pairing", shown=["school_id", "student_id", "teacher_id", "started_on", "ended_on"]),
        watch(
            "students_rosterimport",
            shown=[
                *("public_id", "school_id", "file_name", "state", "error", "counts", "uploaded_by_id"),
                *("uploaded_at", "checked_at", "confirmed_by_id", "confirmed_at", "finished_at"),
            ],
        ),
        watch(
            "students_emergencyaccess",
            shown=[
                *("public_id", "school_id", "student_id", "user_id", "second_factor_at", "opened_at"),
                *("expires_at", "ended_at", "approved_by_id", "approved_at", "verdict"),
                *("reviewed_by_id", "reviewed_at"),
            ],
        ),
    ]
