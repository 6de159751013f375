"""The evening board: attempts, replies, tasks, the clocks of a school."""

import core.fields
from core import rls
from core.row_history import watch
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0004_outside_recipients"),
        ("calls", "0001_rota"),
        ("schools", "0008_statistics_officer"),
        ("students", "0009_home_later"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallReply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[("confirmed", "The parent can"), ("cannot", "The parent can't")],
                        max_length=9,
                    ),
                ),
                ("answered_at", models.DateTimeField()),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reply", to="calls.call"
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContactAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("school_phone", "School telephone"),
                            ("teacher_phone", "A teacher's telephone"),
                            ("messenger", "WeChat or another messenger"),
                            ("video", "Video"),
                            ("letter", "Letter"),
                            ("visit", "Visit"),
                        ],
                        default="school_phone",
                        max_length=13,
                        verbose_name="by",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("talked", "Talked"),
                            ("upset", "Talked; the child was upset"),
                            ("no_answer", "No answer"),
                            ("wrong_number", "Wrong number"),
                        ],
                        max_length=12,
                        verbose_name="how it went",
                    ),
                ),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(240),
                        ],
                        verbose_name="minutes",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="when")),
                ("noted_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="calls.call",
                    ),
                ),
                (
                    "number",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.phonenumber",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_attempts",
                        to="students.person",
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
                        related_name="contact_attempts",
                        to="students.student",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["student", "-at", "-id"], name="calls_attempt_student"),
                    models.Index(
                        condition=models.Q(("outcome__in", ["talked", "upset"])),
                        fields=["student", "person", "-at"],
                        name="calls_attempt_reached",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("minutes", None),
                            models.Q(
                                ("minutes__gte", 1),
                                ("minutes__lte", 240),
                                ("outcome__in", ["talked", "upset"]),
                            ),
                            _connector="OR",
                        ),
                        name="calls_attempt_minutes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "at__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("noted_at"), "+", models.Value(datetime.timedelta(seconds=300))
                                ),
                            )
                        ),
                        name="calls_attempt_happened",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactClock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_days", models.PositiveSmallIntegerField(default=7, verbose_name="due after (days)")),
                (
                    "amber_days",
                    models.PositiveSmallIntegerField(default=14, verbose_name="amber after (days)"),
                ),
                ("red_days", models.PositiveSmallIntegerField(default=30, verbose_name="red after (days)")),
                (
                    "school",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_clock",
                        to="schools.school",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amber_days__gt", models.F("due_days")),
                            ("due_days__gte", 1),
                            ("red_days__gt", models.F("amber_days")),
                            ("red_days__lte", 366),
                        ),
                        name="calls_clock_order",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HomeTask",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="calls.call"
                    ),
                ),
                (
                    "done_by",
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
                        related_name="home_tasks",
                        to="students.student",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["school", "made_at", "id"],
                        name="calls_task_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None)), fields=("student",), name="calls_task_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("done_by", None)),
                            models.Q(("done_at__isnull", False), ("done_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="calls_task_done_pair",
                    ),
                ],
            },
        ),
        *(
            rls.protect(f"calls_{name}", rls.by_school())
            for name in ("callreply", "contactattempt", "contactclock", "hometask")
        ),
        rls.same_school("calls_contactattempt", "student_id", "students_student"),
        rls.same_school("calls_contactattempt", "person_id", "students_person"),
        rls.same_school("calls_contactattempt", "number_id", "students_phonenumber"),
        rls.same_school("calls_contactattempt", "call_id", "calls_call"),
        rls.same_school("calls_callreply", "call_id", "calls_call"),
        rls.same_school("calls_hometask", "student_id", "students_student"),
        rls.same_school("calls_hometask", "call_id", "calls_call"),
        watch(
            "calls_contactattempt",
            shown=[
                *("public_id", "school_id", "student_id", "person_id", "number_id", "call_id", "channel"),
                *("outcome", "minutes", "at", "by_id", "noted_at"),
            ],
        ),
        watch("calls_callreply", shown=["school_id", "call_id", "answer", "answered_at"]),
        watch(
            "calls_hometask",
            shown=["public_id", "school_id", "student_id", "call_id", "made_at", "done_at", "done_by_id"],
        ),
        watch("calls_contactclock", shown=["school_id", "due_days", "amber_days", "red_days"]),
    ]
