"""docker-compose.yml and Dockerfile, as far as they can be judged without a Docker engine."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.runtime.conftest import HOME

PROGRAMS = ("migrate", "web", "worker", "beat", "backup")
SECRETS = (
    *("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"),
    *("KL_OWNER_PASSWORD", "KL_APP_PASSWORD", "KL_DISTRICT_PASSWORD"),
)


@pytest.fixture(scope="module")
def text() -> str:
    return (HOME / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def services(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)["services"]


def has_compose() -> bool:
    docker = shutil.which("docker")
    return (
        bool(docker)
        and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0
    )


def test_it_has_the_services_of_production(services: dict[str, Any]) -> None:
    assert set(services) == {"db", "redis", *PROGRAMS, "mailpit"}
    assert services["db"]["image"].startswith("postgres:18")
    assert services["mailpit"]["profiles"] == ["mail"]
    assert services["backup"]["profiles"] == ["backup"]


def test_the_keyring_is_a_secret_file_and_schools_keys_a_volume_of_their_own(
    services: dict[str, Any],
) -> None:
    for name in PROGRAMS:
        assert services[name]["secrets"] == ["keyring"]
        assert services[name]["environment"]["KEYRING_FILE"] == "/run/secrets/keyring"
    for name in ("migrate", "web", "worker", "backup"):
        assert "keys:/var/lib/kiteline-keys" in services[name]["volumes"]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_has_a_default(text: str, secret: str) -> None:
    uses = re.findall(r"\$\{" + secret + r"(:[-?][^}]*)?\}", text)

    assert any(use.startswith(":?") for use in uses)
    assert not any(use.startswith(":-") for use in uses)


@pytest.mark.parametrize("secret", SECRETS)
def test_the_example_leaves_secrets_empty(secret: str) -> None:
    assert f"\n{secret}=\n" in (HOME / ".env.example").read_text()


def test_every_variable_of_the_compose_file_is_in_the_example(text: str) -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", text))
    explained = set(re.findall(r"^([A-Z_]+)=", (HOME / ".env.example").read_text(), re.MULTILINE))

    assert used - explained == {"KITELINE_VERSION", "WEB_WORKERS", "WEB_THREADS", "WORKER_PROCESSES"}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_programs_run_bounded_with_the_commands_that_the_test_runs(
    services: dict[str, Any], name: str
) -> None:
    service = services[name]

    assert service["command"] == [name]
    assert f"\n{name})\n" in (HOME / "scripts" / "serve.sh").read_text()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_only_the_migration_knows_owner_and_administrator(services: dict[str, Any], name: str) -> None:
    assert not {"DATABASE_OWNER_URL", "DATABASE_ADMIN_URL"} & set(services[name]["environment"])
    assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", ["db", "redis", "worker", "beat", "mailpit"])
def test_services_have_health_checks(services: dict[str, Any], name: str) -> None:
    assert services[name]["healthcheck"]["test"]


def test_only_the_web_and_the_mail_catcher_are_reachable_and_only_from_here(services: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert set(ports) == {"web", "mailpit"}
    assert all(port.startswith("127.0.0.1:") for opened in ports.values() for port in opened)


def test_the_image_runs_as_a_user_without_rights_and_says_how_it_is() -> None:
    last_stage = (HOME / "Dockerfile").read_text().rpartition("\nFROM ")[2]

    assert "\nUSER kiteline\n" in last_stage
    assert "\nHEALTHCHECK " in last_stage
    assert not re.search(r"^(ENV|ARG)\b.*(SECRET|PASSWORD)", last_stage, re.MULTILINE)


def test_the_image_takes_no_secrets_and_no_data_from_the_folder() -> None:
    ignored = (HOME / ".dockerignore").read_text().splitlines()

    assert {".env", ".env.*", "var", "secrets", ".git"} <= set(ignored)


@pytest.mark.skipif(not has_compose(), reason="the docker client here has no compose command")
def test_the_docker_client_accepts_the_file() -> None:
    values = dict.fromkeys(
        (*SECRETS, "KEYRING_HOST_FILE", "ALLOWED_HOSTS", "SITE_URL", "SMTP_HOST", "MAIL_FROM"), "x" * 24
    )
    checked = subprocess.run(
        ["docker", "compose", "--profile", "mail", "config", "--quiet"],
        cwd=HOME,
        env={"PATH": "/usr/bin:/usr/local/bin:/bin", **values},
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr
