"""The local settings with a clock on every answer, the floor, and no limit on how often one person asks."""

from __future__ import annotations

from config.settings.local import *  # noqa: F403  (a settings module is the sum of its base)
from config.settings.local import BASE_DIR, MIDDLEWARE, TEMPLATES

ROOT_URLCONF = "bench.serving"
MIDDLEWARE = ["bench.serving.ClockMiddleware", *MIDDLEWARE]
TEMPLATES[0]["DIRS"].append(BASE_DIR / "bench" / "templates")  # type: ignore[attr-defined]
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
WEB_RATES = {"person": "1000000/m", "address": "1000000/m"}
CELERY_TASK_ALWAYS_EAGER = False
