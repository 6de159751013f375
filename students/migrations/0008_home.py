"""What a home is made of: links between people, numbers, absences, capacity, carers; all of it guarded and watched."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import students.models.enrolment
from django.conf import settings
from django.db import migrations, models

import core.fields
from core import rls
from core.closing import settle
from core.row_history import watch

TABLES = [
    "students_phonenumber",
    "students_migrationepisode",
    "students_reachablewindow",
    "students_guardiancapacity",
    "students_carearrangement",
]
_LINK = ["school_id", "student_id", "person_id", "relation", "is_guardian", "priority"]
_LINK_WAS = watch("students_guardianlink", shown=_LINK)
_BATCH = 2_000


def number_rows(apps, schema_editor):
    """Every person's number becomes a row of its own, not yet confirmed by anybody.

    The owner has no scope while migrating, so FORCE is off for this transaction; nobody else ever sees that.
    """
    schema_editor.execute("ALTER TABLE students_person NO FORCE ROW LEVEL SECURITY")
    alias = schema_editor.connection.alias
    number_model = apps.get_model("students", "PhoneNumber")
    people = apps.get_model("students", "Person").objects.using(alias).filter(phone__isnull=False)
    waiting = []
    for person in people.only("school_id", "phone").order_by("pk").iterator(chunk_size=_BATCH):
        waiting.append(number_model(school_id=person.school_id, person_id=person.pk, number=person.phone))
        if len(waiting) == _BATCH:
            number_model.objects.using(alias).bulk_create(waiting)
            waiting = []
    number_model.objects.using(alias).bulk_create(waiting)
    settle(schema_editor)
    schema_editor.execute("ALTER TABLE students_person FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0007_break_glass_is_judged_by_others"),
        ("schools", "0007_roles_are_given_by_others"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CareArrangement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("both_away", "Both parents are away"),
                            ("one_away", "One parent is away, the other isn't able to be a guardian"),
                            ("no_capacity", "Neither parent is able to be a guardian"),
                            ("not_collected", "Not collected"),
                        ],
                        default="not_collected",
                        max_length=13,
                        verbose_name="official reason",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="first day")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="last day")),
                (
                    "notice_received_on",
                    models.DateField(blank=True, null=True, verbose_name="written notice received on"),
                ),
                (
                    "assessment",
                    models.CharField(
                        choices=[
                            ("good", "Good"),
                            ("fair", "Fair"),
                            ("poor", "Poor"),
                            ("not_collected", "Not collected"),
                        ],
                        default="not_collected",
                        max_length=13,
                        verbose_name="how the care is",
                    ),
                ),
                ("assessed_on", models.DateField(blank=True, null=True, verbose_name="assessed on")),
            ],
            options={
                "ordering": ["-started_on"],
            },
        ),
        migrations.CreateModel(
            name="GuardianCapacity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "has_capacity",
                    models.CharField(
                        choices=[("yes", "Yes"), ("no", "No"), ("not_collected", "Not collected")],
                        max_length=13,
                        verbose_name="able to be a guardian",
                    ),
                ),
                ("assessed_on", models.DateField(verbose_name="assessed on")),
            ],
            options={
                "verbose_name_plural": "guardian capacities",
                "ordering": ["-assessed_on"],
            },
        ),
        migrations.CreateModel(
            name="MigrationEpisode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ("place", models.CharField(blank=True, max_length=40, verbose_name="province and city")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("work", "Work"),
                            ("other", "Another reason"),
                            ("not_collected", "Not collected"),
                        ],
                        default="not_collected",
                        max_length=13,
                        verbose_name="reason",
                    ),
                ),
                (
                    "shift",
                    models.CharField(
                        choices=[
                            ("day", "Day shift"),
                            ("evening", "Evening or night shift"),
                            ("rotating", "Rotating shifts"),
                            ("not_collected", "Not collected"),
                        ],
                        default="not_collected",
                        max_length=13,
                        verbose_name="shifts",
                    ),
                ),
                ("started_on", models.DateField(verbose_name="away since")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="last day away")),
            ],
            options={
                "ordering": ["-started_on"],
            },
        ),
        migrations.CreateModel(
            name="PhoneNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ("number", core.fields.SearchableTextField(max_length=20, verbose_name="telephone")),
                ("label", models.CharField(blank=True, max_length=40, verbose_name="whose or where")),
                ("confirmed_on", models.DateField(blank=True, null=True, verbose_name="confirmed on")),
                ("last_worked_on", models.DateField(blank=True, null=True, verbose_name="last worked on")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="ended on")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ReachableWindow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Monday"),
                            (2, "Tuesday"),
                            (3, "Wednesday"),
                            (4, "Thursday"),
                            (5, "Friday"),
                            (6, "Saturday"),
                            (7, "Sunday"),
                        ],
                        verbose_name="weekday",
                    ),
                ),
                ("starts_at", models.TimeField(verbose_name="from")),
                ("ends_at", models.TimeField(verbose_name="until")),
                ("started_on", models.DateField(verbose_name="first day")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="last day")),
            ],
            options={
                "ordering": ["weekday", "starts_at", "id"],
            },
        ),
        migrations.AddField(
            model_name="guardianlink",
            name="contact_barred",
            field=models.BooleanField(db_default=False, default=False, verbose_name="no contact"),
        ),
        migrations.AddField(
            model_name="guardianlink",
            name="is_delegated_carer",
            field=models.BooleanField(db_default=False, default=False, verbose_name="looks after the child"),
        ),
        migrations.AddField(
            model_name="guardianlink",
            name="lives_with",
            field=models.CharField(
                choices=[("yes", "Yes"), ("no", "No"), ("not_collected", "Not collected")],
                db_default="not_collected",
                default="not_collected",
                max_length=13,
                verbose_name="lives with the child",
            ),
        ),
        migrations.AddField(
            model_name="guardianlink",
            name="may_collect",
            field=models.CharField(
                choices=[("yes", "Yes"), ("no", "No"), ("not_collected", "Not collected")],
                db_default="not_collected",
                default="not_collected",
                max_length=13,
                verbose_name="may collect the child",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="absences_known_from",
            field=models.DateField(blank=True, null=True, verbose_name="known since"),
        ),
        migrations.AddField(
            model_name="person",
            name="died_on",
            field=models.DateField(blank=True, null=True, verbose_name="died on"),
        ),
        migrations.AddField(
            model_name="person",
            name="is_dead",
            field=models.BooleanField(db_default=False, default=False, verbose_name="has died"),
        ),
        migrations.AddField(
            model_name="student",
            name="hukou",
            field=models.CharField(
                choices=[
                    ("rural", "Rural"),
                    ("urban", "Urban"),
                    ("other", "Other"),
                    ("not_collected", "Not collected"),
                ],
                db_default="not_collected",
                default="not_collected",
                max_length=13,
                verbose_name="household registration",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("died_on", None), ("is_dead", True), _connector="OR"),
                name="students_person_died",
            ),
        ),
        migrations.AddField(
            model_name="carearrangement",
            name="carer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cares",
                to="students.person",
            ),
        ),
        migrations.AddField(
            model_name="carearrangement",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="carearrangement",
            name="student",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="care_arrangements",
                to="students.student",
            ),
        ),
        migrations.AddField(
            model_name="guardiancapacity",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="capacities", to="students.person"
            ),
        ),
        migrations.AddField(
            model_name="guardiancapacity",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="migrationepisode",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="episodes", to="students.person"
            ),
        ),
        migrations.AddField(
            model_name="migrationepisode",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="phonenumber",
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
            model_name="phonenumber",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="numbers", to="students.person"
            ),
        ),
        migrations.AddField(
            model_name="phonenumber",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
            ),
        ),
        migrations.AddField(
            model_name="reachablewindow",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="windows", to="students.person"
            ),
        ),
        migrations.AddField(
            model_name="reachablewindow",
            name="school",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.school"
            ),
        ),
        migrations.AddConstraint(
            model_name="carearrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                ),
                name="students_care_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="carearrangement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        students.models.enrolment._Int8Range(
                            models.F("student_id"), models.F("student_id"), models.Value("[]")
                        ),
                        "&&",
                    ),
                    (
                        students.models.enrolment._DateRange(
                            models.F("started_on"), models.F("ended_on"), models.Value("[]")
                        ),
                        "&&",
                    ),
                ],
                name="students_care_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="carearrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("assessed_on", None), ("assessment", "not_collected")),
                    models.Q(
                        models.Q(("assessment", "not_collected"), _negated=True),
                        ("assessed_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="students_care_assessed",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardiancapacity",
            constraint=models.UniqueConstraint(
                fields=("person", "assessed_on"), name="students_capacity_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="migrationepisode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                ),
                name="students_episode_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="migrationepisode",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    (
                        students.models.enrolment._Int8Range(
                            models.F("person_id"), models.F("person_id"), models.Value("[]")
                        ),
                        "&&",
                    ),
                    (
                        students.models.enrolment._DateRange(
                            models.F("started_on"), models.F("ended_on"), models.Value("[]")
                        ),
                        "&&",
                    ),
                ],
                name="students_episode_no_overlap",
            ),
        ),
        migrations.AddIndex(
            model_name="phonenumber",
            index=models.Index(
                models.F("school"), core.fields.BlindIndex("number"), name="students_phone_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.UniqueConstraint(
                models.F("person"), core.fields.BlindIndex("number"), name="students_phone_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__isnull", False)), name="students_phone_given"
            ),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_by", None), ("confirmed_on__isnull", False), _connector="OR"),
                name="students_phone_confirmed",
            ),
        ),
        migrations.AddIndex(
            model_name="reachablewindow",
            index=models.Index(fields=["person", "weekday"], name="students_window_person"),
        ),
        migrations.AddConstraint(
            model_name="reachablewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__gte", 1), ("weekday__lte", 7)), name="students_window_weekday"
            ),
        ),
        migrations.AddConstraint(
            model_name="reachablewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="students_window_times"
            ),
        ),
        migrations.AddConstraint(
            model_name="reachablewindow",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_on", None), ("ended_on__gte", models.F("started_on")), _connector="OR"
                ),
                name="students_window_order",
            ),
        ),
        migrations.RunPython(number_rows, migrations.RunPython.noop),
        *(rls.protect(table, rls.by_school()) for table in TABLES),
        *(
            rls.same_school(table, "person_id", "students_person")
            for table in TABLES
            if table != "students_carearrangement"
        ),
        rls.same_school("students_carearrangement", "student_id", "students_student"),
        rls.same_school("students_carearrangement", "carer_id", "students_person"),
        # a link tells more now than it was watched for
        migrations.RunSQL(_LINK_WAS.reverse_sql, _LINK_WAS.sql),
        watch("students_guardianlink", shown=[*_LINK, "is_delegated_carer", "lives_with", "may_collect"]),
        watch(
            "students_phonenumber",
            shown=[
                *("public_id", "school_id", "person_id", "label", "confirmed_on", "confirmed_by_id"),
                *("last_worked_on", "ended_on", "created_at"),
            ],
        ),
        watch(
            "students_migrationepisode",
            shown=["public_id", "school_id", "person_id", "place", "shift", "started_on", "ended_on"],
        ),
        watch(
            "students_reachablewindow",
            shown=[
                *("public_id", "school_id", "person_id", "weekday", "starts_at", "ends_at"),
                *("started_on", "ended_on"),
            ],
        ),
        watch("students_guardiancapacity", shown=["school_id", "person_id"]),
        watch(
            "students_carearrangement",
            shown=[
                *("public_id", "school_id", "student_id", "carer_id", "started_on", "ended_on"),
                "notice_received_on",
            ],
        ),
    ]
