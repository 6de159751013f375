from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0001_rota"),
        ("reminders", "0004_outside_recipients"),
    ]

    operations: list[object] = []
