"""`make run`: embedded PostgreSQL unless DATABASE_URL says otherwise, mail to files, demo district."""

import os
import secrets
from pathlib import Path

from config import databases, env
from config.embedded_host import binaries
from core import keyring

from .base import *  # noqa: F403  (a settings module is the sum of its base)
from .base import INSTALLED_APPS, SMS_GATEWAY_URL, VAR_DIR


def _local_secret() -> str:
    """A key of this folder's own, made once: nothing secret is in the repository."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text()


DEBUG = env.boolean("DEBUG", False)
SECRET_KEY = env.text("SECRET_KEY", "") or _local_secret()
KEYRING_FILE = Path(env.text("KEYRING_FILE", str(VAR_DIR / "keys" / "ring.json")))
keyring.ensure(KEYRING_FILE)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
UI_GALLERY = True
SHOW_DEMO_CODES = True  # only for people whom the demo made: demo.factors

_databases = databases.local()
EMBEDDED = _databases.is_embedded
DATABASES = _databases.aliases
# What `manage.py ensure_roles` connects as, and whether the owner may make databases (tests need it).
DATABASE_ADMIN_URL = _databases.admin_url
DATABASE_BACKUP_URL = _databases.backup_url
POSTGRES_PROGRAMS = env.text("PG_BIN", "") or (binaries() if EMBEDDED else "")
OWNER_MAY_CREATE_DATABASES = True
for _alias in DATABASES.values():
    _alias["CONN_MAX_AGE"] = 60
    _alias["CONN_HEALTH_CHECKS"] = True

if env.text("SMTP_HOST", ""):
    EMAIL_HOST = env.text("SMTP_HOST")
    EMAIL_PORT = env.integer("SMTP_PORT", 25)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

if not SMS_GATEWAY_URL:
    SMS_FOLDER = VAR_DIR / "sms"
