from django.db import migrations, models

from core.fields import EncryptedTextField


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0008_home"),
    ]

    operations: list[object] = [
        migrations.AlterField(
            "finderkey",
            "kind",
            models.CharField(
                choices=[
                    ("name", "Name"),
                    ("pinyin", "Pinyin"),
                    ("initials", "Initials"),
                    ("number", "Number"),
                    ("identity", "Identity"),
                    ("phone", "Phone"),
                    ("bed", "Bed"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            "person", "email", EncryptedTextField(blank=True, max_length=254, verbose_name="e-mail")
        ),
    ]
