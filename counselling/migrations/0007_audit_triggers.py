"""Changes of entries, promises, topics and reports are noted by the database: never their words."""

from django.db import migrations

from core import rls
from core.row_history import watch

# The pupils' own rows of a list of topics know their school by the topic.
TOPIC_SCHOOL = "(SELECT topic.school_id FROM public.counselling_topic AS topic WHERE topic.id = r.topic_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("counselling", "0006_concerns"),
        ("core", "0005_audit_chain"),
    ]
    operations = [
        watch(
            "counselling_topic",
            shown=[
                *("public_id", "school_id", "code", "own_name", "own_guidance", "colour", "position"),
                "is_active",
            ],
        ),
        rls.gate_reads("counselling_topic", "id", "school_id"),
        watch("counselling_session_topics", shown=["session_id"], school=TOPIC_SCHOOL),
        watch(
            "counselling_session",
            shown=[
                *("public_id", "school_id", "student_id", "author_id", "client_id", "happened_at"),
                *("recorded_at", "withdrawn_at", "withdrawn_by_id"),
            ],
        ),
        watch(
            "counselling_sessiontext",
            shown=["school_id", "session_id", "student_id", "number", "written_by_id", "written_at"],
        ),
        watch(
            "counselling_linkedpupil",
            shown=["school_id", "session_id", "about_id", "author_id", "student_id"],
        ),
        watch(
            "counselling_followup",
            shown=[
                *("public_id", "school_id", "session_id", "student_id", "author_id", "owner_id", "due_on"),
                *("created_at", "done_at", "done_by_id", "cancelled_at"),
            ],
        ),
        watch(
            "counselling_entrygrant",
            shown=[
                *("school_id", "session_id", "student_id", "author_id", "user_id", "granted_by_id"),
                *("granted_at", "revoked_at", "revoked_by_id"),
            ],
        ),
        watch(
            "counselling_concern",
            shown=[
                *("public_id", "school_id", "student_id", "reporter_id", "client_id", "happened_at"),
                *("recorded_at", "told_in_person", "acknowledged_at", "acknowledged_by_id", "closed_at"),
                "closed_by_id",
            ],
        ),
        watch(
            "counselling_concerntext",
            shown=["school_id", "concern_id", "client_id", "written_by_id", "written_at"],
        ),
        watch(
            "counselling_concernreader",
            shown=[
                *("school_id", "concern_id", "user_id", "kind", "granted_at", "granted_by_id"),
                *("revoked_at", "revoked_by_id"),
            ],
        ),
    ]
