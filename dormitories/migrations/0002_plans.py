"""Plans for who should sleep where, the place they give to each pupil, and how far a worker is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.fields
from core import rls
from core.row_history import watch


class Migration(migrations.Migration):
    dependencies = [
        ("dormitories", "0001_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AllocationPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ('sex', models.CharField(choices=[('male', 'Male'), ('female', 'Female')], max_length=6, verbose_name='for')),
                ('houses', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('solving', 'Being worked out'), ('ready', 'Waits for approval'), ('impossible', 'No plan exists'), ('approved', 'Approved'), ('undone', 'Undone'), ('dropped', 'Dropped'), ('failed', 'Failed')], default='solving', max_length=10)),
                ('seed', models.PositiveIntegerField(default=1)),
                ('weights', models.JSONField(default=dict)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('before', models.JSONField(blank=True, default=dict)),
                ('after', models.JSONField(blank=True, default=dict)),
                ('conflicts', core.fields.EncryptedJSONField(blank=True, default=list)),
                ('made_at', models.DateTimeField()),
                ('solved_at', models.DateTimeField(blank=True, null=True)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PlannedPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(blank=True, max_length=12)),
                ('number', models.PositiveSmallIntegerField(default=0)),
                ('by_hand', models.BooleanField(default=False)),
                ('bed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dormitories.bed')),
                ('from_bed', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='dormitories.bed')),
                ('new_stay', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dormitories.stay')),
                ('old_stay', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dormitories.stay')),
                ('other', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.student')),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='places', to='dormitories.allocationplan')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='students.student')),
            ],
        ),
        migrations.CreateModel(
            name='PlanProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('beat_at', models.DateTimeField(null=True)),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='progress', to='dormitories.allocationplan')),
                ('school', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
        ),
        migrations.AddIndex(
            model_name='allocationplan',
            index=models.Index(fields=['school', '-id'], name='dormitories_plan_school'),
        ),
        migrations.AddConstraint(
            model_name='allocationplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', False), ('approved_by__isnull', False), ('state__in', ['approved', 'undone'])), models.Q(models.Q(('state__in', ['approved', 'undone']), _negated=True), ('approved_at', None), ('approved_by', None)), _connector='OR'), name='dormitories_plan_approved'),
        ),
        migrations.AddConstraint(
            model_name='allocationplan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'undone'), ('undone_at__isnull', False), ('undone_by__isnull', False)), models.Q(models.Q(('state', 'undone'), _negated=True), ('undone_at', None), ('undone_by', None)), _connector='OR'), name='dormitories_plan_undone'),
        ),
        migrations.AddConstraint(
            model_name='plannedplace',
            constraint=models.UniqueConstraint(fields=('plan', 'student'), name='dormitories_place_pupil_once'),
        ),
        migrations.AddConstraint(
            model_name='plannedplace',
            constraint=models.UniqueConstraint(deferrable=models.Deferrable.DEFERRED, fields=('plan', 'bed'), name='dormitories_place_bed_once'),
        ),
        rls.unique_with_school("dormitories_allocationplan"),
        rls.same_school("dormitories_plannedplace", "plan_id", "dormitories_allocationplan"),
        rls.same_school("dormitories_planprogress", "plan_id", "dormitories_allocationplan"),
        rls.same_school("dormitories_plannedplace", "student_id", "students_student"),
        rls.same_school("dormitories_plannedplace", "other_id", "students_student"),
        rls.same_school("dormitories_plannedplace", "bed_id", "dormitories_bed"),
        rls.same_school("dormitories_plannedplace", "from_bed_id", "dormitories_bed"),
        rls.same_school("dormitories_plannedplace", "old_stay_id", "dormitories_stay"),
        rls.same_school("dormitories_plannedplace", "new_stay_id", "dormitories_stay"),
        *(
            rls.protect(f"dormitories_{table}", rls.by_school())
            for table in ("allocationplan", "plannedplace", "planprogress")
        ),
        watch(
            "dormitories_allocationplan",
            shown=[
                *("public_id", "school_id", "sex", "houses", "state", "weights", "fingerprint", "before", "after"),
                *("made_by_id", "made_at", "solved_at", "approved_by_id", "approved_at"),
                *("undone_by_id", "undone_at"),
            ],
        ),
    ]
