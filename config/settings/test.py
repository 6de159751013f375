"""Tests: the embedded PostgreSQL, connected as the application role, so that its limits are felt."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# One of several test processes (scripts/test.py) has a server and a folder of its own, since tests change
# what all databases of a server share. Said before anything reads it.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if _WORKER:
    _HOME = Path(__file__).resolve().parents[2]
    os.environ.setdefault("KITELINE_VAR", str(_HOME / "var" / f"test-{_WORKER}"))

from config import databases, env  # noqa: E402
from config.embedded_host import binaries  # noqa: E402

from .base import *  # noqa: F403, E402  (a settings module is the sum of its base)
from .base import BASE_DIR, INSTALLED_APPS  # noqa: E402

SECRET_KEY = "only-for-tests-" + "x" * 40
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
UI_GALLERY = True

_NAME = "test_kiteline_" + env.text("TEST_DB", "main")
_databases = databases.local()
EMBEDDED = _databases.is_embedded
DATABASES = _databases.aliases
# What `manage.py ensure_roles` connects as, and whether the owner may make databases (tests need it).
DATABASE_ADMIN_URL = _databases.admin_url
DATABASE_BACKUP_URL = _databases.backup_url
POSTGRES_PROGRAMS = env.text("PG_BIN", "") or (binaries() if EMBEDDED else "")
OWNER_MAY_CREATE_DATABASES = True
# The owner creates and migrates the test database; `default` then uses the same one with fewer rights.
DATABASES["owner"]["TEST"] = {
    "NAME": _NAME,
    "TEMPLATE": "template0",
    "CHARSET": "UTF8",
    "DEPENDENCIES": [],
}
DATABASES["default"]["TEST"] = {"MIRROR": "owner"}
if "district" in DATABASES:
    DATABASES["district"]["TEST"] = {"MIRROR": "owner"}
# A test's rows are in a transaction that no other connection sees. tests/dashboards/test_role.py walks the
# district pages with committed rows, as the role that serves them.
DISTRICT_DATABASE = "default"

MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="kiteline-media-"))
KEYRING_FILE = BASE_DIR / "tests" / "data" / "keyring.json"  # opens nothing but test databases
SCHOOL_KEYS_DIR = MEDIA_ROOT / "keys"


def _remove_media(pid: int) -> None:
    if os.getpid() == pid:  # a forked child inherits the hook, not the duty
        shutil.rmtree(MEDIA_ROOT, ignore_errors=True)


atexit.register(_remove_media, os.getpid())
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
SMS_FOLDER = MEDIA_ROOT / "sms"
SHEET_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LANGUAGE_CODE = "en"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# The matrix opens every page as everybody within a minute; the tests of the limits set their own.
WEB_RATES = {"person": "100000/m", "address": "100000/m"}
