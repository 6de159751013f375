"""Changes of accounts and of what they sign in with are noted by the database: never a password, seed or token."""

from django.db import migrations

from core.row_history import watch

NO_SCHOOL = "NULL::bigint"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_sessions"),
        ("core", "0005_audit_chain"),
        ("authtoken", "0004_alter_tokenproxy_options"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        watch(
            "accounts_user",
            shown=[
                *("last_login", "public_id", "username", "name", "email", "language", "theme"),
                *("is_active", "joined_at"),
            ],
            ignored=["last_login"],
            school=NO_SCHOOL,
        ),
        watch("accounts_sheetcode", shown=["authenticator_id", "used_at"], school=NO_SCHOOL),
        watch(
            "accounts_knownbrowser",
            shown=["public_id", "user_id", "first_seen_at", "last_used_at"],
            ignored=["last_used_at"],
            school=NO_SCHOOL,
        ),
        watch(
            "mfa_authenticator",
            shown=["user_id", "type", "created_at", "last_used_at"],
            ignored=["last_used_at"],
            school=NO_SCHOOL,
        ),
        # The primary key is the token's fingerprint: the person's number stands for it.
        watch(
            "authtoken_token",
            shown=["user_id", "created"],
            school=NO_SCHOOL,
            primary="key",
            key="r.user_id",
        ),
    ]
