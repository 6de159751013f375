"""One walk over the matrix with one set of locks: asks, undoes, compares, and looks for canaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from accounts.backends import NamePhoneOrEmailBackend
from accounts.models import User
from schools.models import Membership
from tests.matrix import canaries, locks
from tests.matrix.expect import Case, Lock, State, answer_of, expected
from tests.matrix.world import Asker, World

BACKEND = f"{NamePhoneOrEmailBackend.__module__}.{NamePhoneOrEmailBackend.__qualname__}"


def bytes_of(response: Any) -> bytes:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return bytes(content) + str(response.headers).encode()


@dataclass
class Tally:
    checks: int = 0
    surprises: list[str] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)  # 5xx with Python's lock away, by URL
    met: set[tuple[str, str]] = field(default_factory=set)  # (role, kind) of canaries met by whoever may

    @property
    def said(self) -> str:
        return "\n".join(self.surprises)


class Walk:
    """Asks with one set of locks in one world; every request is undone."""

    def __init__(self, world: World, lock: Lock) -> None:
        self.world, self.lock = world, lock
        self.tally = Tally()
        self._cookies: dict[tuple[int, State], str] = {}

    def over(self, cases: Iterable[Case]) -> Tally:
        """Cases of one person in one state come together: their state is made once for all of them."""
        with ExitStack() as stack:
            if self.lock is Lock.DATABASE:
                stack.enter_context(locks.database_only(self.world.school_ids))
            batch: list[Case] = []
            for case in cases:
                if batch and (batch[0].who, batch[0].state) != (case.who, case.state):
                    self._ask_all(batch)
                    batch = []
                batch.append(case)
            if batch:
                self._ask_all(batch)
        return self.tally

    def _ask_all(self, batch: list[Case]) -> None:
        who, state = batch[0].who, batch[0].state
        cookie = self._cookie(who, state)
        with _standing(who, state, self.lock):
            for case in batch:
                self._check(case, self.ask(case, cookie))

    def ask(self, case: Case, cookie: str) -> Any:
        row = case.row
        things = case.side.asked(case.objects, case.who.viewer.role)
        client = Client(raise_request_exception=False)
        if cookie:
            client.cookies = SimpleCookie({"sessionid": cookie})
        kwargs: dict[str, Any] = {"data": row.data}
        if row.json:
            kwargs["content_type"] = "application/json"
        with transaction.atomic():
            response = getattr(client, row.method.lower())(
                reverse(row.name, args=[things[arg] for arg in row.args]), **kwargs
            )
            transaction.set_rollback(True)
        cache.clear()
        return response

    def _cookie(self, who: Asker, state: State) -> str:
        if state is State.SIGNED_OUT and self.lock is not Lock.DATABASE:
            return ""
        key = (who.user.pk, state)
        if key not in self._cookies:
            client = Client()
            client.force_login(User.objects.get(pk=who.user.pk), backend=BACKEND)
            session = client.session
            if state is State.NO_FACTOR:
                session.pop(step_up.SESSION_KEY)
            elif state is State.STALE:
                long_ago = (timezone.now() - timedelta(minutes=11)).timestamp()
                session[step_up.SESSION_KEY] = session[step_up.SESSION_KEY] | {"at": long_ago}
            session.save()
            self._cookies[key] = client.cookies["sessionid"].value
        return self._cookies[key]

    def _check(self, case: Case, response: Any) -> None:
        self.tally.checks += 1
        if self.lock is Lock.DATABASE:
            if response.status_code >= 500:
                self.tally.broken[f"{case.row.method} {case.row.name}"] += 1
        else:
            wanted, found = expected(case), answer_of(response)
            if found not in wanted:
                said = " or ".join(sorted(one.value for one in wanted))
                self._surprise(case, f"{response.status_code} ({found.value}), the table says {said}")
        for tag, kind in canaries.found_in(bytes_of(response)):
            if self._forbidden(case, tag, kind):
                self._surprise(case, f"met {canaries.canary(tag, kind)} (answer {response.status_code})")
            elif tag == case.who.viewer.tag:
                self.tally.met.add((case.who.viewer.role.value, kind))

    def _forbidden(self, case: Case, tag: str, kind: str) -> bool:
        viewer = case.who.viewer
        if case.state is State.SIGNED_OUT and self.lock is not Lock.DATABASE:
            return True
        if case.state in (State.SIGNED_OUT, State.DISABLED, State.EXPIRED):
            return not (tag == viewer.tag and canaries.is_own(viewer, kind))
        if self.lock is Lock.DATABASE:
            return canaries.database_forbids(viewer, tag, kind)
        if not case.row.ties and (tag, kind[1:]) == (viewer.tag, "name"):
            return False  # break-glass says whose record it opens
        return not canaries.may_meet(viewer, tag, kind)

    def _surprise(self, case: Case, what: str) -> None:
        self.tally.surprises.append(f"[{self.lock.value}] {case}: {what}")


@contextmanager
def _standing(who: Asker, state: State, lock: Lock) -> Iterator[None]:
    """Whoever asks, brought into the state for a while."""
    change: Callable[[], Any] = {
        State.LAST_DAY: lambda: _end_membership(who, 0),
        State.EXPIRED: lambda: _end_membership(who, 1),
        State.DISABLED: lambda: User.objects.filter(pk=who.user.pk).update(is_active=False),
    }.get(state, lambda: None)
    with ExitStack() as stack:
        if state is State.SIGNED_OUT and lock is Lock.DATABASE:
            stack.enter_context(locks.nobodys_scope())
        stack.enter_context(transaction.atomic())
        change()
        yield
        transaction.set_rollback(True)


def _end_membership(who: Asker, days: int) -> None:
    Membership.objects.filter(user=who.user).update(ended_on=timezone.localdate() - timedelta(days=days))
