"""What a second factor needs beside allauth's own table: the replay mark, and the codes of a printed sheet."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_user_names_differ_by_more_than_capitals"),
        ("core", "0004_tenancy"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [
        migrations.CreateModel(
            name="TotpUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_step", models.BigIntegerField()),
                (
                    "authenticator",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="totp_use",
                        to="mfa.authenticator",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SheetCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=200)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "authenticator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sheet_codes",
                        to="mfa.authenticator",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("authenticator", "code_hash"), name="accounts_sheet_code_once"
                    )
                ]
            },
        ),
    ]
