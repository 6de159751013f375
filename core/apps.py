from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import connections
from django.db.models.signals import post_migrate

from core import db_roles


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import tenancy_web

        post_migrate.connect(_install_scope, sender=self, dispatch_uid="core.tenancy")
        user_logged_in.connect(tenancy_web.open_with_sign_in, dispatch_uid="core.tenancy")
        user_logged_out.connect(tenancy_web.close_with_sign_out, dispatch_uid="core.tenancy")


def _install_scope(using: str, **_more: Any) -> None:
    """Each migration leaves the database with this program's secret (core.tenancy)."""
    from core import tenancy

    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, to_regclass('kl.setting') IS NOT NULL")
        if cursor.fetchone() != (db_roles.OWNER, True):
            return
    tenancy.install(connection)
