from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0003_audit_triggers"),
    ]

    operations: list[object] = []
