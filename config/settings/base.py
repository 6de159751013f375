"""Settings every environment shares. What differs is in local, test and production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF

from config import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR_DIR = Path(env.text("KITELINE_VAR", str(BASE_DIR / "var")))

DEBUG = False
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "core",
    "accounts",
    "schools",
    "reminders",
    "students",
    "counselling",
    "dormitories",
    "calls",
    "dashboards",
]

MIDDLEWARE = [
    "core.middleware.HeadersMiddleware",
    "core.request_id.RequestIdMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.ApiOverTlsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.session_middleware.SessionClockMiddleware",
    "core.limits_web.LimitsMiddleware",
    "accounts.session_middleware.SignInGuardMiddleware",
    "core.tenancy_web.TenancyMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.second_factor.gate.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.htmx.ToastMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.shell.shell",
            ],
        },
    },
]

# --- district pages and statistics (dashboards) ----------------------------------------------------
DISTRICT_DATABASE = "district"  # the connection that signs in as kl_district
# Fewer contributors than this are hidden; others are rounded to a multiple of the base, which divides it.
STATISTICS_THRESHOLD = env.integer("STATISTICS_THRESHOLD", 10)
STATISTICS_BASE = env.integer("STATISTICS_BASE", 5)

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NamePhoneOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.password_words.WordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.InvitedOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}  # the backend also takes a phone number as a user name
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.PasswordResetForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "user_token": "accounts.forms.ResetLinkForm",
    "change_password": "accounts.forms.PasswordChangeForm",
}
ACCOUNT_RATE_LIMITS = False  # counted by core.limits: atomic, and outside the request's transaction
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
# Everybody who works here proves a second factor: an app's code, a passkey, or a code of a printed sheet.
SECOND_FACTOR_REQUIRED = env.boolean("SECOND_FACTOR_REQUIRED", True)
SHOW_DEMO_CODES = False  # settings.local alone turns it on, for the invented people of the demo
MFA_ADAPTER = "accounts.second_factor.adapter.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TRUST_ENABLED = False  # a staff-room computer is everybody's
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute wrong
SHEET_HASHER = "django.contrib.auth.hashers.ScryptPasswordHasher"
# Reading what hurts most asks for the second factor again when it was proven longer ago than this.
STEP_UP_SECONDS = 10 * 60

# A staff-room computer is shared: the session ends with the browser, when nobody did anything for twenty
# minutes, and after eight hours.
SESSION_ENGINE = "accounts.sessions"
SESSION_IDLE_SECONDS = env.integer("SESSION_IDLE_SECONDS", 20 * 60)
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# Not in a cookie: "Saved: talk with …" would rest on the device.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- language and time ------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "Asia/Shanghai")

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(VAR_DIR / "staticfiles")))
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
MEDIA_ROOT = VAR_DIR / "media"  # never served by URL: a view checks the right and streams the file
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True  # pages only ever name the hashed ones
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site has a use for them
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
ROSTER_MAX_BYTES = env.integer("ROSTER_MAX_BYTES", 10 * 1024 * 1024)
ROSTER_MAX_ROWS = env.integer("ROSTER_MAX_ROWS", 50_000)
UPLOAD_MAX_BYTES = ROSTER_MAX_BYTES  # of a larger file nothing is kept in memory or on disk
FILE_UPLOAD_HANDLERS = ["core.uploads.BoundedUploadHandler"]

# --- secret keys (core.keys), outside the database; each environment says where ---------------------
KEYRING_FILE: Path
# Hourly signed roots of the audit trail (core.audit_roots): in production on another machine's volume.
AUDIT_ROOTS_FILE = Path(env.text("AUDIT_ROOTS_FILE", str(VAR_DIR / "audit" / "roots.jsonl")))
SCHOOL_KEYS_DIR = Path(env.text("SCHOOL_KEYS_DIR", str(VAR_DIR / "keys" / "schools")))
BACKUP_DIR = Path(env.text("BACKUP_DIR", str(VAR_DIR / "backups")))
POSTGRES_PROGRAMS: str | Path = env.text("PG_BIN", "")  # where pg_dump and pg_restore are, if not in PATH

# --- the web: core.middleware adds what isn't a setting ------------------------------------------
X_FRAME_OPTIONS = "DENY"
# The container's own health check has no TLS; a program in clear is refused by ApiOverTlsMiddleware.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^api/"]
SECURE_REFERRER_POLICY = "same-origin"  # our own pages need it: SignInMiddleware, CSRF
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [NONCE],  # each <script> bears the nonce of its page
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "require-trusted-types-for": ["'script'"],  # static/src/js/trusted.js
        "trusted-types": ["default"],
        "report-uri": "/csp-report/",
    },
}

# --- API --------------------------------------------------------------------------------------
API_TOKEN_DAYS = env.integer("API_TOKEN_DAYS", 180)
REST_FRAMEWORK = {
    # Tokens first: the first names the scheme of a 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.HashedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsers.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.PersonThrottle"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would describe the inside; the schema does it better
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
# Requests a second (s), minute (m) or hour (h). A whole school may come from one address.
API_RATES = {
    "person": env.text("API_RATE_PERSON", "240/m"),
    "address": env.text("API_RATE_ADDRESS", "2400/m"),
}
# The same for pages: by person once signed in, by address before; and for single forms besides (POST only).
WEB_RATES = {
    "person": env.text("WEB_RATE_PERSON", "600/m"),
    "address": env.text("WEB_RATE_ADDRESS", "1200/m"),
}
PAGE_RATES = {
    "account_reset_password": {"address": "20/m", "email": "5/m"},
    "account_reset_password_from_key": {"address": "60/m"},
    "account_change_password": {"person": "5/m"},
    "accounts:issue_token": {"person": "5/m"},
    "schools:join": {"address": "60/m"},
    "calls:answer": {"address": "120/m"},
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Kiteline",
    "DESCRIPTION": "What your pages show, for programs in your name. See docs/how-to/use-the-api.md.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "CallStateEnum": "calls.models.Call.State",
        "RotaStateEnum": "calls.models.Rota.State",
        "AnswerEnum": "students.models.GuardianLink.Answer",
        "AwayReasonEnum": "students.models.MigrationEpisode.Reason",
        "FollowUpStateEnum": "counselling.serializers.STATES",
        "CareReasonEnum": "students.models.CareArrangement.Reason",
        "LeaveKindEnum": "dormitories.models.Leave.Kind",
        "LeaveReasonEnum": "dormitories.models.Leave.Reason",
        "LeaveStateEnum": "dormitories.models.Leave.State",
        "RollKindEnum": "dormitories.models.RollCall.Kind",
    },
    "GET_LIB_DOC_EXCLUDES": "core.api.schema.inner_classes",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.document_problems",
    ],
}

# --- background work: the database plans, the broker only wakes -----------------------------------
CELERY_BROKER_URL = env.text("BROKER_URL", "") or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT = "config.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "processed_folder": str(VAR_DIR / "broker" / "claimed"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
    }
elif CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = not CELERY_BROKER_URL.startswith("filesystem://")  # health checks ask
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-rosters": {"task": "students.tasks.sweep_rosters", "schedule": 5 * 60.0},
    "sweep-plans": {"task": "dormitories.tasks.sweep_plans", "schedule": 5 * 60.0},
    "sweep-rotas": {"task": "calls.tasks.sweep_rotas", "schedule": 5 * 60.0},
    # A poke that nobody took in time is worth nothing: the next one does the same.
    "sweep-reminders": {
        "task": "reminders.tasks.sweep",
        "schedule": env.integer("SWEEP_SECONDS", 30),
        "options": {"expires": 30},
    },
    # The hour before a call must not pass between two of these.
    "plan-call-messages": {"task": "calls.tasks.plan_messages", "schedule": 5 * 60.0},
    "reroute-concerns": {"task": "counselling.tasks.reroute_concerns", "schedule": 60 * 60.0},
    "sweep-exports": {"task": "core.tasks.sweep_exports", "schedule": 60 * 60.0},
    # Monday, before school: last week's unusual reads.
    "tell-of-unusual-reads": {
        "task": "students.tasks.tell_of_unusual_reads",
        "schedule": crontab(minute=0, hour=6, day_of_week="monday"),
    },
    # The district's counts: schools that changed; and what was asked for and never done, files that are over.
    "build-counts": {
        "task": "dashboards.tasks.build_counts",
        "schedule": 15 * 60.0,
        "options": {"expires": 15 * 60},
    },
    "check-counts": {"task": "dashboards.tasks.check_counts", "schedule": crontab(minute=30, hour=3)},
    "sweep-district": {"task": "dashboards.tasks.sweep", "schedule": 10 * 60.0},
    "sign-audit-root": {"task": "core.tasks.sign_audit_root", "schedule": 60 * 60.0},
    "end-access-of-leavers": {"task": "schools.tasks.end_access_of_leavers", "schedule": 5 * 60.0},
    "sweep-sessions": {"task": "accounts.tasks.sweep_sessions", "schedule": 10 * 60.0},
    # A poke that nobody took in time is worth nothing: the next one does the same.
    "watch-boarders": {
        "task": "dormitories.tasks.watch_boarders",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "refresh-found-beds": {
        "task": "dormitories.tasks.refresh_found_beds",
        "schedule": crontab(minute=10, hour=0),
    },
    "remove-old-drafts": {"task": "counselling.tasks.remove_old_drafts", "schedule": 24 * 60 * 60.0},
}

# Nothing about a person is kept in it; tries and requests are counted by core.limits.
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- mail -------------------------------------------------------------------------------------
SITE_URL = env.text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Kiteline <no-reply@kiteline.invalid>")
EMAIL_BACKEND = "reminders.smtp.Backend"  # tells "not taken" from "perhaps taken"
EMAIL_TIMEOUT = 20
# Text messages to parents: a generic HTTPS gateway (reminders.gateway); none, no text messages.
SMS_GATEWAY_URL = env.text("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN", "")
SMS_GATEWAY_CA = env.text("SMS_GATEWAY_CA", "")  # a file, where the gateway's certificate is of one's own
SMS_SENDER = env.text("SMS_SENDER", "Kiteline")
SMS_TIMEOUT = 10
SMS_FOLDER: Path | None = None
# How long a sweep may keep a message to itself: longer than any sending (EMAIL_TIMEOUT bounds each step).
REMINDER_LEASE_SECONDS = env.integer("REMINDER_LEASE_SECONDS", 180)
QUIET_HOURS = (
    env.text("QUIET_FROM", "22:00"),
    env.text("QUIET_UNTIL", "06:30"),
)  # ui.md: no notices at night
# A report that nobody has acknowledged rings again after so many hours (domain.md §8.2: head at 4 h).
CONCERN_REMIND_HOURS = (1, 4, 24)
# A roll with a gap: whoever is on duty, then the head. Somebody not back from leave: duty and class, then
# the head.
ROLL_GAP_MINUTES = (10, 30)
LEAVE_LATE_MINUTES = (30, 120)
# When boarders stand for the roll; no call home is planned then.
ROLL_TIMES = {
    "morning": (env.text("ROLL_MORNING_FROM", "06:20"), env.text("ROLL_MORNING_UNTIL", "06:40")),
    "evening": (env.text("ROLL_EVENING_FROM", "21:20"), env.text("ROLL_EVENING_UNTIL", "21:50")),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "core.logs.QuietFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
