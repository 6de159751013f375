"""Counts, what is shown of them and what is published; and what the role of the district pages may read of it.

kl_district gets SELECT on five tables, none of which holds a row of a child or an exact count of few.
Published cells and the counts behind them are frozen: the program may insert and select.
Roles with STATISTICS_RELEASE are named as texts: tests/dashboards/test_role.py holds them to accounts/roles.py.
"""

import core.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core import db_roles, rls
from core.row_history import watch

TODAY = "(clock_timestamp() AT TIME ZONE (SELECT time_zone FROM kl.setting))::date"
_PATHS = """
DECLARE
    person bigint := kl.me();
    found text[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(DISTINCT area.path::text) INTO found
        FROM public.schools_membership AS held JOIN public.schools_area AS area ON area.id = held.area_id
        WHERE held.user_id = person AND held.started_on <= {today}
          AND (held.ended_on IS NULL OR held.ended_on >= {today}) {also};
    ELSIF kl.is_program() THEN
        found := ARRAY[''];
    END IF;
    RETURN coalesce(found, '{{}}');
END
"""
MY_AREA_PATHS = _PATHS.format(today=TODAY, also="")
MY_STATISTICS_PATHS = _PATHS.format(today=TODAY, also="AND held.role IN ('statistics_officer')")


def below(function: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM unnest((SELECT {function})::text[]) AS mine"
        " WHERE starts_with(area_path, mine))"
    )


MINE, MINE_TO_RELEASE = below("kl.my_area_paths()"), below("kl.my_statistics_paths()")
PROGRAM = rls.Policy("program", using=rls.PROGRAM)
BY_PLACE = rls.Policy("by_place", using=f"school_id = ANY({rls.MY_PLACES})", command="SELECT")
BY_AREA = rls.Policy("by_area", using=MINE, command="SELECT")
# Somebody asks in their own name, for their own area; the program answers.
ASKING = rls.Policy(
    "asking", check=f"asked_by_id = {rls.ME} AND state = 'asked' AND {MINE_TO_RELEASE}", command="INSERT"
)
OWN = rls.Policy("own", using=f"asked_by_id = {rls.ME}", command="SELECT")

READ_BY_DISTRICT = "dashboards_countedschool, dashboards_schoolfigure, dashboards_areafigure, dashboards_release, dashboards_frozencell"
FROZEN = "dashboards_frozencell, dashboards_periodcount"
RIGHTS = f"""
GRANT SELECT ON {READ_BY_DISTRICT} TO {db_roles.DISTRICT};
REVOKE UPDATE, DELETE ON {FROZEN} FROM {db_roles.APP};
REVOKE ALL ON dashboards_statutoryreturn, dashboards_periodcount FROM {db_roles.STATS};
"""
OLD_RIGHTS = f"""
REVOKE ALL ON {READ_BY_DISTRICT} FROM {db_roles.DISTRICT};
GRANT UPDATE, DELETE ON {FROZEN} TO {db_roles.APP};
GRANT SELECT ON dashboards_statutoryreturn, dashboards_periodcount TO {db_roles.STATS};
"""
ASKED = ("public_id", "area_id", "area_name", "area_path", "state", "asked_at", "asked_by_id")


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("students", "0009_home_later"),
        ("schools", "0008_statistics_officer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CountedSchool',
            fields=[
                ('school', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='schools.school')),
                ('public_id', models.UUIDField(unique=True)),
                ('name', models.CharField(max_length=100)),
                ('area_name', models.CharField(max_length=60)),
                ('area_path', models.CharField(max_length=60)),
                ('built_seq', models.BigIntegerField(default=-1)),
                ('built_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['area_path'], name='dashboards_counted_path', opclasses=['varchar_pattern_ops'])],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('area_name', models.CharField(max_length=60)),
                ('area_path', models.CharField(max_length=60)),
                ('period', models.DateField(verbose_name='month')),
                ('ends_on', models.DateField(verbose_name='counted on')),
                ('state', models.CharField(choices=[('asked', 'Being checked'), ('released', 'Released'), ('refused', 'Refused by the check'), ('failed', 'Failed')], default='asked', max_length=8)),
                ('threshold', models.PositiveSmallIntegerField()),
                ('base', models.PositiveSmallIntegerField()),
                ('withheld', models.PositiveIntegerField(default=0)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.area')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-period', '-id'],
            },
        ),
        migrations.CreateModel(
            name='PeriodCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('definition', models.CharField(choices=[('civil_affairs', 'Civil affairs, 2016'), ('education', 'Education statistics')], max_length=13)),
                ('sex', models.CharField(max_length=6)),
                ('stage', models.CharField(max_length=7)),
                ('boarding', models.CharField(max_length=13)),
                ('count', models.PositiveIntegerField()),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='dashboards.release')),
            ],
        ),
        migrations.CreateModel(
            name='FrozenCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_path', models.CharField(max_length=60)),
                ('definition', models.CharField(choices=[('civil_affairs', 'Civil affairs, 2016'), ('education', 'Education statistics')], max_length=13)),
                ('table', models.CharField(max_length=24)),
                ('school_name', models.CharField(blank=True, max_length=100)),
                ('values', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=13), blank=True, default=list, size=None)),
                ('state', models.CharField(choices=[('shown', 'Shown'), ('fewer', 'Fewer than the threshold'), ('withheld', "Withheld, so that others can't be worked out")], max_length=8)),
                ('value', models.PositiveIntegerField(blank=True, null=True)),
                ('school', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cells', to='dashboards.release')),
            ],
        ),
        migrations.CreateModel(
            name='SchoolFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField()),
                ('indicator', models.CharField(max_length=30)),
                ('state', models.CharField(choices=[('shown', 'Shown'), ('too_few', 'Too few'), ('no_data', 'No data')], max_length=7)),
                ('value', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
        ),
        migrations.CreateModel(
            name='StatutoryReturn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('area_name', models.CharField(max_length=60)),
                ('area_path', models.CharField(max_length=60)),
                ('definition', models.CharField(choices=[('civil_affairs', 'Civil affairs, 2016'), ('education', 'Education statistics')], max_length=13, verbose_name='definition')),
                ('counted_on', models.DateField(verbose_name='as of')),
                ('reference', models.CharField(max_length=80, verbose_name='who asked for it, with the number of the letter')),
                ('state', models.CharField(choices=[('asked', 'Being drawn up'), ('made', 'Ready'), ('failed', 'Failed'), ('expired', 'File removed')], default='asked', max_length=7)),
                ('asked_at', models.DateTimeField()),
                ('made_at', models.DateTimeField(blank=True, null=True)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('content', models.BinaryField(blank=True, null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.area')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='WeeklyCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField()),
                ('indicator', models.CharField(max_length=30)),
                ('counted_on', models.DateField()),
                ('numerator', models.PositiveIntegerField()),
                ('denominator', models.PositiveIntegerField()),
                ('not_collected', models.PositiveIntegerField(default=0)),
                ('days', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), blank=True, null=True, size=None)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
        ),
        migrations.CreateModel(
            name='AreaFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_name', models.CharField(max_length=60)),
                ('area_path', models.CharField(max_length=60)),
                ('week', models.DateField()),
                ('indicator', models.CharField(max_length=30)),
                ('state', models.CharField(choices=[('shown', 'Shown'), ('too_few', 'Too few'), ('no_data', 'No data')], max_length=7)),
                ('value', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('built_at', models.DateTimeField()),
                ('area', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.area')),
            ],
            options={
                'indexes': [models.Index(fields=['area_path'], name='dashboards_areafigure_path', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.UniqueConstraint(fields=('area', 'week', 'indicator'), name='dashboards_areafigure_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'shown'), ('value__isnull', False)), models.Q(models.Q(('state', 'shown'), _negated=True), ('value', None)), _connector='OR'), name='dashboards_areafigure_value')],
            },
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(fields=['area', '-period'], name='dashboards_release_area'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'released'])), fields=('area', 'period'), name='dashboards_release_once'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('period'))), name='dashboards_release_closed_period'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='dashboards_release_decided'),
        ),
        migrations.AddConstraint(
            model_name='periodcount',
            constraint=models.UniqueConstraint(fields=('release', 'school', 'definition', 'sex', 'stage', 'boarding'), name='dashboards_periodcount_once'),
        ),
        migrations.AddConstraint(
            model_name='frozencell',
            constraint=models.UniqueConstraint(fields=('release', 'definition', 'table', 'school', 'values'), name='dashboards_cell_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='frozencell',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'shown'), ('value__isnull', False)), models.Q(models.Q(('state', 'shown'), _negated=True), ('value', None)), _connector='OR'), name='dashboards_cell_value'),
        ),
        migrations.AddConstraint(
            model_name='schoolfigure',
            constraint=models.UniqueConstraint(fields=('school', 'week', 'indicator'), name='dashboards_figure_once'),
        ),
        migrations.AddConstraint(
            model_name='schoolfigure',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'shown'), ('value__isnull', False)), models.Q(models.Q(('state', 'shown'), _negated=True), ('value', None)), _connector='OR'), name='dashboards_figure_value'),
        ),
        migrations.AddIndex(
            model_name='statutoryreturn',
            index=models.Index(fields=['asked_by', '-id'], name='dashboards_return_mine'),
        ),
        migrations.AddConstraint(
            model_name='statutoryreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('made_at__isnull', False), ('state', 'made')), models.Q(models.Q(('state', 'made'), _negated=True), ('content', None)), _connector='OR'), name='dashboards_return_file'),
        ),
        migrations.AddConstraint(
            model_name='statutoryreturn',
            constraint=models.CheckConstraint(condition=models.Q(('reference', ''), _negated=True), name='dashboards_return_reference'),
        ),
        migrations.AddIndex(
            model_name='weeklycount',
            index=models.Index(fields=['week', 'indicator'], name='dashboards_count_week'),
        ),
        migrations.AddConstraint(
            model_name='weeklycount',
            constraint=models.UniqueConstraint(fields=('school', 'week', 'indicator'), name='dashboards_count_once'),
        ),
        migrations.AddConstraint(
            model_name='weeklycount',
            constraint=models.CheckConstraint(condition=models.Q(('week__iso_week_day', 1)), name='dashboards_count_monday'),
        ),
        migrations.AddConstraint(
            model_name='weeklycount',
            constraint=models.CheckConstraint(condition=models.Q(('counted_on__gte', models.F('week'))), name='dashboards_count_within'),
        ),
        rls.gate_function("kl.my_area_paths()", MY_AREA_PATHS, returns="text[]"),
        rls.gate_function("kl.my_statistics_paths()", MY_STATISTICS_PATHS, returns="text[]"),
        rls.protect("dashboards_countedschool", BY_PLACE, PROGRAM),
        rls.protect("dashboards_weeklycount", PROGRAM),
        rls.protect("dashboards_schoolfigure", BY_PLACE, PROGRAM),
        rls.protect("dashboards_areafigure", BY_AREA, PROGRAM),
        rls.protect("dashboards_release", BY_AREA, ASKING, PROGRAM),
        rls.protect("dashboards_frozencell", BY_AREA, PROGRAM),
        rls.protect("dashboards_periodcount", PROGRAM),
        rls.protect("dashboards_statutoryreturn", OWN, ASKING, PROGRAM),
        migrations.RunSQL(RIGHTS, OLD_RIGHTS),
        watch(
            "dashboards_release",
            shown=(*ASKED, "period", "ends_on", "threshold", "base", "withheld", "decided_at"),
            school="NULL::bigint",
        ),
        watch(
            "dashboards_statutoryreturn",
            shown=(*ASKED, "definition", "counted_on", "made_at", "rows", "reference"),
            school="NULL::bigint",
        ),
    ]
