"""Houses and who sleeps in them, rules and why.

The sexes never mix, by the database: a stay's sex is bound to the bed's (bed → room → building) and to the pupil's
by composite foreign keys. Changing a pupil's sex, or what a building is for, is refused while a stay holds
both; stays that are over let go (kl.let_past_stays_go).

`kl.my_bed_rules()` names the rules whose reason the person of the scope may read: those they answer for or wrote down,
and those of the schools where they hold BED_WHY. The roles with it are named here as texts:
tests/dormitories/test_bed_rules.py holds them to accounts/roles.py.
"""

import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.fields
import core.ranges
from core import rls
from core.row_history import watch

TODAY = "(clock_timestamp() AT TIME ZONE (SELECT time_zone FROM kl.setting))::date"

MY_BED_RULES = f"""
DECLARE
    person bigint := kl.me();
    places bigint[] := kl.my_schools();
    ruled bigint[];
    found bigint[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(DISTINCT held.school_id) INTO ruled
        FROM public.schools_membership AS held
        WHERE held.user_id = person AND held.role IN ('safeguarding_lead')
          AND held.started_on <= {TODAY} AND (held.ended_on IS NULL OR held.ended_on >= {TODAY});
        SELECT array_agg(rule.id) INTO found
        FROM public.dormitories_rule AS rule
        WHERE rule.school_id = ANY(places) AND (person IN (rule.owner_id, rule.made_by_id) OR rule.school_id = ANY(ruled));
    END IF;
    RETURN coalesce(found, '{{}}');
END
"""
WHY = rls.Policy(
    "who_may_know",
    using=f"school_id = ANY({rls.MY_SCHOOLS})"
    f" AND ({rls.PROGRAM} OR rule_id = ANY((SELECT kl.my_bed_rules())::bigint[]))",
)

# Parents first: each is what the next is bound to.
BOUND = (
    ("dormitories_room", "building_id", "dormitories_building"),
    ("dormitories_bed", "room_id", "dormitories_room"),
    ("dormitories_stay", "bed_id", "dormitories_bed"),
)


def _sex_is_one():
    """(id, sex) of pupils and of beds are what a stay points at; a house that changes takes its rooms along."""
    for table in ("dormitories_building", "dormitories_room", "dormitories_bed", "students_student"):
        yield migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_id_and_sex UNIQUE (id, sex);",
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_id_and_sex;",
        )
    for table, column, target in BOUND:
        yield migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_same_sex FOREIGN KEY ({column}, sex)"
            f" REFERENCES {target} (id, sex) ON UPDATE CASCADE;",
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_same_sex;",
        )
    yield migrations.RunSQL(
        "ALTER TABLE dormitories_stay ADD CONSTRAINT dormitories_stay_pupil_sex FOREIGN KEY (student_id, sex)"
        " REFERENCES students_student (id, sex);",
        "ALTER TABLE dormitories_stay DROP CONSTRAINT dormitories_stay_pupil_sex;",
    )


# Run with the rights of whoever makes the change, so that row security holds. current_date is that of UTC: never
# later than the school's, so a stay of today is never let go.
PAST_STAYS = """
CREATE FUNCTION kl.let_past_stays_go() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'students_student' THEN
        UPDATE public.dormitories_stay SET sex = NULL
        WHERE student_id = NEW.id AND ended_on < current_date;
    ELSE
        UPDATE public.dormitories_stay AS stay SET sex = NULL
        FROM public.dormitories_bed AS bed JOIN public.dormitories_room AS room ON room.id = bed.room_id
        WHERE stay.bed_id = bed.id AND room.building_id = NEW.id AND stay.ended_on < current_date;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER past_stays_let_go BEFORE UPDATE OF sex ON students_student
FOR EACH ROW WHEN (OLD.sex IS DISTINCT FROM NEW.sex) EXECUTE FUNCTION kl.let_past_stays_go();
CREATE TRIGGER past_stays_let_go BEFORE UPDATE OF sex ON dormitories_building
FOR EACH ROW WHEN (OLD.sex IS DISTINCT FROM NEW.sex) EXECUTE FUNCTION kl.let_past_stays_go();

CREATE FUNCTION kl.stay_has_a_sex() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.ended_on IS NULL OR NEW.ended_on >= current_date THEN
        RAISE EXCEPTION 'a stay that is not over says for which sex it is' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stay_has_a_sex BEFORE INSERT OR UPDATE ON dormitories_stay
FOR EACH ROW WHEN (NEW.sex IS NULL) EXECUTE FUNCTION kl.stay_has_a_sex();
"""
NO_PAST_STAYS = """
DROP TRIGGER past_stays_let_go ON students_student;
DROP TRIGGER past_stays_let_go ON dormitories_building;
DROP TRIGGER stay_has_a_sex ON dormitories_stay;
DROP FUNCTION kl.let_past_stays_go();
DROP FUNCTION kl.stay_has_a_sex();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("students", "0009_home_later"),
        ("schools", "0007_roles_are_given_by_others"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Building',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('sex', models.CharField(choices=[('male', 'Male'), ('female', 'Female')], max_length=6, verbose_name='for')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='closed since')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='buildings', to='schools.school')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='HouseFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('file_name', models.CharField(max_length=120)),
                ('rows', models.JSONField(default=list)),
                ('uploaded_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('sex', models.CharField(choices=[('male', 'Male'), ('female', 'Female')], editable=False, max_length=6)),
                ('floor', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='floor')),
                ('number', models.CharField(max_length=10, verbose_name='room')),
                ('grade_from', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='from grade')),
                ('grade_to', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='to grade')),
                ('near_warden', models.BooleanField(default=False, verbose_name='near the warden')),
                ('accessible', models.BooleanField(default=False, verbose_name='without steps')),
                ('area', models.DecimalField(blank=True, decimal_places=1, max_digits=5, null=True, verbose_name='area in m²')),
                ('building', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='dormitories.building')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
            options={
                'ordering': ['floor', 'number', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Bed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('sex', models.CharField(choices=[('male', 'Male'), ('female', 'Female')], editable=False, max_length=6)),
                ('label', models.CharField(max_length=6, verbose_name='bed')),
                ('level', models.CharField(choices=[('upper', 'Upper'), ('lower', 'Lower')], max_length=5, verbose_name='level')),
                ('out_of_order_from', models.DateField(blank=True, null=True, verbose_name='out of order from')),
                ('out_of_order_to', models.DateField(blank=True, null=True, verbose_name='until')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('room', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='beds', to='dormitories.room')),
            ],
            options={
                'ordering': ['label', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('keep_apart', 'Keep apart'), ('keep_together', 'Keep together'), ('siblings', 'Siblings in one room'), ('ground_floor', 'Ground floor'), ('near_warden', 'Near the warden'), ('lower_bunk', 'Lower bunk'), ('pinned', 'Stays in this bed'), ('grade_span', 'Grades in one room'), ('buddy', 'Buddy for a newcomer'), ('spread', 'Spread over the rooms')], max_length=13, verbose_name='rule')),
                ('number', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='number')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('made_at', models.DateTimeField()),
                ('bed', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dormitories.bed')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
        ),
        migrations.CreateModel(
            name='RulePupil',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_newcomer', models.BooleanField(default=False)),
                ('rule', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='pupils', to='dormitories.rule')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bed_rules', to='students.student')),
            ],
        ),
        migrations.CreateModel(
            name='RuleReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', core.fields.EncryptedTextField(max_length=1000, verbose_name='why')),
                ('written_at', models.DateTimeField()),
                ('rule', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reason', to='dormitories.rule')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Stay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('sex', models.CharField(choices=[('male', 'Male'), ('female', 'Female')], editable=False, max_length=6, null=True)),
                ('started_on', models.DateField()),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('given_at', models.DateTimeField()),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='dormitories.bed')),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stays', to='students.student')),
            ],
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_on', None)), fields=('school', 'name'), name='dormitories_building_once'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='dormitories_building_name_given'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(fields=('building', 'number'), name='dormitories_room_once'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(('floor__gte', 1), ('floor__lte', 12)), name='dormitories_room_floor'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('grade_from', None), ('grade_to', None)), models.Q(('grade_from__gte', 1), ('grade_from__lte', models.F('grade_to')), ('grade_to__lte', 9)), _connector='OR'), name='dormitories_room_grades'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(('area', None), ('area__gt', 0), _connector='OR'), name='dormitories_room_area'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=models.UniqueConstraint(fields=('room', 'label'), name='dormitories_bed_once'),
        ),
        migrations.AddConstraint(
            model_name='bed',
            constraint=models.CheckConstraint(condition=models.Q(('out_of_order_to', None), ('out_of_order_to__gte', models.F('out_of_order_from')), _connector='OR'), name='dormitories_bed_out_of_order'),
        ),
        migrations.AddIndex(
            model_name='rule',
            index=models.Index(fields=['school', 'ends_on'], name='dormitories_rule_school'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='dormitories_rule_order'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bed__isnull', False), ('kind', 'pinned')), models.Q(models.Q(('kind', 'pinned'), _negated=True), ('bed', None)), _connector='OR'), name='dormitories_rule_bed'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['grade_span', 'spread']), ('number__gte', 1)), models.Q(models.Q(('kind__in', ['grade_span', 'spread']), _negated=True), ('number', None)), _connector='OR'), name='dormitories_rule_number'),
        ),
        migrations.AddConstraint(
            model_name='rulepupil',
            constraint=models.UniqueConstraint(fields=('rule', 'student'), name='dormitories_rulepupil_once'),
        ),
        migrations.AddConstraint(
            model_name='rulepupil',
            constraint=models.UniqueConstraint(condition=models.Q(('is_newcomer', True)), fields=('rule',), name='dormitories_rulepupil_newcomer'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['school', 'started_on'], name='dormitories_stay_school'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='dormitories_stay_order'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('sex__isnull', False), ('ended_on__isnull', False), _connector='OR'), name='dormitories_stay_sex'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(core.ranges.Int8Range(models.F('bed_id'), models.F('bed_id'), models.Value('[]')), '&&'), (core.ranges.DateRange(models.F('started_on'), models.F('ended_on'), models.Value('[]')), '&&')], name='dormitories_stay_bed_once'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(core.ranges.Int8Range(models.F('student_id'), models.F('student_id'), models.Value('[]')), '&&'), (core.ranges.DateRange(models.F('started_on'), models.F('ended_on'), models.Value('[]')), '&&')], name='dormitories_stay_pupil_once'),
        ),
        *(
            rls.unique_with_school(f"dormitories_{table}")
            for table in ("building", "room", "bed", "stay", "rule")
        ),
        rls.same_school("dormitories_room", "building_id", "dormitories_building"),
        rls.same_school("dormitories_bed", "room_id", "dormitories_room"),
        rls.same_school("dormitories_stay", "bed_id", "dormitories_bed"),
        rls.same_school("dormitories_stay", "student_id", "students_student"),
        rls.same_school("dormitories_rule", "bed_id", "dormitories_bed"),
        rls.same_school("dormitories_rulepupil", "rule_id", "dormitories_rule"),
        rls.same_school("dormitories_rulepupil", "student_id", "students_student"),
        rls.same_school("dormitories_rulereason", "rule_id", "dormitories_rule"),
        *_sex_is_one(),
        migrations.RunSQL(PAST_STAYS, NO_PAST_STAYS),
        *(
            rls.protect(f"dormitories_{table}", rls.by_school())
            for table in ("building", "room", "bed", "stay", "rule", "rulepupil", "housefile")
        ),
        rls.gate_reads("dormitories_rule", "id", "school_id", "owner_id", "made_by_id"),
        rls.gate_function("kl.my_bed_rules()", MY_BED_RULES, returns="bigint[]"),
        rls.protect("dormitories_rulereason", WHY),
        watch("dormitories_building", shown=["public_id", "school_id", "name", "sex", "closed_on"]),
        watch(
            "dormitories_room",
            shown=[
                *("public_id", "school_id", "building_id", "sex", "floor", "number"),
                *("grade_from", "grade_to", "near_warden", "accessible", "area"),
            ],
        ),
        watch(
            "dormitories_bed",
            shown=[
                *("public_id", "school_id", "room_id", "sex", "label", "level"),
                *("out_of_order_from", "out_of_order_to"),
            ],
        ),
        watch(
            "dormitories_stay",
            shown=[
                *("public_id", "school_id", "student_id", "bed_id", "sex", "started_on", "ended_on"),
                *("given_by_id", "given_at"),
            ],
        ),
        watch(
            "dormitories_rule",
            shown=[
                *("public_id", "school_id", "owner_id", "bed_id", "number", "starts_on", "ends_on"),
                *("made_by_id", "made_at"),
            ],
        ),
        watch("dormitories_rulepupil", shown=["school_id", "rule_id", "is_newcomer"]),
        watch("dormitories_rulereason", shown=["school_id", "rule_id", "written_by_id", "written_at"]),
        watch(
            "dormitories_housefile",
            shown=[
                *("public_id", "school_id", "file_name", "rows", "uploaded_by_id", "uploaded_at"),
                "confirmed_at",
            ],
            ignored=["rows"],
        ),
    ]
