from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("dormitories", "0002_plans"),
    ]

    operations: list[object] = []
