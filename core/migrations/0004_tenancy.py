from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_append_only_audit_and_cache"),
    ]
    operations = []
