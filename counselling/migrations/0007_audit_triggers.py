from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("counselling", "0006_concerns"),
    ]
    operations = []
