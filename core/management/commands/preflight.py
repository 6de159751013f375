"""`manage.py preflight`: may this process serve? Web, worker and beat ask before they start in production."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations.executor import MigrationExecutor

from core import db_roles, keys


class Command(BaseCommand):
    """Opens the keyring, waits for the database, refuses a role that passes by policies and an old schema."""

    help = "Check that the database answers, that the role is bounded and that migrations are applied."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", type=int, default=30, help="seconds to wait (default: 30)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keys.newest_id()
        except (keys.KeyMissing, keys.Damaged) as error:
            raise CommandError(str(error)) from None
        connection = connections[DEFAULT_DB_ALIAS]
        self._wait_for(connection, options["wait"])
        try:
            db_roles.refuse_unbounded(connection.connection)
        except db_roles.RolesError as error:
            raise CommandError(str(error)) from None
        if db_roles.shows_statements(connection.connection):
            self.stderr.write(
                "Warning: statements of the application show in pg_stat_activity. As the database's "
                f"administrator: ALTER ROLE {db_roles.APP} SET track_activities = off"
            )
        self._look_at_the_district()
        executor = MigrationExecutor(connection)
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError(
                f"{len(plan)} migrations are not applied. First run `manage.py migrate --database=owner`."
            )

    def _look_at_the_district(self) -> None:
        """Its pages are served by a role that can read no row of a child; by another one never."""
        if "district" not in connections.databases:
            self.stderr.write("Warning: district pages don't open here: DATABASE_DISTRICT_URL is not set.")
            return
        with connections["district"].cursor() as cursor:
            cursor.execute("SELECT current_user")
            (name,) = cursor.fetchone()
        if name != db_roles.DISTRICT:
            raise CommandError(
                f"DATABASE_DISTRICT_URL signs in as {name}. Sign in as {db_roles.DISTRICT},"
                " which can read counts alone."
            )

    def _wait_for(self, connection: Any, seconds: int) -> None:
        until = time.monotonic() + seconds
        while True:
            try:
                connection.ensure_connection()
                return
            except OperationalError as error:
                if time.monotonic() > until:
                    first_line = str(error).strip().partition("\n")[0]
                    raise CommandError(f"The database doesn't answer: {first_line}") from None
                time.sleep(1)
