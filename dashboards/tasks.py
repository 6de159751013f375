"""Tasks of the district: doors that take ids and call one service."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.utils import timezone

from core import tenancy
from dashboards.services import building, checking, releases, returns

logger = logging.getLogger(__name__)


@shared_task
@tenancy.program("dashboards.counts")
def build_counts(**_future: Any) -> int:
    """Beat: count the schools that changed."""
    return building.build_changed(now=timezone.now())


@shared_task
@tenancy.program("dashboards.check")
def check_counts(**_future: Any) -> bool:
    """Beat, at night: compare the counts with the schools' rows. Says whether all were right."""
    found = checking.check(now=timezone.now())
    if not found.is_right:
        logger.error("counts: %d schools, %d areas were wrong", found.wrong_schools, found.wrong_areas)
    return found.is_right


@shared_task
@tenancy.program("dashboards.release")
def release(release_id: int, **_future: Any) -> None:
    """Judge and, if it holds, publish what an officer asked for."""
    try:
        releases.carry_out(release_id=release_id, now=timezone.now())
    except Exception as error:  # whatever it was, the page must not wait for ever
        # The message may quote a count: only the kind of fault may reach a log.
        logger.error("release %s: %s", release_id, type(error).__name__)
        releases.fail(release_id=release_id, now=timezone.now())


@shared_task
@tenancy.program("dashboards.return")
def draw_up_return(return_id: int, **_future: Any) -> None:
    """Draw up a return that an officer asked for."""
    try:
        returns.draw_up(return_id=return_id, now=timezone.now())
    except Exception as error:
        logger.error("return %s: %s", return_id, type(error).__name__)
        returns.fail(return_id=return_id)


@shared_task
@tenancy.program("dashboards.sweep")
def sweep(**_future: Any) -> None:
    """Beat: what was asked for and never done, and files whose day is over."""
    now = timezone.now()
    releases.wake(now=now)
    returns.wake(now=now)
    returns.expire(now=now)
