"""The settings of production, loaded as a container loads them: no warning, no debugging, cookies that hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core import keyring
from tests.runtime.conftest import HOME

ASK = """
import json, django
from django.conf import settings
django.setup()
from django.urls import get_resolver, reverse, NoReverseMatch
def has(name):
    try: return bool(reverse(name))
    except NoReverseMatch: return False
print(json.dumps({
    "debug": settings.DEBUG, "template_debug": settings.TEMPLATES[0]["OPTIONS"].get("debug", False),
    "apps": list(settings.INSTALLED_APPS), "gallery": has("ui_gallery"), "silenced": settings.SILENCED_SYSTEM_CHECKS,
    "cookies": {name: [getattr(settings, name + "_COOKIE_" + part) for part in ("NAME", "SECURE", "HTTPONLY", "SAMESITE")]
                for name in ("SESSION", "CSRF", "LANGUAGE")},
    "hsts": [settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD],
    "redirect": settings.SECURE_SSL_REDIRECT, "hosts": settings.ALLOWED_HOSTS,
    "hasher": settings.PASSWORD_HASHERS[0],
}))
"""


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """Everything that docker-compose.yml gives to the web container."""
    ring = folder / "ring.json"
    keyring.ensure(ring)
    return {
        "PATH": str(Path(sys.executable).parent),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PYTHONPATH": str(HOME),
        "KITELINE_VAR": str(folder),
        "SECRET_KEY": "Kq7" * 20 + "abcdefghij-long-enough",
        "KEYRING_FILE": str(ring),
        "ALLOWED_HOSTS": "kiteline.test",
        "SITE_URL": "https://kiteline.test",
        "DATABASE_URL": "postgresql://kl_app@127.0.0.1:1/kiteline",
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "SMTP_HOST": "127.0.0.1",
        "MAIL_FROM": "kiteline@kiteline.test",
        "TRUST_PROXY": "yes",
    }


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error::UserWarning", *command],
        cwd=HOME,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def told(environment: dict[str, str]) -> dict[str, Any]:
    done = run(environment, "-c", ASK)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_deployment_check_has_nothing_to_say(environment):
    """All of Django's security checks and everybody else's, none silenced."""
    done = run(environment, "manage.py", "check", "--deploy", "--fail-level", "DEBUG")

    assert done.returncode == 0, done.stderr
    assert "System check identified no issues (0 silenced)." in done.stdout + done.stderr


def test_the_deployment_check_would_say_something(environment):
    """It sees plain HTTP: so its silence above means something."""
    done = run(
        environment | {"BEHIND_TLS": "no"}, "manage.py", "check", "--deploy", "--fail-level", "WARNING"
    )

    assert done.returncode != 0
    assert "security.W008" in done.stderr


def test_debugging_cannot_be_turned_on(environment):
    settings = told(environment | {"DEBUG": "yes", "DJANGO_DEBUG": "1"})

    assert settings["debug"] is False
    assert settings["template_debug"] is False


def test_neither_demo_nor_gallery_nor_admin_site_is_there(environment):
    settings = told(environment | {"UI_GALLERY": "yes"})

    assert settings["gallery"] is False
    assert not {"demo", "django.contrib.admin"} & set(settings["apps"])
    assert settings["silenced"] == []


def test_cookies_are_bound_to_this_host_and_to_tls(environment):
    settings = told(environment)

    assert settings["cookies"] == {
        "SESSION": ["__Host-session", True, True, "Lax"],
        "CSRF": ["__Host-csrf", True, True, "Lax"],
        "LANGUAGE": ["__Host-language", True, True, "Lax"],
    }


def test_tls_is_kept_to_for_a_year_and_everywhere(environment):
    settings = told(environment)

    assert settings["hsts"] == [31_536_000, True, True]
    assert settings["redirect"] is True
    assert settings["hosts"] == ["kiteline.test"]
    assert "MD5" not in settings["hasher"]
