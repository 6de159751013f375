"""Concerns: their tables, who may see which row, and that an accused colleague sees none.

`kl.my_concerns()` names the concerns whose words the person of the scope may read: a lead's, unless it is about
a colleague; and those they were named for. Whoever a concern is about is left out before anything else is asked.
Roles with CONCERN_READ are named here as texts: tests/counselling/test_concern_rows.py holds them to accounts/roles.py.
"""

import core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core import db_roles, rls

TODAY = "(clock_timestamp() AT TIME ZONE (SELECT time_zone FROM kl.setting))::date"

MY_CONCERNS = f"""
DECLARE
    person bigint := kl.me();
    places bigint[] := kl.my_schools();
    led bigint[];
    found bigint[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(DISTINCT held.school_id) INTO led
        FROM public.schools_membership AS held
        WHERE held.user_id = person AND held.role IN ('safeguarding_lead') AND held.started_on <= {TODAY}
          AND (held.ended_on IS NULL OR held.ended_on >= {TODAY});
        SELECT array_agg(concern.id) INTO found
        FROM public.counselling_concern AS concern
        WHERE concern.about_staff_id IS DISTINCT FROM person AND concern.school_id = ANY(places)
          AND (
            concern.about_staff_id IS NULL AND concern.school_id = ANY(led)
            OR EXISTS (
                SELECT 1 FROM public.counselling_concernreader AS named
                WHERE named.concern_id = concern.id AND named.user_id = person AND named.revoked_at IS NULL
            )
          );
    END IF;
    RETURN coalesce(found, '{{}}');
END
"""

MY_REPORTS = """
DECLARE
    person bigint := kl.me();
    found bigint[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(concern.id) INTO found
        FROM public.counselling_concern AS concern
        WHERE concern.reporter_id = person AND concern.about_staff_id IS DISTINCT FROM person
          AND concern.school_id = ANY(kl.my_schools());
    END IF;
    RETURN coalesce(found, '{}');
END
"""

# The public ids, as events and reminders name them, without dashes.
MY_CONCERN_NAMES = """
DECLARE
    known bigint[] := kl.my_concerns() || kl.my_reports();
    found text[];
BEGIN
    SELECT array_agg(replace(concern.public_id::text, '-', '')) INTO found
    FROM public.counselling_concern AS concern WHERE concern.id = ANY(known);
    RETURN coalesce(found, '{}');
END
"""

# Who opened the words, for those who may: the trail itself says nothing of concerns (schools 0005).
READINGS = """
BEGIN
    RETURN QUERY
    SELECT event.actor_id, event.at
    FROM public.core_auditevent AS event JOIN public.counselling_concern AS concern ON concern.public_id = asked
    WHERE event.target_type = 'counselling.concern' AND event.target_id = asked::text
      AND event.event = 'concern.read' AND concern.id = ANY(kl.my_concerns())
    ORDER BY event.id DESC LIMIT 50;
END
"""

READS = "(SELECT kl.my_concerns())::bigint[]"
REPORTED = "(SELECT kl.my_reports())::bigint[]"
NAMES = "(SELECT kl.my_concern_names())::text[]"
HERE = f"school_id = ANY({rls.MY_SCHOOLS})"


def _and_here(rule):
    return f"{HERE} AND ({rls.PROGRAM} OR {rule})"


CONCERN = (
    rls.Policy(
        "who_knows",
        command="SELECT",
        using=_and_here(f"(about_staff_id IS DISTINCT FROM {rls.ME} AND (reporter_id = {rls.ME} OR id = ANY({READS})))"),
    ),
    rls.Policy(
        "reporting",
        command="INSERT",
        check=_and_here(f"(reporter_id = {rls.ME} AND about_staff_id IS DISTINCT FROM {rls.ME})"),
    ),
    rls.Policy("handling", command="UPDATE", using=_and_here(f"id = ANY({READS})")),
)
TEXT = (
    rls.Policy(
        "who_reads", command="SELECT", using=_and_here(f"(written_by_id = {rls.ME} OR concern_id = ANY({READS}))")
    ),
    rls.Policy(
        "writing",
        command="INSERT",
        check=_and_here(f"(written_by_id = {rls.ME} AND concern_id = ANY({READS} || {REPORTED}))"),
    ),
)
READER = (
    rls.Policy("who_knows", command="SELECT", using=_and_here(f"concern_id = ANY({READS} || {REPORTED})")),
    rls.Policy(
        "naming",
        command="INSERT",
        check=_and_here(f"(granted_by_id = {rls.ME} AND concern_id = ANY({READS} || {REPORTED}))"),
    ),
    rls.Policy("taking_back", command="UPDATE", using=_and_here(f"concern_id = ANY({READS})")),
)
DRAFT = (rls.Policy("mine", using=_and_here(f"author_id = {rls.ME}")),)

NOT_THE_ACCUSED = f"""
CREATE FUNCTION kl.refuse_accused_reader() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.counselling_concern WHERE id = NEW.concern_id AND about_staff_id = NEW.user_id
    ) THEN
        RAISE EXCEPTION 'nobody reads a concern about themselves' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
{db_roles.hand_to_gate("kl.refuse_accused_reader()")}
CREATE TRIGGER never_the_accused BEFORE INSERT OR UPDATE ON counselling_concernreader
FOR EACH ROW EXECUTE FUNCTION kl.refuse_accused_reader();
"""

RIGHTS = """
REVOKE UPDATE, DELETE ON counselling_concern FROM kl_app;
GRANT UPDATE (status, acknowledged_at, acknowledged_by_id, closed_at, closed_by_id, outcome)
    ON counselling_concern TO kl_app;
REVOKE UPDATE, DELETE ON counselling_concerntext FROM kl_app;
REVOKE UPDATE, DELETE ON counselling_concernreader FROM kl_app;
GRANT UPDATE (revoked_at, revoked_by_id) ON counselling_concernreader TO kl_app;
"""
ALL_RIGHTS = """
GRANT UPDATE, DELETE ON counselling_concern, counselling_concerntext, counselling_concernreader TO kl_app;
"""

# Events and reminders about a concern are seen by those who may know of it: else the trail would tell the accused.
QUIET_EVENTS = rls.Policy(
    "concerns_go_round",
    command="SELECT",
    restrictive=True,
    using="(target_type NOT LIKE 'counselling.concern%'"
    " AND coalesce(details->>'about', '') NOT LIKE 'counselling.concern:%')"
    f" OR {rls.PROGRAM}"
    f" OR replace(target_id, '-', '') = ANY({NAMES})"
    f" OR substr(details->>'about', 21, 32) = ANY({NAMES})",
)
QUIET_REMINDERS = rls.Policy(
    "concerns_go_round",
    command="SELECT",
    restrictive=True,
    using="about NOT LIKE 'counselling.concern:%'"
    f" OR {rls.PROGRAM} OR recipient_id = {rls.ME} OR substr(about, 21, 32) = ANY({NAMES})",
)
# Nor do the changes of such a reminder's row: whoever doesn't see the reminder doesn't see that it was changed.
QUIET_CHANGES = rls.Policy(
    "concerns_go_round",
    command="SELECT",
    restrictive=True,
    using=f"table_name <> 'reminders_reminder' OR {rls.PROGRAM}"
    " OR EXISTS (SELECT 1 FROM reminders_reminder AS told WHERE told.id = row_id)",
)


def _add(table, policy):
    return migrations.RunSQL(policy.create_sql(table), f"DROP POLICY {policy.name} ON {table};")


class Migration(migrations.Migration):
    dependencies = [
        ("counselling", "0005_levels"),
        ("schools", "0003_tenancy"),
        ("students", "0003_tenancy"),
        ("reminders", "0002_tenancy"),
        ("core", "0005_audit_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Concern',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('client_id', models.UUIDField()),
                ('happened_at', models.DateTimeField(verbose_name='when')),
                ('recorded_at', models.DateTimeField()),
                ('category', models.CharField(choices=[('injury', 'Injury to a private part of the body'), ('girl_under_14', 'Girl under 14: sexual harm, pregnancy or abortion, or a sign of it'), ('girl_from_14', 'Girl of 14 or older: pregnancy or abortion after sexual harm'), ('violence', 'Several injuries, badly underfed or unconscious; violence, bullying, abuse or drugging'), ('self_harm', 'Death or disability by suicide, self-harm, work, poisoning or blows'), ('unattended', 'Abandoned, or long without care'), ('missing', 'Of unknown origin, missing, abducted or sold'), ('begging', 'Made to beg'), ('danger', 'Other serious harm, or danger of it'), ('among_pupils', 'Trouble among pupils'), ('low', 'Very low, or speaks of hurting themselves'), ('home', 'Care at home'), ('changed', 'Changed in health, mood or behaviour'), ('online', 'Telephone and internet'), ('staff', 'How an adult behaves towards a child'), ('other', 'Something else')], max_length=15, verbose_name='what it is about')),
                ('urgency', models.PositiveSmallIntegerField(choices=[(1, 'Now: a child is in danger'), (2, 'Today'), (3, 'In the next days')], verbose_name='how urgent')),
                ('told_in_person', models.BooleanField(verbose_name='told in person')),
                ('status', models.CharField(choices=[('received', 'Received'), ('looking', 'Being looked into'), ('closed', 'Closed')], default='received', max_length=10, verbose_name='status')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('helped', 'The school helps the child'), ('passed_on', 'Passed on to the authorities'), ('no_step', 'Looked into; no further step needed'), ('known', 'Already known and in hand')], max_length=10, verbose_name='outcome')),
                ('about_staff', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concerns', to='students.student')),
            ],
        ),
        migrations.CreateModel(
            name='ConcernDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField()),
                ('sealed', models.BinaryField()),
                ('changed_at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='schools.school')),
            ],
        ),
        migrations.CreateModel(
            name='ConcernReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('routed', 'Answers for it'), ('shared', 'May read it')], max_length=6)),
                ('granted_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('concern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='readers', to='counselling.concern')),
                ('granted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ConcernText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.UUIDField()),
                ('sealed', models.BinaryField()),
                ('written_at', models.DateTimeField()),
                ('concern', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='texts', to='counselling.concern')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['written_at', 'id'],
            },
        ),
        migrations.AddIndex(
            model_name='concern',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['school', 'urgency', 'recorded_at', 'id'], name='counselling_concern_open'),
        ),
        migrations.AddIndex(
            model_name='concern',
            index=models.Index(fields=['school', '-recorded_at', '-id'], name='counselling_concern_school'),
        ),
        migrations.AddIndex(
            model_name='concern',
            index=models.Index(fields=['student', '-happened_at', '-id'], name='counselling_concern_student'),
        ),
        migrations.AddIndex(
            model_name='concern',
            index=models.Index(fields=['reporter', '-recorded_at', '-id'], name='counselling_concern_mine'),
        ),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.UniqueConstraint(fields=('reporter', 'client_id'), name='counselling_concern_once'),
        ),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(('happened_at__lte', models.F('recorded_at'))), name='counselling_concern_not_ahead'),
        ),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(('about_staff', None), models.Q(('about_staff', models.F('reporter')), _negated=True), _connector='OR'), name='counselling_concern_not_oneself'),
        ),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(('urgency__gte', 1), ('urgency__lte', 3)), name='counselling_concern_urgency'),
        ),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at', None), ('acknowledged_by', None), ('status', 'received')), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='counselling_concern_seen_pair'),
        ),
        migrations.AddConstraint(
            model_name='concern',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('status', 'closed'), _negated=True), ('closed_at', None), ('closed_by', None), ('outcome', '')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), ('status', 'closed'), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='counselling_concern_closed_pair'),
        ),
        migrations.AddConstraint(
            model_name='concerndraft',
            constraint=models.UniqueConstraint(fields=('author', 'client_id'), name='counselling_concerndraft_once'),
        ),
        migrations.AddIndex(
            model_name='concernreader',
            index=models.Index(condition=models.Q(('revoked_at', None)), fields=['user'], name='counselling_concernreader_user'),
        ),
        migrations.AddConstraint(
            model_name='concernreader',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('concern', 'user', 'kind'), name='counselling_concernreader_once'),
        ),
        migrations.AddConstraint(
            model_name='concernreader',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='counselling_concernreader_revoked_pair'),
        ),
        migrations.AddConstraint(
            model_name='concerntext',
            constraint=models.UniqueConstraint(fields=('concern', 'client_id'), name='counselling_concerntext_once'),
        ),
        rls.gate_reads("counselling_concern", "id", "public_id", "school_id", "reporter_id", "about_staff_id"),
        rls.gate_reads("counselling_concernreader", "id", "concern_id", "user_id", "revoked_at"),
        rls.gate_function("kl.my_concerns()", MY_CONCERNS, returns="bigint[]"),
        rls.gate_function("kl.my_reports()", MY_REPORTS, returns="bigint[]"),
        rls.gate_function("kl.my_concern_names()", MY_CONCERN_NAMES, returns="text[]"),
        rls.gate_function(
            "kl.concern_readings(asked uuid)", READINGS, returns="TABLE (reader_id bigint, read_at timestamptz)"
        ),
        rls.protect("counselling_concern", *CONCERN),
        rls.protect("counselling_concerntext", *TEXT),
        rls.protect("counselling_concernreader", *READER),
        rls.protect("counselling_concerndraft", *DRAFT),
        rls.unique_with_school("counselling_concern"),
        rls.same_school("counselling_concern", "student_id", "students_student"),
        rls.same_school("counselling_concerntext", "concern_id", "counselling_concern"),
        rls.same_school("counselling_concernreader", "concern_id", "counselling_concern"),
        migrations.RunSQL(NOT_THE_ACCUSED, "DROP FUNCTION kl.refuse_accused_reader() CASCADE;"),
        migrations.RunSQL(RIGHTS, ALL_RIGHTS),
        _add("core_auditevent", QUIET_EVENTS),
        _add("reminders_reminder", QUIET_REMINDERS),
        _add("core_rowchange", QUIET_CHANGES),
    ]
