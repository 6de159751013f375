from django.db import migrations, models


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
    ]
