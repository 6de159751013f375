"""The rights of the database roles, granted before the first table, so that every later table carries them."""

from django.core.management.base import CommandError
from django.db import migrations

from core import db_roles


def grant(apps, schema_editor):
    """Refuses with one line when the roles are missing or another role than the owner migrates."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        missing = {role.name for role in db_roles.ROLES} - {name for (name,) in cursor.fetchall()}
        if missing:
            raise CommandError(
                f"Database roles are missing: {', '.join(sorted(missing))}. Run `manage.py ensure_roles` first."
            )
        cursor.execute("SELECT current_user")
        (user,) = cursor.fetchone()
        if user != db_roles.OWNER:
            raise CommandError(
                f"Migrations run as {db_roles.OWNER}, not as {user}: `manage.py migrate --database=owner`."
            )
        cursor.execute(db_roles.GRANT_SQL)


def revoke(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(db_roles.REVOKE_SQL)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(grant, revoke, elidable=False)]
