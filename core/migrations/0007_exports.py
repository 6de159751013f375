"""Files that people take away, each for a day and for whoever asked for it alone."""

import core.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core import db_roles, rls
from core.row_history import watch


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0006_rate_limits"),
        ("schools", "0003_tenancy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=core.fields.uuid7, editable=False, unique=True)),
                ("school_id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=40)),
                ("file_name", models.CharField(max_length=80)),
                ("media_type", models.CharField(max_length=80)),
                ("row_count", models.PositiveIntegerField()),
                ("is_encrypted", models.BooleanField()),
                ("content", core.fields.EncryptedBinaryField()),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.RunSQL(
            "ALTER TABLE core_export ADD CONSTRAINT core_export_school FOREIGN KEY (school_id)"
            " REFERENCES schools_school (id) DEFERRABLE INITIALLY DEFERRED;",
            "ALTER TABLE core_export DROP CONSTRAINT core_export_school;",
        ),
        rls.protect(
            "core_export",
            # The sweep deletes what is over; it is the program's own.
            rls.Policy(
                "mine",
                using=f"{rls.PROGRAM} OR (requested_by_id = {rls.ME} AND school_id = ANY({rls.MY_SCHOOLS}))",
            ),
        ),
        # A file is made, fetched and deleted, never changed; the keys' rotation closes it anew.
        migrations.RunSQL(
            f"REVOKE UPDATE ON core_export FROM {db_roles.APP};"
            f" GRANT UPDATE (content) ON core_export TO {db_roles.APP};",
            f"GRANT UPDATE ON core_export TO {db_roles.APP};",
        ),
        watch(
            "core_export",
            shown=[
                *("public_id", "school_id", "requested_by_id", "kind", "file_name", "media_type"),
                *("row_count", "is_encrypted", "made_at", "expires_at"),
            ],
        ),
    ]
