"""Leave and the roll: what the database itself promises about them.

A leave: two people approve, neither of whom asked, each in their own name; a pupil has one at a time; nobody goes out
before both have approved. A roll: it isn't closed while a child is unaccounted for, and once closed it stays whole; the
roll's row is what a mark and the closing wait for each other on.
"""

import datetime

import core.fields
import core.ranges
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import dormitories.models.rolls
import schools.models.duties
from django.conf import settings
from django.db import migrations, models

from core import db_roles, rls
from core.row_history import watch

STEPS = ("class_approved", "house_approved", "refused", "cancelled", "out", "back")
LEAVE_MAY_CHANGE = ("refusal", *(f"{step}_{part}" for step in STEPS for part in ("by_id", "at")))
MARK_MAY_CHANGE = ("status", "note", "leave_id", "marked_by_id", "marked_at", "version")
ROLL_MAY_CHANGE = ("closed_by_id", "closed_at", "version")


def _texts(names):
    return ", ".join(f"'{name}'" for name in names)


ANOTHERS_NAME = "\n       OR ".join(
    f"(NEW.{step}_by_id IS DISTINCT FROM OLD.{step}_by_id AND NEW.{step}_by_id IS NOT NULL"
    f" AND NEW.{step}_by_id IS DISTINCT FROM kl.me())"
    for step in STEPS
)
# Only what the gate noted a moment ago is taken back; who approved, refused or called off stays written.
TAKEN_BACK = "\n       OR ".join(
    f"(OLD.{step}_at IS NOT NULL AND NEW.{step}_at IS DISTINCT FROM OLD.{step}_at)" for step in STEPS[:4]
)

STANDS = f"""
CREATE FUNCTION kl.leave_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF kl.is_program() THEN
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - ARRAY[{_texts(LEAVE_MAY_CHANGE)}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{_texts(LEAVE_MAY_CHANGE)}]
       OR {TAKEN_BACK} THEN
        RAISE insufficient_privilege USING MESSAGE = 'a leave is answered, not rewritten';
    END IF;
    IF {ANOTHERS_NAME} THEN
        RAISE insufficient_privilege USING MESSAGE = 'nobody answers a leave in another''s name';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER leave_stands BEFORE UPDATE ON dormitories_leave
FOR EACH ROW EXECUTE FUNCTION kl.leave_stands();

CREATE FUNCTION kl.roll_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY[{_texts(ROLL_MAY_CHANGE)}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{_texts(ROLL_MAY_CHANGE)}]
       OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN
        RAISE insufficient_privilege USING MESSAGE = 'a roll is closed once, not rewritten';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER roll_stands BEFORE UPDATE ON dormitories_rollcall
FOR EACH ROW EXECUTE FUNCTION kl.roll_stands();

CREATE FUNCTION kl.roll_is_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- To find, or known by itself and no longer so.
    IF EXISTS (
        SELECT 1 FROM public.dormitories_rollmark AS mark
        LEFT JOIN public.dormitories_leave AS leave ON leave.id = mark.leave_id
        WHERE mark.roll_id = NEW.id AND (
            mark.status = ''
            OR mark.marked_by_id IS NULL
               AND (leave.out_at IS NULL OR leave.back_at IS NOT NULL OR leave.due_back_at < NEW.closed_at)
        )
    ) THEN
        RAISE EXCEPTION 'a child is unaccounted for'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'dormitories_rollcall_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER roll_is_whole AFTER INSERT OR UPDATE OF closed_at ON dormitories_rollcall
FOR EACH ROW WHEN (NEW.closed_at IS NOT NULL) EXECUTE FUNCTION kl.roll_is_whole();

CREATE FUNCTION kl.mark_stands() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ended timestamptz;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - ARRAY[{_texts(MARK_MAY_CHANGE)}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{_texts(MARK_MAY_CHANGE)}] THEN
            RAISE insufficient_privilege USING MESSAGE = 'who is expected was settled when the roll was opened';
        END IF;
        IF NOT kl.is_program() AND NEW.marked_by_id IS NOT NULL
           AND (NEW.marked_by_id, NEW.marked_at) IS DISTINCT FROM (OLD.marked_by_id, OLD.marked_at)
           AND NEW.marked_by_id IS DISTINCT FROM kl.me() THEN
            RAISE insufficient_privilege USING MESSAGE = 'nobody marks in another''s name';
        END IF;
    END IF;
    SELECT roll.closed_at INTO ended FROM public.dormitories_rollcall AS roll WHERE roll.id = NEW.roll_id FOR SHARE;
    IF ended IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.status = '' OR NEW.marked_by_id IS NULL) THEN
        RAISE EXCEPTION 'the roll is closed: nobody in it becomes unaccounted for'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'dormitories_rollcall_whole';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark_stands BEFORE INSERT OR UPDATE ON dormitories_rollmark
FOR EACH ROW EXECUTE FUNCTION kl.mark_stands();

REVOKE UPDATE, DELETE ON dormitories_leave, dormitories_rollcall, dormitories_rollmark FROM {db_roles.APP};
GRANT UPDATE ({", ".join(LEAVE_MAY_CHANGE)}) ON dormitories_leave TO {db_roles.APP};
GRANT UPDATE ({", ".join(ROLL_MAY_CHANGE)}) ON dormitories_rollcall TO {db_roles.APP};
GRANT UPDATE ({", ".join(MARK_MAY_CHANGE)}) ON dormitories_rollmark TO {db_roles.APP};
"""

FALLS = f"""
DROP TRIGGER leave_stands ON dormitories_leave;
DROP TRIGGER roll_stands ON dormitories_rollcall;
DROP TRIGGER roll_is_whole ON dormitories_rollcall;
DROP TRIGGER mark_stands ON dormitories_rollmark;
DROP FUNCTION kl.leave_stands();
DROP FUNCTION kl.roll_stands();
DROP FUNCTION kl.roll_is_whole();
DROP FUNCTION kl.mark_stands();
GRANT UPDATE, DELETE ON dormitories_leave, dormitories_rollcall, dormitories_rollmark TO {db_roles.APP};
"""

# The adult who collects is one of this very pupil; a mark's leave is this very pupil's.
SAME_PUPIL = """
ALTER TABLE students_guardianlink ADD CONSTRAINT students_guardianlink_of_pupil UNIQUE (school_id, student_id, id);
ALTER TABLE dormitories_leave ADD CONSTRAINT dormitories_leave_of_pupil UNIQUE (school_id, student_id, id);
ALTER TABLE dormitories_leave ADD CONSTRAINT dormitories_leave_collector_of_pupil
    FOREIGN KEY (school_id, student_id, collector_id) REFERENCES students_guardianlink (school_id, student_id, id)
    DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE dormitories_rollmark ADD CONSTRAINT dormitories_rollmark_leave_of_pupil
    FOREIGN KEY (school_id, student_id, leave_id) REFERENCES dormitories_leave (school_id, student_id, id)
    DEFERRABLE INITIALLY DEFERRED;
"""
ANY_PUPIL = """
ALTER TABLE dormitories_rollmark DROP CONSTRAINT dormitories_rollmark_leave_of_pupil;
ALTER TABLE dormitories_leave DROP CONSTRAINT dormitories_leave_collector_of_pupil;
ALTER TABLE dormitories_leave DROP CONSTRAINT dormitories_leave_of_pupil;
ALTER TABLE students_guardianlink DROP CONSTRAINT students_guardianlink_of_pupil;
"""

IN_MY_NAME = rls.Policy(
    "in_my_name",
    command="INSERT",
    restrictive=True,
    check=f"{rls.PROGRAM} OR (asked_by_id = {rls.ME} AND class_approved_by_id IS NULL"
    " AND house_approved_by_id IS NULL AND refused_by_id IS NULL AND out_by_id IS NULL AND back_by_id IS NULL)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("dormitories", "0002_plans"),
        ("schools", "0007_roles_are_given_by_others"),
        ("students", "0009_home_later"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Leave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('hours', 'For some hours'), ('nights', 'Overnight'), ('weekend', 'Weekend or holiday at home')], max_length=7, verbose_name='kind')),
                ('reason', models.CharField(choices=[('home', 'Going home'), ('doctor', 'Doctor or hospital'), ('ill', 'Ill: rests at home'), ('family', 'Family matter'), ('school', 'For the school: contest, visit'), ('other', 'Something else')], max_length=6, verbose_name='reason')),
                ('leaves_at', models.DateTimeField(verbose_name='leaves')),
                ('due_back_at', models.DateTimeField(verbose_name='due back')),
                ('collector_words', models.CharField(blank=True, max_length=100, verbose_name='who else')),
                ('asked_at', models.DateTimeField()),
                ('class_approved_at', models.DateTimeField(blank=True, null=True)),
                ('house_approved_at', models.DateTimeField(blank=True, null=True)),
                ('refused_at', models.DateTimeField(blank=True, null=True)),
                ('refusal', models.CharField(blank=True, max_length=200, verbose_name='why not')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('out_at', models.DateTimeField(blank=True, null=True)),
                ('back_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('back_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cancelled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('class_approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('collector', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.guardianlink')),
                ('house_approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('out_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('refused_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leaves', to='students.student')),
            ],
        ),
        migrations.CreateModel(
            name='RollCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('floor', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='floor')),
                ('kind', models.CharField(choices=[('evening', 'Evening'), ('morning', 'Morning')], max_length=7, verbose_name='when')),
                ('on', models.DateField(verbose_name='day')),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rolls', to='dormitories.building')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
        ),
        migrations.CreateModel(
            name='RollMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('status', models.CharField(blank=True, choices=[('', 'To find'), ('present', 'Here'), ('leave', 'On leave'), ('sick_bay', 'Sick bay'), ('at_home', 'At home'), ('called_away', 'Called away'), ('other', 'Elsewhere')], max_length=11, verbose_name='where')),
                ('note', models.CharField(blank=True, max_length=100, verbose_name='where exactly')),
                ('marked_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dormitories.bed')),
                ('leave', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dormitories.leave')),
                ('marked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('roll', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='dormitories.rollcall')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roll_marks', to='students.student')),
            ],
        ),
        migrations.AddIndex(
            model_name='leave',
            index=models.Index(fields=['student', '-leaves_at', '-id'], name='dormitories_leave_student'),
        ),
        migrations.AddIndex(
            model_name='leave',
            index=models.Index(fields=['school', 'leaves_at', 'id'], name='dormitories_leave_school'),
        ),
        migrations.AddIndex(
            model_name='leave',
            index=models.Index(condition=models.Q(('back_at', None), ('out_at__isnull', False)), fields=['school', 'due_back_at'], name='dormitories_leave_out'),
        ),
        migrations.AddIndex(
            model_name='leave',
            index=models.Index(condition=models.Q(('cancelled_at', None), ('refused_at', None), ('out_at', None), models.Q(('class_approved_at__isnull', False), ('house_approved_at__isnull', False), _negated=True)), fields=['school', 'asked_at'], name='dormitories_leave_waiting'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(('due_back_at__gt', models.F('leaves_at')), ('due_back_at__lte', django.db.models.expressions.CombinedExpression(models.F('leaves_at'), '+', models.Value(datetime.timedelta(days=62))))), name='dormitories_leave_order'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('collector__isnull', False), ('collector_words', '')), models.Q(('collector', None), models.Q(('collector_words', ''), _negated=True)), _connector='OR'), name='dormitories_leave_one_collector'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('class_approved_at', None), ('class_approved_by', None)), models.Q(('class_approved_at__isnull', False), ('class_approved_by__isnull', False)), _connector='OR'), name='dormitories_leave_class_approved_pair'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('house_approved_at', None), ('house_approved_by', None)), models.Q(('house_approved_at__isnull', False), ('house_approved_by__isnull', False)), _connector='OR'), name='dormitories_leave_house_approved_pair'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('refused_at', None), ('refused_by', None)), models.Q(('refused_at__isnull', False), ('refused_by__isnull', False)), _connector='OR'), name='dormitories_leave_refused_pair'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('cancelled_by', None)), models.Q(('cancelled_at__isnull', False), ('cancelled_by__isnull', False)), _connector='OR'), name='dormitories_leave_cancelled_pair'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('out_at', None), ('out_by', None)), models.Q(('out_at__isnull', False), ('out_by__isnull', False)), _connector='OR'), name='dormitories_leave_out_pair'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('back_at', None), ('back_by', None)), models.Q(('back_at__isnull', False), ('back_by__isnull', False)), _connector='OR'), name='dormitories_leave_back_pair'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('class_approved_by', models.F('house_approved_by')), _negated=True), models.Q(('class_approved_by', models.F('asked_by')), _negated=True), models.Q(('house_approved_by', models.F('asked_by')), _negated=True)), name='dormitories_leave_two_people'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at', None), ('refused_at', None)), models.Q(('cancelled_at__isnull', False), ('out_at', None), ('refused_at', None)), models.Q(('cancelled_at', None), ('out_at', None), ('refused_at__isnull', False)), _connector='OR'), name='dormitories_leave_one_end'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(('refusal', ''), models.Q(('refused_at', None), _negated=True), _connector='OR'), name='dormitories_leave_refusal'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(('out_at', None), models.Q(('class_approved_at__isnull', False), ('house_approved_at__isnull', False)), _connector='OR'), name='dormitories_leave_out_approved'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.CheckConstraint(condition=models.Q(('back_at', None), ('back_at__gte', models.F('out_at')), _connector='OR'), name='dormitories_leave_back_after'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=models.UniqueConstraint(condition=models.Q(('back_at', None), ('out_at__isnull', False)), fields=('student',), name='dormitories_leave_out_once'),
        ),
        migrations.AddConstraint(
            model_name='leave',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('cancelled_at', None), ('refused_at', None)), expressions=[(core.ranges.Int8Range(models.F('student_id'), models.F('student_id'), models.Value('[]')), '&&'), (schools.models.duties.TimeRange(models.F('leaves_at'), django.db.models.functions.comparison.Greatest(models.F('leaves_at'), django.db.models.functions.comparison.Least(models.F('due_back_at'), models.F('back_at')))), '&&')], name='dormitories_leave_no_overlap'),
        ),
        migrations.AddIndex(
            model_name='rollcall',
            index=models.Index(fields=['school', '-on', '-id'], name='dormitories_rollcall_school'),
        ),
        migrations.AddIndex(
            model_name='rollcall',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['opened_at'], name='dormitories_rollcall_open'),
        ),
        migrations.AddConstraint(
            model_name='rollcall',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['evening', 'morning'])), name='dormitories_rollcall_kind'),
        ),
        migrations.AddConstraint(
            model_name='rollcall',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None)), models.Q(('closed_at__gte', models.F('opened_at')), ('closed_by__isnull', False)), _connector='OR'), name='dormitories_rollcall_closed_pair'),
        ),
        migrations.AddConstraint(
            model_name='rollcall',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'evening')), expressions=[(core.ranges.Int8Range(models.F('building_id'), models.F('building_id'), models.Value('[]')), '&&'), (core.ranges.DateRange(models.F('on'), models.F('on'), models.Value('[]')), '&&'), (dormitories.models.rolls.FloorRange(models.F('floor'), models.F('floor'), models.Value('[]')), '&&')], name='dormitories_rollcall_evening_once'),
        ),
        migrations.AddConstraint(
            model_name='rollcall',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'morning')), expressions=[(core.ranges.Int8Range(models.F('building_id'), models.F('building_id'), models.Value('[]')), '&&'), (core.ranges.DateRange(models.F('on'), models.F('on'), models.Value('[]')), '&&'), (dormitories.models.rolls.FloorRange(models.F('floor'), models.F('floor'), models.Value('[]')), '&&')], name='dormitories_rollcall_morning_once'),
        ),
        migrations.AddIndex(
            model_name='rollmark',
            index=models.Index(fields=['student', '-id'], name='dormitories_rollmark_student'),
        ),
        migrations.AddConstraint(
            model_name='rollmark',
            constraint=models.UniqueConstraint(fields=('roll', 'student'), name='dormitories_rollmark_once'),
        ),
        migrations.AddConstraint(
            model_name='rollmark',
            constraint=models.UniqueConstraint(fields=('roll', 'number'), name='dormitories_rollmark_number'),
        ),
        migrations.AddConstraint(
            model_name='rollmark',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['', 'present', 'leave', 'sick_bay', 'at_home', 'called_away', 'other'])), name='dormitories_rollmark_status'),
        ),
        migrations.AddConstraint(
            model_name='rollmark',
            constraint=models.CheckConstraint(condition=models.Q(('status', ''), models.Q(('leave__isnull', False), ('status', 'leave')), ('marked_by__isnull', False), _connector='OR'), name='dormitories_rollmark_somebody_says'),
        ),
        migrations.AddConstraint(
            model_name='rollmark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('marked_at', None), ('marked_by', None)), models.Q(('marked_at__isnull', False), ('marked_by__isnull', False)), _connector='OR'), name='dormitories_rollmark_marked_pair'),
        ),
        migrations.AddConstraint(
            model_name='rollmark',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'other'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='dormitories_rollmark_elsewhere_where'),
        ),
        rls.unique_with_school("dormitories_rollcall"),
        rls.same_school("dormitories_leave", "student_id", "students_student"),
        rls.same_school("dormitories_rollcall", "building_id", "dormitories_building"),
        rls.same_school("dormitories_rollmark", "roll_id", "dormitories_rollcall"),
        rls.same_school("dormitories_rollmark", "student_id", "students_student"),
        rls.same_school("dormitories_rollmark", "bed_id", "dormitories_bed"),
        migrations.RunSQL(SAME_PUPIL, ANY_PUPIL),
        migrations.RunSQL(STANDS, FALLS),
        rls.protect("dormitories_leave", rls.by_school(), IN_MY_NAME),
        rls.protect("dormitories_rollcall", rls.by_school()),
        rls.protect("dormitories_rollmark", rls.by_school()),
        watch(
            "dormitories_leave",
            shown=[
                *("public_id", "school_id", "student_id", "kind", "leaves_at", "due_back_at", "collector_id"),
                *("collector_words", "asked_by_id", "asked_at"),
                *LEAVE_MAY_CHANGE,
            ],
        ),
        watch(
            "dormitories_rollcall",
            shown=[
                *("public_id", "school_id", "building_id", "floor", "kind", "on", "opened_by_id", "opened_at"),
                *ROLL_MAY_CHANGE,
            ],
            ignored=["version"],
        ),
        watch(
            "dormitories_rollmark",
            shown=["school_id", "roll_id", "student_id", "bed_id", "number", *MARK_MAY_CHANGE],
        ),
    ]
