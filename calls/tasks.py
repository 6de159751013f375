"""Tasks about calls home: doors that take ids and call one service."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from celery import shared_task
from django.utils import timezone

from accounts.models import User
from calls.services import parents
from calls.services import rota as rota_services
from core import tenancy

logger = logging.getLogger(__name__)


@shared_task
@tenancy.program("calls.rotas")
def solve_rota(rota_id: int, **_future: Any) -> None:
    """Work out a week's calls and keep them as a preview."""
    try:
        with _in_the_name_of(rota_services.person_behind(rota_id=rota_id)):
            rota_services.solve_rota(rota_id=rota_id, on=timezone.localdate(), now=timezone.now())
    except Exception as error:  # whatever it was, the page must not wait for ever
        # The message of a database error quotes the row: only the kind of fault may reach a log.
        logger.error("rota %s: %s", rota_id, type(error).__name__)
        rota_services.fail_rota(rota_id=rota_id)


@shared_task
@tenancy.program("calls.rotas")
def sweep_rotas(**_future: Any) -> None:
    """Beat: wake rotas whose message was lost."""
    rota_services.sweep_rotas(now=timezone.now())


@shared_task
@tenancy.program("calls.messages")
def plan_messages(**_future: Any) -> None:
    """Beat: plan the messages to parents of the next day and a half."""
    parents.plan_messages(now=timezone.now())


def _in_the_name_of(user: User | None) -> AbstractContextManager[None]:
    """The work sees what the person sees who asked for it."""
    return tenancy.acting(user, "calls.rotas") if user else nullcontext()
