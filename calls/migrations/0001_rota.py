from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("students", "0009_home_later"),
        ("schools", "0007_roles_are_given_by_others"),
    ]

    operations: list[object] = []
