"""Bring database and static files to where the program can serve; skips what is done.

`prepare.py [--sign-ins FILE] [--reset [--size PUPILS]]`; `make run` and `make demo-reset` call it.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

import django  # noqa: E402  after the environment
from django.conf import settings  # noqa: E402
from django.core.exceptions import ImproperlyConfigured  # noqa: E402
from django.core.management import CommandError, call_command, get_commands  # noqa: E402
from django.db import DatabaseError, connections  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

UNUSED = ["rest_framework"]  # the API answers in JSON only


def say(text: str) -> None:
    print(f"· {text}", flush=True)


def prepare_database() -> None:
    """Roles as the administrator, then migrations as the owner, only if there are any."""
    if settings.DATABASE_ADMIN_URL:
        call_command("ensure_roles", verbosity=0)
    executor = MigrationExecutor(connections["owner"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Migrating the database")
        call_command("migrate", database="owner", verbosity=0, interactive=False)
    call_command("createcachetable", database="owner", verbosity=0)


def collect_static() -> None:
    """Hash and compress what is new; the list of names, sizes and times tells whether anything is."""
    from django.contrib.staticfiles.finders import get_finders

    total = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            total.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    stamp = Path(settings.VAR_DIR) / "stamps" / "static"
    if stamp.exists() and stamp.read_text() == total.hexdigest() and Path(settings.STATIC_ROOT).is_dir():
        return
    say("Collecting static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=UNUSED)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(total.hexdigest())


def load_demo(size: str) -> None:
    """Once: the command itself looks whether the database is empty. DEMO=no leaves it empty."""
    if os.environ.get("DEMO") != "no" and "seed_demo" in get_commands():
        call_command("seed_demo", "--if-empty", *(["--size", size] if size else []))


def write_sign_ins(path: Path) -> None:
    text = io.StringIO()
    if os.environ.get("DEMO") != "no" and "demo_signins" in get_commands():
        call_command("demo_signins", stdout=text)
    path.write_text(text.getvalue(), encoding="utf-8")


def drop_database() -> None:
    """For `make demo-reset`: only the embedded one, which holds nothing but the demo."""
    import psycopg2
    from psycopg2 import sql

    from config import embedded

    if not settings.EMBEDDED:
        raise CommandError("demo-reset empties the embedded database only; unset DATABASE_URL.")
    name = settings.DATABASES["owner"]["NAME"]
    connection = psycopg2.connect(embedded.dsn(embedded.ADMIN_ROLE, "postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
    connection.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sign-ins", type=Path, help="write the demo sign-ins to this file")
    parser.add_argument("--reset", action="store_true", help="drop the embedded database first")
    parser.add_argument("--size", default="", help="with --reset: how many pupils, up to 1,000,000")
    options = parser.parse_args()
    django.setup()
    if settings.EMBEDDED:
        from config import embedded

        embedded.start_until_exit()
    if options.reset:
        drop_database()
    prepare_database()
    collect_static()
    load_demo(options.size)
    if options.sign_ins:
        write_sign_ins(options.sign_ins)


if __name__ == "__main__":
    try:
        main()
    except (CommandError, ImproperlyConfigured) as error:
        sys.exit(str(error))
    except DatabaseError as error:
        sys.exit(f"The database refused: {str(error).strip().splitlines()[0]}")
