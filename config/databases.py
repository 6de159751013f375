"""Which database the local and test settings use: the embedded server, or the one DATABASE_URL names.

Production is stricter and reads its addresses itself: there, each role signs in as itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg2 import extensions

from config import embedded, env


@dataclass(frozen=True)
class Databases:
    """`aliases` for Django; `admin_url` for `manage.py ensure_roles` (empty: roles come from elsewhere);
    `backup_url` for whoever reads every row.
    """

    aliases: dict[str, dict[str, Any]]
    admin_url: str
    backup_url: str
    is_embedded: bool


def local() -> Databases:
    """The application works as kl_app and the owner migrates, whatever account DATABASE_URL signs in with.

    A DATABASE_URL of an administrator's is enough: the roles are made with it, and each connection then
    takes its role on. With a DATABASE_URL of kl_app's, DATABASE_OWNER_URL must be set too.
    """
    url = env.text("DATABASE_URL", "")
    if not url:
        return Databases(
            aliases={
                "default": env.database(embedded.dsn("kl_app")),
                "owner": env.database(embedded.dsn("kl_owner")),
                "district": env.database(embedded.dsn("kl_district")),
            },
            admin_url=embedded.dsn(embedded.ADMIN_ROLE, "postgres"),
            backup_url=embedded.dsn("kl_backup"),
            is_embedded=True,
        )
    owner_url = env.text("DATABASE_OWNER_URL", "")
    signs_in_as_app = env.database(url)["USER"] == "kl_app"
    if signs_in_as_app and not owner_url:
        raise ImproperlyConfigured("Set DATABASE_OWNER_URL too: kl_app, of DATABASE_URL, may not migrate.")
    return Databases(
        aliases={
            "default": _as_role(url, "kl_app"),
            "owner": _as_role(owner_url or url, "kl_owner"),
            **_district(url, signs_in_as_app=signs_in_as_app),
        },
        admin_url=env.text("DATABASE_ADMIN_URL", "") or ("" if signs_in_as_app else url),
        backup_url=env.text("DATABASE_BACKUP_URL", "")
        or ("" if signs_in_as_app else extensions.make_dsn(url, options="-c role=kl_backup")),
        is_embedded=False,
    )


def _district(url: str, *, signs_in_as_app: bool) -> dict[str, dict[str, Any]]:
    """The connection of the district pages: by its own address, or by one that can take the role on."""
    district_url = env.text("DATABASE_DISTRICT_URL", "")
    if not district_url and signs_in_as_app:
        return {}
    return {"district": _as_role(district_url or url, "kl_district")}


def _as_role(url: str, role: str) -> dict[str, Any]:
    alias = env.database(url)
    if alias["USER"] != role:
        alias["OPTIONS"]["options"] = f"-c role={role}"
    return alias
