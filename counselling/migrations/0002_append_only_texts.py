"""The words of a talk are written once: the program may add a correction, not change or remove."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("counselling", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "REVOKE UPDATE, DELETE, TRUNCATE ON counselling_sessiontext FROM kl_app",
            "GRANT UPDATE, DELETE ON counselling_sessiontext TO kl_app",
        ),
    ]
