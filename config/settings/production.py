"""Production: everything from the environment or secret files; nothing that works by default."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import env

from .base import *  # noqa: F403  (a settings module is the sum of its base)

SECRET_KEY = env.text("SECRET_KEY")
if len(SECRET_KEY) < 50 or "change-me" in SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY must be 50 random characters of your own: "
        'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
    )
KEYRING_FILE = Path(env.text("KEYRING_FILE"))  # a secret file; `manage.py preflight` opens it
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", "")
SITE_URL = env.text("SITE_URL").rstrip("/")

DATABASES = {"default": env.database(env.text("DATABASE_URL"))}
# Only the migration step gets the owner's address; web and workers must not have it.
if env.text("DATABASE_OWNER_URL", ""):
    DATABASES["owner"] = env.database(env.text("DATABASE_OWNER_URL"))
# The connection of the district pages: kl_district, which can read no row of a child (dashboards.reading).
if env.text("DATABASE_DISTRICT_URL", ""):
    DATABASES["district"] = env.database(env.text("DATABASE_DISTRICT_URL"))
# Only the backup gets these: who reads every row, and who makes a database to restore into.
DATABASE_BACKUP_URL = env.text("DATABASE_BACKUP_URL", "")
DATABASE_ADMIN_URL = env.text("DATABASE_ADMIN_URL", "")
for _alias in DATABASES.values():
    _alias["CONN_MAX_AGE"] = env.integer("CONN_MAX_AGE", 60)
    _alias["CONN_HEALTH_CHECKS"] = True

CELERY_BROKER_URL = env.text("BROKER_URL")
EMAIL_HOST = env.text("SMTP_HOST")
EMAIL_PORT = env.integer("SMTP_PORT", 587)
EMAIL_HOST_USER = env.text("SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("SMTP_STARTTLS", True)

_BEHIND_TLS = env.boolean("BEHIND_TLS", True)
SECURE_SSL_REDIRECT = _BEHIND_TLS
SESSION_COOKIE_SECURE = _BEHIND_TLS
CSRF_COOKIE_SECURE = _BEHIND_TLS
LANGUAGE_COOKIE_SECURE = _BEHIND_TLS
if _BEHIND_TLS:  # the prefix binds a cookie to this host and to TLS: no neighbour can plant one
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
LANGUAGE_COOKIE_SECURE = _BEHIND_TLS
if _BEHIND_TLS:  # the prefix binds a cookie to this host and to TLS: no neighbour can plant one
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
SECURE_HSTS_SECONDS = 31_536_000 if _BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _BEHIND_TLS
SECURE_HSTS_PRELOAD = _BEHIND_TLS
if env.boolean("TRUST_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Otherwise all people would share the proxy's address, and its count of wrong sign-ins.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("PROXY_COUNT", 1)
