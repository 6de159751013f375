from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0004_encrypted_numbers"),
    ]
    operations = []
