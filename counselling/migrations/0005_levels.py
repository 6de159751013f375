"""Four depths of confidentiality, held by row security: the second lock on what is written about a child.

What hangs on an entry repeats its pupil, author and level, held to it by a composite key, so that each policy
looks at its own row. An entry's level never changes (migration 0003), so neither do these.
Roles with TALK_READ_PROCESS are named here as texts: tests/counselling/test_level_policies.py holds them to
accounts/roles.py.
"""

import json

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from core import db_roles, keys, rls

LEVELS = [
    ("school", "School-wide"),
    ("restricted", "Restricted"),
    ("sealed", "Sealed"),
    ("process", "Working note"),
]
SECRET = Q(level__in=["process", "sealed"])
OPEN = ~Q(level__in=["process", "sealed"]) & Q(sealed=None)
TEXT_SEALED = (
    SECRET & Q(sealed__isnull=False) & Q(line="", facts="", child_words="", action="", reason="") | OPEN
)
NOTE_SEALED = SECRET & Q(sealed__isnull=False) & Q(note="") | OPEN | Q(note="", sealed=None)


def user(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **more,
    )


def student(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="students.student", **more
    )


def level(**more):
    return models.CharField(choices=LEVELS, max_length=10, **more)


def identifier():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


# --- rows that are there already --------------------------------------------------------------------

REPEATED = {
    "counselling_sessiontext": "student_id = entry.student_id, level = entry.sensitivity",
    "counselling_linkedpupil": (
        "about_id = entry.student_id, author_id = entry.author_id, level = entry.sensitivity"
    ),
    "counselling_followup": "author_id = entry.author_id, level = entry.sensitivity",
}
HELD = ("counselling_session", "counselling_draft", "schools_school", *REPEATED)


def let_owner(passes):
    """The owner too is held by policies; while it fills in columns, it isn't."""
    word = "NO FORCE" if passes else "FORCE"
    return " ".join(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY;" for table in HELD)


FILL = " ".join(
    f"UPDATE {table} SET {columns} FROM counselling_session AS entry WHERE entry.id = session_id;"
    for table, columns in REPEATED.items()
)


def seal_drafts(apps, schema_editor):
    drafts = apps.get_model("counselling", "Draft").objects.using(schema_editor.connection.alias)
    for draft in drafts.select_related("school").iterator():
        bound_to = f"counselling_draft:{draft.author_id}:{draft.client_id}"
        clear = json.dumps(draft.fields, ensure_ascii=False).encode()
        draft.sealed = keys.school_encrypt(draft.school.public_id, clear, bound_to=bound_to)
        draft.save(update_fields=["sealed"])


# --- policies ---------------------------------------------------------------------------------------

MY_PROCESS_SCHOOLS = """
DECLARE
    found bigint[];
BEGIN
    SELECT array_agg(DISTINCT held.school_id) INTO found
    FROM public.schools_membership AS held
    CROSS JOIN (
        SELECT (clock_timestamp() AT TIME ZONE (SELECT time_zone FROM kl.setting))::date AS today
    ) AS clock
    WHERE held.user_id = kl.me() AND held.role IN ('counsellor')
      AND held.started_on <= today AND (held.ended_on IS NULL OR held.ended_on >= today);
    RETURN coalesce(found, '{}');
END
"""
MY_GRANTED_SESSIONS = """
DECLARE
    found bigint[];
BEGIN
    SELECT array_agg(session_id) INTO found
    FROM public.counselling_entrygrant WHERE user_id = kl.me() AND revoked_at IS NULL;
    RETURN coalesce(found, '{}');
END
"""

SCHOOL = rls.Policy("by_school", using=f"school_id = ANY({rls.MY_SCHOOLS})", restrictive=True)
IN_PROCESS = "school_id = ANY((SELECT kl.my_process_schools())::bigint[])"
IN_RESTRICTED = f"school_id = ANY({rls.MY_RESTRICTED_SCHOOLS})"
# Break-glass: for an hour; what is sealed, once a second person has approved.
OPENED = "ANY((SELECT kl.my_emergency_students())::bigint[])"
UNSEALED = "ANY((SELECT kl.my_emergency_sealed_students())::bigint[])"
GRANTED = "ANY((SELECT kl.my_granted_sessions())::bigint[])"


def is_mine(author):
    return f"{author} = {rls.ME}"


def words_of(author, pupil="student_id"):
    """Who reads the words of an entry, and what is as telling as they."""
    return (
        f"level = 'school' OR {is_mine(author)}"
        f" OR (level = 'restricted' AND ({IN_RESTRICTED} OR {pupil} = {OPENED}))"
        f" OR (level = 'sealed' AND {pupil} = {UNSEALED})"
        f" OR (level = 'process' AND {IN_PROCESS})"
        f" OR (level IN ('restricted', 'sealed') AND session_id = {GRANTED})"
    )


def selecting(using):
    return rls.Policy("readers", using=using, command="SELECT")


def adding(author):
    return rls.Policy("adding", check=f"{is_mine(author)} OR {rls.PROGRAM}", command="INSERT")


def changing(using):
    return rls.Policy("changing", using=using, command="UPDATE")


SESSION = (
    SCHOOL,
    # That a sealed entry or a working note exists is itself for its readers alone.
    selecting(
        f"sensitivity IN ('school', 'restricted') OR {is_mine('author_id')}"
        f" OR (sensitivity = 'process' AND {IN_PROCESS})"
        f" OR (sensitivity = 'sealed' AND (id = {GRANTED} OR student_id = {UNSEALED}))"
        f" OR {rls.PROGRAM}"
    ),
    adding("author_id"),
    changing(f"{is_mine('author_id')} OR {rls.PROGRAM}"),
)
# The program plans and reminds: it needs no word of what is secret, so it reads none.
TEXT = (
    SCHOOL,
    selecting(f"{words_of('written_by_id')} OR (level = 'restricted' AND {rls.PROGRAM})"),
    adding("written_by_id"),
)
PROMISE = f"{words_of('author_id')} OR {is_mine('owner_id')} OR {rls.PROGRAM}"
FOLLOW_UP = (SCHOOL, selecting(PROMISE), adding("author_id"), changing(PROMISE))
LINKED_SEEN = f"{words_of('author_id', pupil='about_id')} OR {rls.PROGRAM}"
LINKED = (SCHOOL, selecting(LINKED_SEEN), adding("author_id"))
SHARING = f"{is_mine('author_id')} OR (level = 'restricted' AND {IN_RESTRICTED})"
GRANT_SEEN = f"{is_mine('user_id')} OR {SHARING} OR {rls.PROGRAM}"
GRANT = (
    SCHOOL,
    selecting(GRANT_SEEN),
    # Or anybody could name themselves: only who shares may name, and in their own name.
    rls.Policy(
        "adding", check=f"granted_by_id = {rls.ME} AND ({SHARING}) OR {rls.PROGRAM}", command="INSERT"
    ),
    changing(f"{SHARING} OR {rls.PROGRAM}"),
)
# Only its author; the program removes the old ones and moves them to a new key, and can't tell what they say.
DRAFT = (SCHOOL, rls.Policy("author", using=f"{is_mine('author_id')} OR {rls.PROGRAM}"))


# What a talk was about is as telling as its words: whoever reads the first of them sees the topics.
TOPICS_WERE = rls.Policy(
    "by_school",
    using="EXISTS (SELECT 1 FROM counselling_session AS entry JOIN counselling_topic AS topic"
    " ON topic.school_id = entry.school_id"
    " WHERE entry.id = session_id AND topic.id = topic_id)",
)
TOPICS = (
    selecting(
        "EXISTS (SELECT 1 FROM counselling_sessiontext AS words"
        " WHERE words.session_id = counselling_session_topics.session_id AND words.number = 1)"
    ),
    rls.Policy(
        "adding",
        check="EXISTS (SELECT 1 FROM counselling_session AS entry JOIN counselling_topic AS topic"
        " ON topic.school_id = entry.school_id"
        f" WHERE entry.id = session_id AND topic.id = topic_id AND (entry.author_id = {rls.ME} OR {rls.PROGRAM}))",
        command="INSERT",
    ),
)


def held_to_entry(table, student, author):
    """What a row repeats of its entry is the entry's, or the row can't be written."""
    name = f"{table}_kin"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (session_id, {student}, {author}, level)"
        " REFERENCES counselling_session (id, student_id, author_id, sensitivity)"
        " DEFERRABLE INITIALLY DEFERRED;",
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


NOTHING = migrations.RunSQL.noop


class Migration(migrations.Migration):
    dependencies = [
        ("counselling", "0004_tenancy"),
        ("students", "0005_emergency_access"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        # --- columns
        migrations.AlterField("session", "sensitivity", level(verbose_name="who can read it")),
        migrations.AlterField(
            "sessiontext",
            "line",
            models.CharField(blank=True, max_length=300, verbose_name="in one line"),
        ),
        migrations.AddField("sessiontext", "sealed", models.BinaryField(blank=True, null=True)),
        migrations.AddField("sessiontext", "student", student(null=True)),
        migrations.AddField("sessiontext", "level", level(null=True)),
        migrations.AddField("followup", "author", user(null=True)),
        migrations.AddField("followup", "level", level(null=True)),
        migrations.AddField("followup", "sealed", models.BinaryField(blank=True, null=True)),
        migrations.AddField("linkedpupil", "about", student(null=True)),
        migrations.AddField("linkedpupil", "author", user(null=True)),
        migrations.AddField("linkedpupil", "level", level(null=True)),
        migrations.AddField("draft", "sealed", models.BinaryField(null=True)),
        # --- rows that are there already
        migrations.RunSQL(let_owner(True), let_owner(False)),
        migrations.RunSQL(FILL, NOTHING),
        migrations.RunPython(seal_drafts, migrations.RunPython.noop),
        migrations.RunSQL(let_owner(False), let_owner(True)),
        migrations.AlterField("sessiontext", "student", student()),
        migrations.AlterField("sessiontext", "level", level()),
        migrations.AlterField("followup", "author", user()),
        migrations.AlterField("followup", "level", level()),
        migrations.AlterField("linkedpupil", "about", student()),
        migrations.AlterField("linkedpupil", "author", user()),
        migrations.AlterField("linkedpupil", "level", level()),
        migrations.AlterField("draft", "sealed", models.BinaryField()),
        migrations.RemoveField("draft", "fields"),
        # --- rules
        migrations.RemoveConstraint("sessiontext", "counselling_text_reason"),
        migrations.AddConstraint(
            "sessiontext",
            models.CheckConstraint(
                name="counselling_text_reason", condition=Q(number=1) | ~Q(reason="") | SECRET
            ),
        ),
        migrations.AddConstraint(
            "sessiontext",
            models.CheckConstraint(name="counselling_text_sealed", condition=TEXT_SEALED),
        ),
        migrations.AddConstraint(
            "followup",
            models.CheckConstraint(name="counselling_followup_sealed", condition=NOTE_SEALED),
        ),
        migrations.AddConstraint(
            "linkedpupil",
            models.CheckConstraint(name="counselling_linked_other", condition=~Q(student=F("about"))),
        ),
        migrations.AddConstraint(
            "session",
            models.UniqueConstraint(
                fields=["id", "student", "author", "sensitivity"], name="counselling_session_kin"
            ),
        ),
        migrations.CreateModel(
            name="EntryGrant",
            fields=[
                ("id", identifier()),
                ("level", level()),
                ("granted_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("author", user()),
                ("granted_by", user()),
                ("revoked_by", user(blank=True, null=True)),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="grants",
                        to="counselling.session",
                    ),
                ),
                ("student", student()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entry_grants",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user"], name="counselling_grant_live", condition=Q(revoked_at=None))
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["session", "user"],
                        name="counselling_grant_once",
                        condition=Q(revoked_at=None),
                    ),
                    models.CheckConstraint(
                        name="counselling_grant_shareable", condition=Q(level__in=["restricted", "sealed"])
                    ),
                    models.CheckConstraint(
                        name="counselling_grant_revoked_pair",
                        condition=Q(revoked_at=None, revoked_by=None)
                        | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                    ),
                ],
            },
        ),
        held_to_entry("counselling_sessiontext", "student_id", "written_by_id"),
        held_to_entry("counselling_followup", "student_id", "author_id"),
        held_to_entry("counselling_linkedpupil", "about_id", "author_id"),
        held_to_entry("counselling_entrygrant", "student_id", "author_id"),
        # --- who reads what
        rls.same_school("counselling_entrygrant", "session_id", "counselling_session"),
        rls.same_school("counselling_entrygrant", "student_id", "students_student"),
        rls.same_school("counselling_sessiontext", "student_id", "students_student"),
        rls.same_school("counselling_linkedpupil", "about_id", "students_student"),
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE ON counselling_entrygrant FROM {db_roles.APP};"
            f" GRANT UPDATE (revoked_at, revoked_by_id) ON counselling_entrygrant TO {db_roles.APP};"
            f" REVOKE UPDATE, DELETE ON counselling_linkedpupil FROM {db_roles.APP};",
            f"GRANT UPDATE, DELETE ON counselling_linkedpupil TO {db_roles.APP};",
        ),
        rls.gate_function("kl.my_process_schools()", MY_PROCESS_SCHOOLS, returns="bigint[]"),
        rls.gate_function("kl.my_granted_sessions()", MY_GRANTED_SESSIONS, returns="bigint[]"),
        rls.protect("counselling_entrygrant", *GRANT),
        rls.gate_reads("counselling_entrygrant", "session_id", "user_id", "revoked_at"),
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE ON counselling_session_topics FROM {db_roles.APP};",
            f"GRANT UPDATE, DELETE ON counselling_session_topics TO {db_roles.APP};",
        ),
        rls.replace("counselling_session_topics", "by_school", *TOPICS, was=TOPICS_WERE),
        *(
            rls.replace(table, "by_school", *policies, was=rls.by_school())
            for table, policies in (
                ("counselling_session", SESSION),
                ("counselling_sessiontext", TEXT),
                ("counselling_followup", FOLLOW_UP),
                ("counselling_linkedpupil", LINKED),
                ("counselling_draft", DRAFT),
            )
        ),
    ]
