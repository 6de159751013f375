"""One generated request after another: who sends it, and what its answer must be like."""

from __future__ import annotations

import copy
import math
import random
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core.cache import cache
from django.core.signals import got_request_exception, request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core import NOT_SET
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as openapi_checks

from accounts import services as account_services
from accounts.models import User
from tests.fuzz.naming import ID, Names
from tests.matrix import canaries
from tests.matrix.world import World

CHECKS = [
    not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
]
PLAIN = {"Accept-Encoding": "identity"}  # nobody unpacks gzip on the way back
EACH = 5  # so many people send each generated request, with ids of their own
MOST_CASES = 60  # of an operation in a round
REFUSALS = {400, 401, 403, 404, 406, 415}


@dataclass
class Sender:
    """Somebody with a token and a session, as requests carry them."""

    who: Any  # somebody of tests.matrix.world
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    def sign_in(self) -> None:
        """Anew before each round: what a request writes is undone, the clock of its session with it."""
        user = User.objects.get(pk=self.who.user.pk)
        token = account_services.issue_api_token(user=user, by=user, now=timezone.now())
        client, csrf = Client(), _get_new_csrf_string()
        client.force_login(user, backend="accounts.backends.NamePhoneOrEmailBackend")
        session = client.cookies["sessionid"].value
        self.cookies = {"session": {"sessionid": session, "csrftoken": csrf}}
        self.headers = {"token": {"Authorization": f"Token {token}"}, "session": {"X-CSRFToken": csrf}}


@dataclass
class Tally:
    requests: int = 0
    failed: int = 0
    failures: dict[str, str] = field(default_factory=dict)  # what failed → the first that did, in full
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # (operation, status)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)  # (operation, who)
    met: set[str] = field(default_factory=set)  # kinds of canaries met by whoever may

    def line(self) -> str:
        return f"fuzz: {self.requests:,} requests, {self.failed:,} failures"


class Fuzz:
    """All operations of the description, as everybody of one school and a stranger, in one world."""

    def __init__(self, world: World, *, first_seed: int) -> None:
        self.tally, self.app, self.names = Tally(), get_wsgi_application(), Names(world)
        self._foreign = {tag: self.names.foreign_to(tag) for tag in "AB"}
        self._seed, self._error = first_seed, ""
        stranger = next(person for person in world.b.people.values() if person.label == "counsellor")
        self.senders = [Sender(one) for one in (*world.a.people.values(), *world.a.colleagues, stranger)]
        schemathesis.openapi.format("uuid", st.sampled_from(self.names.all) | st.uuids().map(str))
        schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True), config=_config())
        self.operations = [one.ok() for one in schema.get_all_operations()]
        self._cases = {one.label: self._cases_of(one) for one in self.operations}

    def run(self, wanted: int, *, seconds: float) -> Iterator[Tally]:
        """So many requests, evenly over the operations, or as many as fit into the time."""
        ends = time.monotonic() + seconds
        while self.tally.requests < wanted and time.monotonic() < ends:
            missing = wanted - self.tally.requests
            cases = min(MOST_CASES, math.ceil(missing / len(self.operations) / EACH))
            for sender in self.senders:
                sender.sign_in()
            for operation in self.operations:
                self._round(operation, cases)
            yield self.tally

    def _round(self, operation: Any, cases: int) -> None:
        self._seed += 1

        @seed(self._seed)
        @settings(
            max_examples=cases,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self._cases[operation.label], chance=st.integers(0, 2**32))
        def send(case: Any, chance: int) -> None:
            self._send_as_some(case, random.Random(chance))

        send()

    def _cases_of(self, operation: Any) -> Any:
        """What fits the description, and what doesn't; a path that fits none leads nowhere and is left out."""
        good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        if not (operation.query or operation.body):
            return good
        known = {"public_id": self.names.all[0], "code": self.names.codes["A"]}
        real = {name: one for name, one in known.items() if f"{{{name}}}" in operation.path} or None
        return (
            good | good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE, path_parameters=real)
        )

    # --- one request ------------------------------------------------------------------------------
    def _send_as_some(self, case: Any, chance: random.Random) -> None:
        for sender in chance.sample(self.senders, EACH):
            fits = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
            own = _copy(case)
            self.names.put_into(own, chance, sender=sender.who.user.pk, body_too=fits)
            self._send(own, sender, chance.choices(("token", "session", "nobody"), (10, 10, 1))[0])

    def _send(self, case: Any, sender: Sender, way: str) -> None:
        headers = PLAIN | sender.headers.get(way, {})
        self._error = ""
        with self._in_the_tests_transaction():
            response = case.call(app=self.app, headers=headers, cookies=sender.cookies.get(way))
        cache.clear()
        self._judge(case, response, sender, way)

    @contextmanager
    def _in_the_tests_transaction(self) -> Iterator[None]:
        """Undone at the end; and the end of the request must not close the connection, as it else would."""

        def note(**_more: Any) -> None:
            self._error = traceback.format_exc()

        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        got_request_exception.connect(note, weak=False)
        try:
            with transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(note)
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)

    # --- its answer ---------------------------------------------------------------------------------
    def _judge(self, case: Any, response: Any, sender: Sender, way: str) -> None:
        label, viewer = case.operation.label, sender.who.viewer
        self.tally.requests += 1
        self.tally.answers[label, response.status_code] += 1
        self.tally.asked[label, sender.who.label] += 1
        problems = unlike_the_description(case, response)
        for tag, kind in canaries.found_in(response.content + str(response.headers).encode()):
            if way == "nobody" or not canaries.may_meet(viewer, tag, kind):
                problems.append(f"met {canaries.canary(tag, kind)}")
            else:
                self.tally.met.add(kind)
        if foreign := _ids_in(response.content) & self._foreign[viewer.tag] - _ids_in(_sent(case)):
            problems.append(f"met a foreign id: {foreign}")
        if way == "nobody" and response.status_code not in REFUSALS:
            problems.append(f"{response.status_code} without signing in")
        for problem in problems:
            self._note(problem, case, response, f"{sender.who.label} by {way}")

    def _note(self, problem: str, case: Any, response: Any, who: str) -> None:
        self.tally.failed += 1
        key = f"{case.operation.label} {response.status_code}: {problem.strip().splitlines()[0]}"
        text = (
            f"{key}\n  {who}, seed {self._seed}\n  {_sent(case)[:1500]!r}\n"
            f"  answered {response.content[:1000]!r}\n  {problem[:3000]}\n  {self._error[-3000:]}"
        )
        self.tally.failures.setdefault(key, text)


def unlike_the_description(case: Any, response: Any) -> list[str]:
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        return [f"{type(one).__name__}: {one}" for one in group.exceptions]
    return []


def _copy(case: Any) -> Any:
    parts = ("path_parameters", "headers", "cookies", "query", "body")
    copies = {
        name: copy.deepcopy(getattr(case, name)) for name in parts if getattr(case, name) is not NOT_SET
    }
    return case.operation.Case(method=case.method, media_type=case.media_type, **copies)


def _ids_in(content: bytes) -> set[str]:
    return {one.decode() for one in ID.findall(content.lower())}


def _sent(case: Any) -> bytes:
    body = "" if case.body is NOT_SET else case.body
    return f"{case.method} {case.formatted_path} {case.query!r} {body!r}".encode(errors="replace")


def _config() -> SchemathesisConfig:
    """Nothing looked for on disk; and who sends is ours to say, not generated."""
    config = SchemathesisConfig()
    config.projects.default.generation.with_security_parameters = False
    return config
