"""The Celery application. Tasks are doors: ids in, one service call, safe to run twice."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("kiteline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
