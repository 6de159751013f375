"""What the audit costs: `python -m bench.audit [--pupils 3000]`, on a demo district in a database of its own.

The same save with the audit and without it, in turns, so that a busy machine spoils both. "Without" is a
table of events and nothing else: no triggers on rows, no hashes, no links.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

TURNS, SAVES = 8, 15


def report() -> None:
    """Print the cost of a save, of a bulk update, and the speed of verifying."""
    _report_saves()
    _report_bulk()
    _report_verifying()


def _report_saves() -> None:
    print("| quick log, saved | without ms | with ms | cost |\n|---|---:|---:|---:|")
    for name, save in _saves():
        save()
        taken: dict[bool, list[float]] = {True: [], False: []}
        for _ in range(TURNS):
            for audited in (True, False):
                with _audit(audited):
                    save()
                    taken[audited] += [_time(save) for _ in range(SAVES)]
        without, audited_ms = statistics.median(taken[False]), statistics.median(taken[True])
        print(f"| {name} | {without:.1f} | {audited_ms:.1f} | {audited_ms / without - 1:+.0%} |")


def _time(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _saves() -> Iterator[tuple[str, Callable[[], Any]]]:
    """The whole request in process, and the service alone, whose share is larger."""
    from accounts.models import User
    from core import tenancy
    from counselling.models import Session

    teacher = User.objects.get(username="teacher")
    student = Session.objects.filter(author=teacher).latest("pk").student
    yield "page", _by_page(teacher, student)
    with tenancy.acting(teacher, "bench"):
        yield "service alone", _by_service(teacher, student)


def _by_page(teacher: Any, student: Any) -> Callable[[], None]:
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    client = Client()
    client.force_login(teacher)
    url = reverse("counselling:talk_new", args=[student.public_id])

    def page() -> None:
        form = {
            "client_id": str(uuid.uuid4()),
            "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
            "line": "Talked about the weekend.",
            "sensitivity": "school",
            "mood": "4",
            "follow_up": "3",
        }
        answer = client.post(url, form)
        if answer.status_code != 302 or "log" in answer["Location"]:
            raise RuntimeError(f"not saved: {answer.status_code} {answer.headers.get('Location')}")

    return page


def _by_service(teacher: Any, student: Any) -> Callable[[], None]:
    from django.utils import timezone

    from counselling.models import Session
    from counselling.services import talks

    def service() -> None:
        now = timezone.now()
        talks.log_talk(
            student=student,
            client_id=uuid.uuid4(),
            words=talks.Words("Talked about the weekend."),
            details=talks.TalkDetails(happened_at=now, sensitivity=Session.Sensitivity.SCHOOL),
            by=teacher,
            now=now,
        )

    return service


@contextmanager
def _audit(on: bool) -> Iterator[None]:
    """As it is, or without what the database adds; by the owner, since the program can't."""
    if on:
        yield
        return
    _switch("DISABLE")
    try:
        yield
    finally:
        _switch("ENABLE")


def _switch(what: str) -> None:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE 'watch\\_%%' OR t.tgname IN ('stamp', 'link')",
            [],
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} {what} TRIGGER {trigger}")
        default = "DROP DEFAULT" if what == "ENABLE" else "SET DEFAULT {}"
        cursor.execute(f"ALTER TABLE core_auditevent ALTER batch {default.format(-1)}")
        cursor.execute(f"ALTER TABLE core_auditevent ALTER row_hash {default.format(chr(39) * 2)}")


def _report_bulk() -> None:
    from django.db import transaction
    from django.db.models import F, Value
    from django.db.models.functions import Concat

    from students.models import Student

    def rename() -> None:
        with transaction.atomic():
            Student.objects.update(address=Concat(F("address"), Value("x")))

    count = Student.objects.count()
    with _audit(False):
        without = _time(rename)
    audited = _time(rename)
    print(f"\none statement that changes {count:,} pupils: {without:.0f} ms without, {audited:.0f} ms with")


def _report_verifying() -> None:
    """Rows written without the audit would be called inserted: they're taken away first."""
    from django.db import connections

    from core import audit_chain

    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent NO FORCE ROW LEVEL SECURITY")
        cursor.execute("DELETE FROM core_auditevent WHERE batch = -1")
        cursor.execute("ALTER TABLE core_auditevent FORCE ROW LEVEL SECURITY")
    started, processor = time.perf_counter(), time.process_time()
    found = audit_chain.verify()
    seconds, own = time.perf_counter() - started, time.process_time() - processor
    print(
        f"\nverify: {found.rows:,} rows, {found.links:,} links in {seconds:.2f} s ({own:.2f} s of Python),"
        f" {found.rows / seconds:,.0f} rows a second; flaws: {[str(flaw) for flaw in found.flaws]}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.audit")
    parser.add_argument("--pupils", type=int, default=3_000)
    pupils = parser.parse_args().pupils
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ["TEST_DB"] = "bench_audit"
    from config import embedded

    if not os.environ.get("DATABASE_URL"):
        embedded.start_until_exit()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.test.utils import override_settings, setup_databases, teardown_databases
    from django.utils import timezone

    from core import tenancy
    from demo import services

    call_command("ensure_roles", verbosity=0)
    databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        with tenancy.program("bench"), override_settings(SECOND_FACTOR_REQUIRED=False):
            started = time.perf_counter()
            print(services.seed_district(pupils=pupils, seed=7, now=timezone.localtime()))
            print(f"demo district of {pupils:,}: {time.perf_counter() - started:.1f} s\n")
            services.analyse()
            report()
    finally:
        connections.close_all()
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
