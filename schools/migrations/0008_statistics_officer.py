"""The officer who releases statistics and draws up returns: a second role that is held in an area."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0007_roles_are_given_by_others"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invitation",
            name="schools_invitation_one_place",
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="schools_membership_scope_of_role",
        ),
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                choices=[
                    ("homeroom_teacher", "Homeroom teacher"),
                    ("paired_teacher", "Paired teacher"),
                    ("counsellor", "Counsellor"),
                    ("safeguarding_lead", "Safeguarding lead"),
                    ("warden", "Warden"),
                    ("school_admin", "School administrator"),
                    ("head_teacher", "Head teacher"),
                    ("district_official", "District official"),
                    ("statistics_officer", "Statistics officer"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(
                choices=[
                    ("homeroom_teacher", "Homeroom teacher"),
                    ("paired_teacher", "Paired teacher"),
                    ("counsellor", "Counsellor"),
                    ("safeguarding_lead", "Safeguarding lead"),
                    ("warden", "Warden"),
                    ("school_admin", "School administrator"),
                    ("head_teacher", "Head teacher"),
                    ("district_official", "District official"),
                    ("statistics_officer", "Statistics officer"),
                ],
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("area__isnull", False),
                        ("role__in", ["district_official", "statistics_officer"]),
                        ("school", None),
                        ("school_class", None),
                    ),
                    models.Q(
                        ("area", None),
                        ("school__isnull", False),
                        models.Q(("role__in", ["district_official", "statistics_officer"]), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="schools_invitation_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("area__isnull", False), ("role__in", ["district_official", "statistics_officer"])
                    ),
                    models.Q(("role", "homeroom_teacher"), ("school_class__isnull", False)),
                    models.Q(
                        models.Q(
                            ("role__in", ["district_official", "statistics_officer", "homeroom_teacher"]),
                            _negated=True,
                        ),
                        ("school__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="schools_membership_scope_of_role",
            ),
        ),
    ]
