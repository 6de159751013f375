"""Row security of talks and what hangs on them; no row points into another school."""

from django.db import migrations

from core import rls

TABLES = [
    "counselling_session",
    "counselling_sessiontext",
    "counselling_linkedpupil",
    "counselling_draft",
    "counselling_followup",
]


class Migration(migrations.Migration):
    dependencies = [
        ("counselling", "0003_append_only_sessions"),
        ("students", "0003_tenancy"),
    ]
    operations = [
        *(rls.protect(table, rls.by_school()) for table in [*TABLES, "counselling_topic"]),
        rls.protect(
            "counselling_session_topics",
            # Read a page of entries at a time, so each row asks for its own entry by its number.
            rls.Policy(
                "by_school",
                using="EXISTS (SELECT 1 FROM counselling_session AS entry JOIN counselling_topic AS topic"
                " ON topic.school_id = entry.school_id"
                " WHERE entry.id = session_id AND topic.id = topic_id)",
            ),
        ),
        rls.unique_with_school("counselling_session"),
        rls.same_school("counselling_session", "student_id", "students_student"),
        rls.same_school("counselling_sessiontext", "session_id", "counselling_session"),
        rls.same_school("counselling_linkedpupil", "session_id", "counselling_session"),
        rls.same_school("counselling_linkedpupil", "student_id", "students_student"),
        rls.same_school("counselling_draft", "student_id", "students_student"),
        rls.same_school("counselling_followup", "session_id", "counselling_session"),
        rls.same_school("counselling_followup", "student_id", "students_student"),
    ]
