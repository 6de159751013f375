from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0007_break_glass_is_judged_by_others"),
        ("schools", "0007_roles_are_given_by_others"),
    ]

    operations: list[object] = []
