from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_user_names_differ_by_more_than_capitals"),
        ("core", "0004_tenancy"),
    ]
    operations = []
