from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("dormitories", "0001_places"),
    ]

    operations: list[object] = []
