"""Row security of pupils, their people, classes, pairings and rosters; no row points into another school."""

from django.db import migrations

from core import rls

TABLES = [
    "students_student",
    "students_person",
    "students_guardianlink",
    "students_enrolment",
    "students_pairing",
    "students_finderkey",
    "students_rosterimport",
    "students_rosterrow",
]


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0002_roster_import"),
        ("schools", "0003_tenancy"),
    ]
    operations = [
        *(rls.protect(table, rls.by_school()) for table in TABLES),
        rls.protect(
            "students_rosterprogress",
            # A handful of rows a school: the roster it belongs to is asked.
            rls.Policy(
                "by_school",
                using="EXISTS (SELECT 1 FROM students_rosterimport WHERE students_rosterimport.id = roster_id)",
            ),
        ),
        rls.unique_with_school("students_student"),
        rls.unique_with_school("students_person"),
        rls.unique_with_school("students_rosterimport"),
        rls.same_school("students_guardianlink", "student_id", "students_student"),
        rls.same_school("students_guardianlink", "person_id", "students_person"),
        rls.same_school("students_enrolment", "student_id", "students_student"),
        rls.same_school("students_enrolment", "school_class_id", "schools_schoolclass"),
        rls.same_school("students_pairing", "student_id", "students_student"),
        rls.same_school("students_finderkey", "student_id", "students_student"),
        rls.same_school("students_rosterrow", "roster_id", "students_rosterimport"),
    ]
