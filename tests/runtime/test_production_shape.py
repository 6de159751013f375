"""The start commands of docker-compose.yml, run by hand: PostgreSQL with passwords by TCP, and real Redis.

There is no Docker engine where these tests run, so they call scripts/serve.sh as the containers do.
"""

from __future__ import annotations

import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg2
import pytest

from tests.runtime.conftest import a_free_port, an_open_folder
from tests.runtime.servers import (
    HOST,
    PASSWORDS,
    PRODUCTION,
    Production,
    make_postgres,
    make_redis,
    stop,
    wait_for,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("redis-server") is None, reason="no redis-server here: apt install redis-server"
    ),
]


@pytest.fixture(scope="module")
def production() -> Iterator[Production]:
    """PostgreSQL, Redis, migrated, and web, worker and beat up."""
    with ExitStack() as stack:
        production = Production(stack.enter_context(an_open_folder()), stack)
        make_postgres(production)
        make_redis(production)
        migrated = production.serve(
            "migrate",
            DATABASE_ADMIN_URL=production.database_url("postgres", "postgres"),
            DATABASE_OWNER_URL=production.database_url("kl_owner"),
        )
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
        collected = production.run(sys.executable, "manage.py", "collectstatic", "--noinput", **PRODUCTION)
        assert collected.returncode == 0, collected.stderr
        for name in ("web", "worker", "beat"):
            production.launch(name, "scripts/serve.sh", name)
        wait_for(lambda: production.serve("health").returncode == 0, "the web server")
        yield production


def test_the_health_check_of_the_container_passes(production: Production) -> None:
    checked = production.serve("health")
    response, body = production.get("/healthz")

    assert checked.returncode == 0, checked.stderr
    assert response.status == 200
    assert body == b'{"status": "ok"}'


def test_plain_http_is_sent_to_tls(production: Production) -> None:
    response, _ = production.get("/accounts/login/", **{"X-Forwarded-Proto": "http"})

    assert response.status == 301
    assert response.getheader("Location") == f"https://{HOST}/accounts/login/"


def test_the_sign_in_page_names_hashed_files_that_come_compressed_and_cached_for_ever(
    production: Production,
) -> None:
    page, body = production.get("/accounts/login/")
    styles = re.search(rb'href="(/static/dist/app\.[0-9a-f]{12}\.css)"', body)

    assert page.status == 200
    assert styles is not None
    response, _ = production.get(styles.group(1).decode(), **{"Accept-Encoding": "br, gzip"})
    assert response.status == 200
    assert response.getheader("Content-Encoding") == "br"
    assert "immutable" in (response.getheader("Cache-Control") or "")
    assert "max-age=31536000" in (page.getheader("Strict-Transport-Security") or "")


def test_a_foreign_host_name_is_refused(production: Production) -> None:
    response, body = production.get("/accounts/login/", Host="elsewhere.example")

    assert response.status == 400
    assert b"Traceback" not in body


def test_a_task_goes_through_redis_to_the_worker_and_back(production: Production) -> None:
    marker = f"marker-{secrets.token_hex(4)}"
    code = f"import django; django.setup(); from core.tasks import ping; print(ping.delay({marker!r}).id)"

    sent = production.run(sys.executable, "-c", code, **PRODUCTION)

    assert sent.returncode == 0, sent.stderr
    task = sent.stdout.strip()
    wait_for(lambda: f"[{task}] succeeded" in production.said("worker"), "the task to succeed")


def test_the_worker_answers_its_health_check(production: Production) -> None:
    wait_for(lambda: "ready." in production.said("worker"), "the worker")

    checked = production.serve("worker-health")

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_role_but_backup_has_more_than_it_needs(production: Production) -> None:
    connection = psycopg2.connect(production.database_url("kl_app"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'kl\\_%'"
            " AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls)"
        )
        mighty = cursor.fetchall()
    connection.close()

    assert mighty == [("kl_backup",)]


def test_a_wrong_password_is_refused(production: Production) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(production.database_url("kl_app").replace(PASSWORDS["kl_app"], "guess"))


@pytest.mark.parametrize("key", [None, "", "change-me", "change-me-" * 6, "short"])
def test_it_does_not_start_without_a_secret_of_its_own(production: Production, key: str | None) -> None:
    started = production.serve("web", SECRET_KEY=key, WEB_PORT=str(a_free_port()))

    assert started.returncode != 0
    assert "SECRET_KEY" in started.stderr


@pytest.mark.parametrize("name", ["DATABASE_URL", "BROKER_URL", "ALLOWED_HOSTS", "SITE_URL", "SMTP_HOST"])
def test_it_does_not_start_without_what_it_cannot_guess(production: Production, name: str) -> None:
    started = production.serve("web", **{name: None}, WEB_PORT=str(a_free_port()))

    assert started.returncode != 0
    assert f"Set {name} (or {name}_FILE)" in started.stderr


@pytest.mark.parametrize("role", ["kl_owner", "postgres"])
def test_web_and_worker_refuse_a_role_that_policies_do_not_hold(production: Production, role: str) -> None:
    for process in ("web", "worker"):
        started = production.serve(
            process, DATABASE_URL=production.database_url(role), WEB_PORT=str(a_free_port())
        )

        assert started.returncode == 1
        assert f"signs in as {role}" in started.stderr
        assert "Traceback" not in started.stderr


def test_a_secret_may_come_as_a_file(production: Production) -> None:
    file = production.folder / "database-url"
    file.write_text(production.database_url("kl_app") + "\n")

    checked = production.run(
        sys.executable, "manage.py", "preflight", DATABASE_URL=None, DATABASE_URL_FILE=str(file), **PRODUCTION
    )

    assert checked.returncode == 0, checked.stderr


def test_an_unreachable_database_gives_one_line(production: Production) -> None:
    url = production.database_url("kl_app").replace(str(production.database_port), str(a_free_port()))

    checked = production.run(
        sys.executable, "manage.py", "preflight", "--wait", "0", DATABASE_URL=url, **PRODUCTION
    )

    assert checked.returncode == 1
    assert checked.stderr.startswith("CommandError: The database doesn't answer: ")
    assert len(checked.stderr.splitlines()) == 1


def test_migrating_again_changes_nothing(production: Production) -> None:
    again = production.serve(
        "migrate",
        DATABASE_ADMIN_URL=production.database_url("postgres", "postgres"),
        DATABASE_OWNER_URL=production.database_url("kl_owner"),
    )

    assert again.returncode == 0, again.stderr
    assert "No migrations to apply" in again.stdout
    assert "Made" not in again.stdout


def test_beat_wakes_the_sweep_and_keeps_its_file(production: Production) -> None:
    wait_for(lambda: "Sending due task sweep-reminders" in production.said("beat"), "beat", seconds=60)

    assert production.serve("beat-health").returncode == 0


def test_every_process_stops_when_told(production: Production) -> None:
    wait_for(lambda: "ready." in production.said("worker"), "the worker")

    for name in ("web", "worker", "beat"):
        stop(production.processes[name])

    assert {name: production.processes[name].returncode for name in ("web", "worker", "beat")} == {
        "web": 0,
        "worker": 0,
        "beat": 0,
    }
