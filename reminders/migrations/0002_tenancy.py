from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reminders", "0001_initial"),
        ("schools", "0003_tenancy"),
    ]
    operations = []
