from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0005_emergency_access"),
    ]
    operations = []
