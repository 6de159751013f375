"""Telephone numbers of people, encrypted in the column (core.fields)."""

from django.db import migrations, models

from core.closing import encrypt_column
from core.fields import BlindIndex, SearchableTextField


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_audit_triggers"),
    ]
    operations = [
        migrations.RemoveConstraint("user", "accounts_user_phone"),
        *encrypt_column(
            "accounts", "user", "phone", SearchableTextField("telephone", blank=True, max_length=20)
        ),
        migrations.AddConstraint(
            "user",
            models.UniqueConstraint(
                BlindIndex("phone"), name="accounts_user_phone", condition=models.Q(phone__isnull=False)
            ),
        ),
    ]
