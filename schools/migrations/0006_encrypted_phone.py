"""Telephone numbers of invited people, encrypted in the column (core.fields)."""

from django.db import migrations

from core.closing import encrypt_column
from core.fields import EncryptedTextField


class Migration(migrations.Migration):
    dependencies = [
        ("schools", "0005_audit_triggers"),
    ]
    operations = encrypt_column(
        "schools", "invitation", "phone", EncryptedTextField("telephone", blank=True, max_length=20)
    )
