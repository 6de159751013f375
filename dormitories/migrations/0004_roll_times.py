"""When a school calls its rolls: a setting of the school, not of the program."""

import datetime

import django.db.models.deletion
from django.db import migrations, models

from core import rls
from core.row_history import watch


class Migration(migrations.Migration):

    dependencies = [
        ('dormitories', '0003_rolls_and_leave'),
        ('schools', '0008_statistics_officer'),
    ]

    operations = [
        migrations.CreateModel(
            name='RollTimes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('evening_from', models.TimeField(blank=True, null=True)),
                ('evening_until', models.TimeField(blank=True, null=True)),
                ('morning_from', models.TimeField(blank=True, null=True)),
                ('morning_until', models.TimeField(blank=True, null=True)),
                ('school', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.school')),
            ],
            options={
                'verbose_name_plural': 'roll times',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('evening_from', None), ('evening_until', None)), models.Q(('evening_from__gte', datetime.time(12, 0)), ('evening_until__isnull', False), ('evening_until__gt', models.F('evening_from'))), _connector='OR'), name='dormitories_rolltimes_evening'), models.CheckConstraint(condition=models.Q(models.Q(('morning_from', None), ('morning_until', None)), models.Q(('morning_from__gte', datetime.time(4, 0)), ('morning_until__isnull', False), ('morning_until__lte', datetime.time(12, 0)), ('morning_until__gt', models.F('morning_from'))), _connector='OR'), name='dormitories_rolltimes_morning')],
            },
        ),
        rls.protect("dormitories_rolltimes", rls.by_school()),
        watch(
            "dormitories_rolltimes",
            shown=["school_id", "evening_from", "evening_until", "morning_from", "morning_until"],
        ),
    ]
