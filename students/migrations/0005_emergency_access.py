"""Break-glass: the record of each use, and what a use in force opens to the database's own policies.

`kl.my_emergency_students()` names the pupils whose record the person of this scope has opened and not yet closed;
`kl.my_emergency_sealed_students()` those among them for whom a second person has approved sealed entries too.
"""

import core.fields
import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

from core import db_roles, rls


OPEN_NOW = """
DECLARE
    person bigint := kl.me();
    found bigint[];
BEGIN
    IF person IS NOT NULL THEN
        SELECT array_agg(DISTINCT used.student_id) INTO found
        FROM public.students_emergencyaccess AS used
        WHERE used.user_id = person AND used.ended_at IS NULL
          AND used.opened_at <= clock_timestamp() AND used.expires_at > clock_timestamp()
          AND used.school_id = ANY(kl.my_schools()) {more};
    END IF;
    RETURN coalesce(found, '{{}}');
END
"""
# What was opened, by whom and why never changes; how it ended and was judged is added once.
ADDED = "ended_at, approved_by_id, approved_at, verdict, reviewed_by_id, reviewed_at, note"


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0004_duties"),
        ("students", "0004_encrypted_numbers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ("reason", models.TextField(max_length=2000, verbose_name="reason")),
                ("second_factor_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("justified", "Justified"), ("unjustified", "Not justified")],
                        max_length=11,
                        verbose_name="verdict",
                    ),
                ),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emergency_accesses",
                        to="students.student",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="emergency_accesses",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "emergency accesses",
                "indexes": [
                    models.Index(fields=["user", "expires_at"], name="students_emergency_user"),
                    models.Index(fields=["student", "-opened_at"], name="students_emergency_student"),
                    models.Index(fields=["school", "-opened_at", "-id"], name="students_emergency_school"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=django.db.models.lookups.GreaterThanOrEqual(
                            django.db.models.functions.text.Length(
                                django.db.models.functions.text.Trim("reason")
                            ),
                            30,
                        ),
                        name="students_emergency_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_at__gt", models.F("opened_at")),
                            (
                                "expires_at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opened_at"), "+", models.Value(datetime.timedelta(seconds=3600))
                                ),
                            ),
                        ),
                        name="students_emergency_an_hour",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "second_factor_at__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("opened_at"), "-", models.Value(datetime.timedelta(seconds=600))
                                ),
                            ),
                            ("second_factor_at__lte", models.F("opened_at")),
                        ),
                        name="students_emergency_fresh_factor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("opened_at")), _connector="OR"
                        ),
                        name="students_emergency_ended_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("approved_at", None), ("approved_by", None)),
                            models.Q(
                                ("approved_at__gte", models.F("opened_at")),
                                ("approved_at__lt", models.F("expires_at")),
                                ("approved_by__isnull", False),
                                models.Q(("approved_by", models.F("user")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="students_emergency_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("note", ""), ("reviewed_at", None), ("reviewed_by", None), ("verdict", "")
                            ),
                            models.Q(
                                ("verdict__in", ["justified", "unjustified"]),
                                ("reviewed_at__isnull", False),
                                ("reviewed_by__isnull", False),
                                models.Q(("reviewed_by", models.F("user")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="students_emergency_judged_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "unjustified"), _negated=True),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="students_emergency_no_needs_a_note",
                    ),
                ],
            },
        ),
        rls.protect(
            "students_emergencyaccess",
            rls.by_school(),
            # Nobody opens a record in somebody else's name.
            rls.Policy(
                "in_my_name",
                check=f"user_id = {rls.ME} OR {rls.PROGRAM}",
                command="INSERT",
                restrictive=True,
            ),
        ),
        rls.same_school("students_emergencyaccess", "student_id", "students_student"),
        rls.gate_reads(
            "students_emergencyaccess",
            *("user_id", "school_id", "student_id", "opened_at", "expires_at", "ended_at", "approved_at"),
        ),
        migrations.RunSQL(
            f"REVOKE UPDATE, DELETE ON students_emergencyaccess FROM {db_roles.APP};"
            f" GRANT UPDATE ({ADDED}) ON students_emergencyaccess TO {db_roles.APP};",
            f"GRANT UPDATE, DELETE ON students_emergencyaccess TO {db_roles.APP};",
        ),
        rls.gate_function("kl.my_emergency_students()", OPEN_NOW.format(more=""), returns="bigint[]"),
        rls.gate_function(
            "kl.my_emergency_sealed_students()",
            OPEN_NOW.format(more="AND used.approved_at IS NOT NULL"),
            returns="bigint[]",
        ),
    ]
