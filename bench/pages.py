"""What the server needs for the pages a school opens most, in process: no network, no web server."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bench import people
from counselling.models import Session

REPEATS = 40


def report() -> None:
    """Print a table: page, median and p95 in milliseconds, queries, bytes before compression."""
    print("| page | as | p50 ms | p95 ms | queries | KB |\n|---|---|---:|---:|---:|---:|")
    for name, who, ask in acts():
        ask()
        asked: list[str] = []
        with connection.execute_wrapper(_noting(asked)):
            answer = ask()
        taken = sorted(time_of(ask) for _ in range(REPEATS))
        p95 = taken[int(len(taken) * 0.95) - 1]
        size = len(answer.content) / 1000
        print(f"| {name} | {who} | {statistics.median(taken):.1f} | {p95:.1f} | {len(asked)} | {size:.1f} |")


def _noting(asked: list[str]) -> Callable[..., object]:
    """Django forgets its own list of queries at the start of each request."""

    def note(execute: Callable[..., object], sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)

    return note


def time_of(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1000


def acts() -> Iterator[tuple[str, str, Callable[[], object]]]:
    busiest = Session.objects.filter(author__username="teacher").latest("pk").student
    child = reverse("students:detail", args=[busiest.public_id])
    form = reverse("counselling:talk_new", args=[busiest.public_id])
    for who in ("teacher", "counsellor"):
        client = people.signed_in(User.objects.get(username=who))
        pages = {
            "Today": "/",
            "Children": reverse("students:list"),
            "child page": child,
            "quick log, opened": form,
            "longest without a talk": reverse("counselling:quiet"),
            "follow-ups": reverse("counselling:follow_ups"),
            "bell": reverse("reminders:bell"),
        }
        for name, url in pages.items():
            yield name, who, lambda url=url, client=client: client.get(url)
        yield "quick log, saved", who, lambda client=client: client.post(form, _talk())


def _talk() -> dict[str, str]:
    return {
        "client_id": str(uuid.uuid4()),
        "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "line": "Talked about the weekend.",
        "sensitivity": "school",
        "mood": "4",
        "follow_up": "3",
    }
