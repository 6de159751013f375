"""Who counts needs no password, token or second factor: the role of statistics reads none of their tables."""

from django.db import migrations

from core import db_roles

TABLES = "accounts_user, accounts_sheetcode, accounts_browsersession, accounts_knownbrowser, accounts_totpuse, authtoken_token, mfa_authenticator"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_encrypted_phone"),
        ("authtoken", "0001_initial"),
        ("mfa", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            f"REVOKE SELECT ON {TABLES} FROM {db_roles.STATS};",
            f"GRANT SELECT ON {TABLES} TO {db_roles.STATS};",
        )
    ]
