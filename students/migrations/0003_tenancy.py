from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0002_roster_import"),
        ("schools", "0003_tenancy"),
    ]
    operations = []
