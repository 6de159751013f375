from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("counselling", "0003_append_only_sessions"),
        ("students", "0003_tenancy"),
    ]
    operations = []
