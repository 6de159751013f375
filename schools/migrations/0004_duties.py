"""Who is on duty, who stands in for whom, and the second person behind an invitation to certain roles."""

import accounts.roles
import core.fields
import datetime
import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.expressions
import schools.models
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0003_tenancy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("night", "Night duty"), ("day", "Day duty")],
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="begins")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
            ],
            options={
                "verbose_name_plural": "duties",
            },
        ),
        migrations.AddField(
            model_name="invitation",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="stands_in_for",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        models.Q(
                            ("invited_by", None),
                            models.Q(("confirmed_by", models.F("invited_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="schools_invitation_second_person",
            ),
        ),
        # Invitations accepted before this rule stay as they are.
        AddConstraintNotValid(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accepted_at", None),
                    ("invited_by", None),
                    ("confirmed_at__isnull", False),
                    models.Q(
                        ("role__in", ["counsellor", "safeguarding_lead", "school_admin", "head_teacher"]),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="schools_invitation_taken_up_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stands_in_for", None),
                    models.Q(
                        ("ended_on__isnull", False),
                        (
                            "role__in",
                            [accounts.roles.Role["HOMEROOM_TEACHER"], accounts.roles.Role["PAIRED_TEACHER"]],
                        ),
                        models.Q(("stands_in_for", models.F("user")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="schools_membership_stand_in",
            ),
        ),
        migrations.AddField(
            model_name="duty",
            name="planned_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="duty",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="duties", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="duty",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duties",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["user", "ends_at"], name="schools_duty_user"),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["school", "starts_at"], name="schools_duty_school"),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["night", "day"])), name="schools_duty_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("starts_at")),
                    (
                        "ends_at__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("starts_at"), "+", models.Value(datetime.timedelta(days=1))
                        ),
                    ),
                ),
                name="schools_duty_length",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.CheckConstraint(
                condition=models.Q(("planned_by", models.F("user")), _negated=True),
                name="schools_duty_not_for_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        schools.models.Int8Range(
                            models.F("school_id"), models.F("school_id"), models.Value("[]")
                        ),
                        "&&",
                    ),
                    (
                        schools.models.Int8Range(
                            models.F("user_id"), models.F("user_id"), models.Value("[]")
                        ),
                        "&&",
                    ),
                    (schools.models.TimeRange(models.F("starts_at"), models.F("ends_at")), "&&"),
                ],
                name="schools_duty_no_overlap",
            ),
        ),
        rls.protect("schools_duty", rls.by_school()),
    ]
