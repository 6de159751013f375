"""Counts for the rate limits. Unlogged: cheap to write, and in no backup."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_audit_chain"),
    ]
    operations = [
        migrations.CreateModel(
            name="RateCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.BigIntegerField()),
                ("next_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL("ALTER TABLE core_ratecount SET UNLOGGED", migrations.RunSQL.noop),
    ]
