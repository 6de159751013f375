"""A real browser against the real program: granian, a Celery worker, beat and an SMTP server.

The program runs as it does under `make run`, but on the test database. What the tests prepare is
committed, so that the other processes see it, and emptied by the owner afterwards.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import TotpUse, User
from config import embedded
from tests.factories import factors
from tests.factories.places import PASSWORD

HOME = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
SHOTS = HOME / "var" / "screenshots"
QUIET_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    skip = pytest.mark.skip(
        reason="no Chromium here: the browser journeys are left out (apt install chromium)"
    )
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.journey)
            item.add_marker(
                pytest.mark.django_db(transaction=True, databases=["default", "owner"]), append=False
            )
            if CHROMIUM is None:
                item.add_marker(skip)


@pytest.fixture(scope="package", autouse=True)
def _playwright_runs_an_event_loop() -> Iterator[None]:
    """Playwright's loop runs in this thread, which makes Django take our plain queries for async ones."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def _passwords_the_program_knows(settings: Any) -> None:
    """The other tests' quick MD5 is unknown to the running program; scrypt is the quickest that it knows."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]


class Letters:
    """What the SMTP server took."""

    def __init__(self) -> None:
        self.taken: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope)
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float = 40) -> Any:
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)
    return found


class Site:
    """The running program."""

    def __init__(self, folder: Path, letters: Letters, smtp_port: int) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.letters = letters
        database = django_settings.DATABASES["owner"]["TEST"]["NAME"]
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "DATABASE_URL": embedded.dsn("kl_app", database),
            "DATABASE_OWNER_URL": embedded.dsn("kl_owner", database),
            "DATABASE_DISTRICT_URL": embedded.dsn("kl_district", database),
            "KITELINE_VAR": str(folder),
            # The tests' own secrets: what they wrote must open, and the database knows their proof.
            "SECRET_KEY": django_settings.SECRET_KEY,
            "KEYRING_FILE": str(django_settings.KEYRING_FILE),
            "SCHOOL_KEYS_DIR": str(django_settings.SCHOOL_KEYS_DIR),
            "SITE_URL": self.base,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(smtp_port),
            "SWEEP_SECONDS": "2",
            "QUIET_FROM": "00:00",
            "QUIET_UNTIL": "00:00",
        }

    def answers(self) -> bool:
        try:
            return bool(urllib.request.urlopen(f"{self.base}/healthz", timeout=2).status == 200)
        except (OSError, urllib.error.URLError):
            return False


@pytest.fixture(scope="package")
def site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Up for the journeys only: its worker would send other tests' reminders."""
    folder = tmp_path_factory.mktemp("program")
    letters = Letters()
    controller = Controller(letters, hostname="127.0.0.1", port=free_port())
    controller.start()
    running = Site(folder, letters, controller.port)
    python = str(Path(sys.executable))
    celery = [python, "-m", "celery", "--app", "config"]
    commands = {
        "web": [python, "-m", "granian", "--interface", "wsgi", "--port", str(running.port)],
        "worker": [*celery, "worker", "--concurrency", "1", "--loglevel", "info"],
        "beat": [*celery, "beat", "--loglevel", "info", "--schedule", str(folder / "beat"), "--pidfile="],
    }
    commands["web"] += ["--workers", "1", "--blocking-threads", "2", "config.wsgi:application"]
    collect = [python, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(collect, cwd=HOME, env=running.environment, check=True)
    with ExitStack() as stack:
        stack.callback(controller.stop)
        for name, command in commands.items():
            log = stack.enter_context((folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(
                command, cwd=HOME, env=running.environment, stdout=log, stderr=subprocess.STDOUT
            )
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        wait_for(running.answers, 120)  # a busy machine starts slowly
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET_FLAGS)


def _next_code(username: str) -> str:
    """What the person's app shows; they have one from their first sign-in on, and each code is unused."""
    user = User.objects.get(username=username)
    if not Authenticator.objects.filter(user=user).exists():
        factors.make_app(user)
    TotpUse.objects.filter(authenticator__user=user).update(last_step=0)
    return factors.code_of()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.problems: list[str] = []
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda message: self.problems.append(message.text) if message.type == "error" else None,
        )

    def open(self, path: str) -> None:
        self.page.goto(self.site.base + path)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        self.open("/accounts/login/")
        self.page.fill("[name=login]", username)
        self.page.fill("[name=password]", password)
        code = _next_code(username)
        self.page.press("[name=password]", "Enter")
        self.page.fill("[name=code]", code)
        self.page.press("[name=code]", "Enter")
        self.page.wait_for_url(self.site.base + "/")

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def text(self) -> str:
        return self.page.inner_text("body")


@pytest.fixture
def visit(site: Site, browser: Browser, transactional_db: None) -> Iterator[Callable[..., Person]]:
    """Open a browser window: `visit(width=360, language="zh-hans", dark=True, scripts=False)`."""
    contexts = []

    def _visit(*, width: int = 1280, dark: bool = False, scripts: bool = True) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 740 if width < 600 else 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            has_touch=width < 600,
            timezone_id="Asia/Shanghai",
            locale="en-GB",
        )
        contexts.append(context)
        return Person(context.new_page(), site)

    yield _visit
    for context in contexts:
        context.close()
    connection.close()


def parsed(envelope: Any) -> EmailMessage:
    from email import message_from_bytes
    from email.policy import default

    return message_from_bytes(envelope.content, policy=default)  # type: ignore[return-value]
