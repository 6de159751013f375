"""Telephones, windows, rotas and calls: no row points into another school, no two calls meet in time."""

import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import calls.models.call
import calls.models.phones
import core.fields
import core.ranges
from core import rls
from core.row_history import watch

TABLES = [
    "calls_phone",
    "calls_callwindow",
    "calls_windowphone",
    "calls_windowexception",
    "calls_rota",
    "calls_rotaprogress",
    "calls_leftout",
    "calls_call",
    "calls_callpupil",
]

# The pupils of a call carry its time, so that the database can refuse to book one twice; moving, cancelling or
# publishing the call takes them along.
CARRIED = """
ALTER TABLE calls_call ADD CONSTRAINT calls_call_time UNIQUE (id, starts_at, ends_at, stands);
ALTER TABLE calls_callpupil ADD CONSTRAINT calls_callpupil_time
    FOREIGN KEY (call_id, starts_at, ends_at, stands)
    REFERENCES calls_call (id, starts_at, ends_at, stands) ON UPDATE CASCADE;
"""
FREE = """
ALTER TABLE calls_callpupil DROP CONSTRAINT calls_callpupil_time;
ALTER TABLE calls_call DROP CONSTRAINT calls_call_time;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("students", "0009_home_later"),
        ("schools", "0007_roles_are_given_by_others"),
        ("core", "0005_audit_chain"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CallWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='day')),
                ('from_time', models.TimeField(verbose_name='from')),
                ('to_time', models.TimeField(verbose_name='to')),
                ('slot_minutes', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(60)], verbose_name='minutes a call')),
                ('started_on', models.DateField()),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_windows', to='schools.school')),
            ],
            options={
                'ordering': ['weekday', 'from_time'],
            },
        ),
        migrations.CreateModel(
            name='Phone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('kind', models.CharField(choices=[('landline', 'Landline'), ('mobile', 'Mobile phone'), ('video', 'Video: tablet or computer')], default='landline', max_length=8, verbose_name='kind')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('started_on', models.DateField()),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phones', to='schools.school')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Rota',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('monday', models.DateField(verbose_name='week from')),
                ('audience', models.CharField(choices=[('boarders', 'Boarders'), ('everybody', 'All pupils')], default='boarders', max_length=9, verbose_name='for whom')),
                ('per_week', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3)], verbose_name='calls a week at most')),
                ('state', models.CharField(choices=[('draft', 'Waits for its turn'), ('solving', 'Being worked out'), ('previewed', 'To be looked at'), ('published', 'Published'), ('withdrawn', 'Withdrawn'), ('failed', 'Failed')], default='draft', max_length=9)),
                ('tiers', models.JSONField(blank=True, default=dict)),
                ('is_optimal', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField()),
                ('solved_at', models.DateTimeField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rotas', to='schools.school')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='LeftOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('no_number', 'No confirmed telephone number of anybody at home'), ('barred', 'Only numbers of people who may not be called'), ('never_reachable', 'Nobody at home can answer while the telephones are open'), ('away', 'Away whenever the telephones are open and somebody could answer'), ('taken', 'Every possible slot goes to a family that has waited longer'), ('closed', "The telephones aren't open this week"), ('booked', 'Has a call of its own this week')], max_length=15)),
                ('params', models.JSONField(blank=True, default=dict)),
                ('waited_days', models.PositiveIntegerField(default=0)),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.student')),
                ('rota', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='left_out', to='calls.rota')),
            ],
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='to')),
                ('state', models.CharField(choices=[('proposed', "In a plan that isn't published"), ('planned', 'Planned'), ('talked', 'Talked'), ('missed', 'Not reached'), ('moved', 'Moved'), ('cancelled', 'Cancelled')], default='planned', max_length=9)),
                ('stands', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, choices=[('parent', "The parent can't"), ('pupil', "The pupil can't"), ('school', "The school can't"), ('withdrawn', "The week's plan was withdrawn")], max_length=9, verbose_name='reason')),
                ('cancelled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('number', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='students.phonenumber')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='students.person')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='calls.call')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='schools.school')),
                ('phone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='calls.phone')),
                ('rota', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='calls.rota')),
            ],
        ),
        migrations.CreateModel(
            name='RotaProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('beat_at', models.DateTimeField(blank=True, null=True)),
                ('rota', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='calls.rota')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
        ),
        migrations.CreateModel(
            name='WindowException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField(verbose_name='day')),
                ('kind', models.CharField(choices=[('closed', 'Closed'), ('other_hours', 'Other hours')], default='closed', max_length=11, verbose_name='kind')),
                ('from_time', models.TimeField(blank=True, null=True, verbose_name='from')),
                ('to_time', models.TimeField(blank=True, null=True, verbose_name='to')),
                ('slot_minutes', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(60)], verbose_name='minutes a call')),
                ('note', models.CharField(blank=True, max_length=60, verbose_name='note')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_exceptions', to='schools.school')),
            ],
            options={
                'ordering': ['on'],
            },
        ),
        migrations.CreateModel(
            name='WindowPhone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('phone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='window_links', to='calls.phone')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('window', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phone_links', to='calls.callwindow')),
            ],
        ),
        migrations.CreateModel(
            name='CallPupil',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('stands', models.BooleanField()),
                ('waited_days', models.PositiveIntegerField(blank=True, null=True)),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pupils', to='calls.call')),
                ('school', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='call_places', to='students.student')),
            ],
            options={
                'indexes': [models.Index(fields=['student', '-starts_at', '-id'], name='calls_callpupil_student')],
                'constraints': [models.UniqueConstraint(fields=('call', 'student'), name='calls_callpupil_once'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('stands', True)), expressions=[(core.ranges.Int8Range(models.F('student_id'), models.F('student_id'), models.Value('[]')), '&&'), (calls.models.call._Period(models.F('starts_at'), models.F('ends_at')), '&&')], name='calls_callpupil_once_at_a_time')],
            },
        ),
        migrations.AddConstraint(
            model_name='callwindow',
            constraint=models.CheckConstraint(condition=models.Q(('to_time__gt', models.F('from_time'))), name='calls_window_hours'),
        ),
        migrations.AddConstraint(
            model_name='callwindow',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__gte', 1), ('weekday__lte', 7)), name='calls_window_weekday'),
        ),
        migrations.AddConstraint(
            model_name='callwindow',
            constraint=models.CheckConstraint(condition=models.Q(('slot_minutes__gte', 5), ('slot_minutes__lte', 60)), name='calls_window_slot'),
        ),
        migrations.AddConstraint(
            model_name='callwindow',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='calls_window_order'),
        ),
        migrations.AddConstraint(
            model_name='callwindow',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(core.ranges.Int8Range(models.F('school_id'), models.F('school_id'), models.Value('[]')), '&&'), (models.Func(models.F('weekday'), models.F('weekday'), models.Value('[]'), function='int4range'), '&&'), (calls.models.phones._Hours(models.F('from_time'), models.F('to_time')), '&&'), (core.ranges.DateRange(models.F('started_on'), models.F('ended_on'), models.Value('[]')), '&&')], name='calls_window_no_overlap'),
        ),
        migrations.AddConstraint(
            model_name='phone',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='calls_phone_named'),
        ),
        migrations.AddConstraint(
            model_name='phone',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on', None), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='calls_phone_order'),
        ),
        migrations.AddConstraint(
            model_name='phone',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('school', 'name'), name='calls_phone_once'),
        ),
        migrations.AddIndex(
            model_name='rota',
            index=models.Index(fields=['school', '-monday', '-id'], name='calls_rota_school'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.CheckConstraint(condition=models.Q(('monday__iso_week_day', 1)), name='calls_rota_monday'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.CheckConstraint(condition=models.Q(('per_week__gte', 1), ('per_week__lte', 3)), name='calls_rota_per_week'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='calls_rota_published'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_at', None)), _connector='OR'), name='calls_rota_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('school', 'monday'), name='calls_rota_one_published'),
        ),
        migrations.AddConstraint(
            model_name='rota',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'solving', 'previewed'])), fields=('school', 'monday'), name='calls_rota_one_in_hand'),
        ),
        migrations.AddIndex(
            model_name='leftout',
            index=models.Index(fields=['rota', '-waited_days', 'id'], name='calls_leftout_rota'),
        ),
        migrations.AddConstraint(
            model_name='leftout',
            constraint=models.UniqueConstraint(fields=('rota', 'student'), name='calls_leftout_once'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['school', 'starts_at', 'id'], name='calls_call_school'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['rota', 'starts_at', 'id'], name='calls_call_rota'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='calls_call_order'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stands', True), ('state__in', ['planned', 'talked', 'missed'])), models.Q(('stands', False), ('state__in', ['proposed', 'moved', 'cancelled'])), _connector='OR'), name='calls_call_stands'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'proposed'), _negated=True), ('rota__isnull', False), _connector='OR'), name='calls_call_proposed_in_rota'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('cancelled_at__isnull', False), ('state__in', ['moved', 'cancelled']), models.Q(('reason', ''), _negated=True)), models.Q(models.Q(('state__in', ['moved', 'cancelled']), _negated=True), ('cancelled_at', None), ('cancelled_by', None), ('reason', '')), _connector='OR'), name='calls_call_cancelled_pair'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('stands', True)), expressions=[(core.ranges.Int8Range(models.F('phone_id'), models.F('phone_id'), models.Value('[]')), '&&'), (calls.models.call._Period(models.F('starts_at'), models.F('ends_at')), '&&')], name='calls_call_phone_once'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('stands', True)), expressions=[(core.ranges.Int8Range(models.F('person_id'), models.F('person_id'), models.Value('[]')), '&&'), (calls.models.call._Period(models.F('starts_at'), models.F('ends_at')), '&&')], name='calls_call_person_once'),
        ),
        migrations.AddConstraint(
            model_name='windowexception',
            constraint=models.UniqueConstraint(fields=('school', 'on'), name='calls_exception_once'),
        ),
        migrations.AddConstraint(
            model_name='windowexception',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('from_time', None), ('kind', 'closed'), ('slot_minutes', None), ('to_time', None)), models.Q(('from_time__isnull', False), ('kind', 'other_hours'), ('slot_minutes__gte', 5), ('slot_minutes__lte', 60), ('to_time__gt', models.F('from_time'))), _connector='OR'), name='calls_exception_hours'),
        ),
        migrations.AddConstraint(
            model_name='windowphone',
            constraint=models.UniqueConstraint(fields=('window', 'phone'), name='calls_windowphone_once'),
        ),
        migrations.RunSQL(CARRIED, FREE),
        *(rls.protect(table, rls.by_school()) for table in TABLES),
        *(rls.unique_with_school(f"calls_{name}") for name in ("phone", "callwindow", "rota", "call")),
        rls.unique_with_school("students_phonenumber"),
        rls.same_school("calls_windowphone", "window_id", "calls_callwindow"),
        rls.same_school("calls_windowphone", "phone_id", "calls_phone"),
        rls.same_school("calls_rotaprogress", "rota_id", "calls_rota"),
        rls.same_school("calls_leftout", "rota_id", "calls_rota"),
        rls.same_school("calls_leftout", "student_id", "students_student"),
        rls.same_school("calls_call", "rota_id", "calls_rota"),
        rls.same_school("calls_call", "phone_id", "calls_phone"),
        rls.same_school("calls_call", "person_id", "students_person"),
        rls.same_school("calls_call", "number_id", "students_phonenumber"),
        rls.same_school("calls_call", "replaces_id", "calls_call"),
        rls.same_school("calls_callpupil", "call_id", "calls_call"),
        rls.same_school("calls_callpupil", "student_id", "students_student"),
        watch(
            "calls_phone",
            shown=[
                *("public_id", "school_id", "name", "kind", "position", "started_on"),
                *("ended_on",),
            ],
        ),
        watch(
            "calls_callwindow",
            shown=[
                *("public_id", "school_id", "weekday", "from_time", "to_time", "slot_minutes"),
                *("started_on", "ended_on"),
            ],
        ),
        watch(
            "calls_windowphone",
            shown=[
                *("school_id", "window_id", "phone_id"),
            ],
        ),
        watch(
            "calls_windowexception",
            shown=[
                *("school_id", "on", "kind", "from_time", "to_time", "slot_minutes"),
                *("note",),
            ],
        ),
        watch(
            "calls_rota",
            shown=[
                *("public_id", "school_id", "monday", "audience", "per_week", "state"),
                *("tiers", "is_optimal", "made_by_id", "made_at", "solved_at", "published_by_id"),
                *("published_at", "withdrawn_by_id", "withdrawn_at"),
            ],
        ),
        watch(
            "calls_leftout",
            shown=[
                *("school_id", "rota_id", "student_id", "reason", "params", "waited_days"),
            ],
        ),
        watch(
            "calls_call",
            shown=[
                *("public_id", "school_id", "rota_id", "phone_id", "person_id", "number_id"),
                *("starts_at", "ends_at", "state", "stands", "replaces_id", "made_by_id"),
                *("made_at", "cancelled_by_id", "cancelled_at", "reason"),
            ],
        ),
        watch(
            "calls_callpupil",
            shown=[
                *("school_id", "call_id", "student_id", "starts_at", "ends_at", "stands"),
                *("waited_days",),
            ],
            ignored=["starts_at", "ends_at", "stands"],
        ),
    ]
