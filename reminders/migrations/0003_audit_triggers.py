from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0002_tenancy"),
    ]
    operations = []
