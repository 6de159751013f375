"""What may come back in each cell of the matrix, by the table people read; and what did come back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.urls import reverse

from accounts.roles import Role
from tests.architecture.access_rows import PUPIL, READING_RESTRICTED, TEACHING, Again, Row, Scope
from tests.matrix import canaries
from tests.matrix.world import Asker, Side

THROUGH_CODES = {200, 201, 202, 204, 302, 303, 400, 409, 410, 422}


class Lock(Enum):
    BOTH = "both locks"
    PYTHON = "Python alone"
    DATABASE = "database alone"


class Answer(Enum):
    THROUGH = "through"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    SIGN_IN = "to the sign-in"
    FACTOR = "to the second factor"
    BROKEN = "something else"


class State(Enum):
    """How whoever asks stands."""

    NORMAL = "signed in"
    LAST_DAY = "membership ends today"
    EXPIRED = "membership ended yesterday"
    DISABLED = "account closed"
    SIGNED_OUT = "signed out"
    NO_FACTOR = "without the second factor"
    STALE = "second factor eleven minutes ago"


@dataclass(frozen=True)
class Case:
    """One cell of the matrix but for the lock: who, of which school, stands how, asks what about which object."""

    row: Row
    who: Asker
    state: State
    objects: str
    side: Side  # whose object is asked for

    @property
    def is_foreign(self) -> bool:
        return self.who.viewer.tag != self.side.tag

    def __str__(self) -> str:
        place = "next door" if self.is_foreign else "of ours"
        return f"{self.row.method} {self.row.name} · {self.who.label} {place} · {self.state.value} · {self.objects}"


# --- what the table says --------------------------------------------------------------------------
def expected(case: Case) -> set[Answer]:
    """What may come back, by the table."""
    row, state = case.row, case.state
    is_out = state in (State.SIGNED_OUT, State.DISABLED)
    if row.scope is Scope.PUBLIC:  # some of these pages lead to the sign-in themselves
        return {Answer.THROUGH, Answer.SIGN_IN} if is_out else {Answer.THROUGH}
    if is_out:
        return {Answer.SIGN_IN}
    if state is State.NO_FACTOR and not row.before_factor:
        return {Answer.FACTOR}
    answer = _by_right(case)
    if state is State.STALE and asks_again(case):
        return {Answer.FACTOR} if answer is Answer.THROUGH else {Answer.FACTOR, answer}
    if state is State.NO_FACTOR and row.again is Again.ALWAYS:
        return {Answer.FACTOR}
    return {answer}


def asks_again(case: Case) -> bool:
    if case.row.again is Again.CLOSED:
        return case.objects in ("restricted", "sealed", "working note")
    return case.row.again is Again.ALWAYS


def _by_right(case: Case) -> Answer:
    row, role = case.row, case.who.viewer.role
    if row.scope is Scope.SIGNED_IN:
        return Answer.THROUGH
    if row.scope is Scope.MINE:
        may = role in row.allow and case.state is not State.EXPIRED
        return Answer.THROUGH if may else Answer.FORBIDDEN
    if case.is_foreign or case.state is State.EXPIRED or case.objects in ("sealed", "about the asker"):
        return Answer.NOT_FOUND
    asked = canaries.OTHER if case.objects == "other class" else canaries.ASKED
    if PUPIL & set(row.args) and row.ties and asked not in case.who.viewer.reaches:
        return Answer.NOT_FOUND
    if case.objects in ("restricted", "working note"):
        return _closed_entry(case)
    return _of_table(row, row.allow, role)


def _of_table(row: Row, allow: set[Role] | frozenset[Role], role: Role) -> Answer:
    if role in allow:
        return Answer.THROUGH
    return Answer.FORBIDDEN if role in row.refuse else Answer.NOT_FOUND


def _closed_entry(case: Case) -> Answer:
    """Who reads it: as the table says. A restricted entry is a grey line to its pupil's other teachers."""
    row, role = case.row, case.who.viewer.role
    if case.objects == "working note":
        return _of_table(row, row.allow, role) if role is Role.COUNSELLOR else Answer.NOT_FOUND
    if role in READING_RESTRICTED:
        return _of_table(row, row.allow if row.restricted is None else row.restricted, role)
    knows = "session" in row.args and role in TEACHING
    return Answer.FORBIDDEN if knows else Answer.NOT_FOUND


# --- what came back -------------------------------------------------------------------------------
def answer_of(response: Any) -> Answer:
    code = response.status_code
    if code == 401:
        return Answer.SIGN_IN
    if code == 403:
        return Answer.FACTOR if _problem(response) == "second_factor_needed" else Answer.FORBIDDEN
    if code == 404:
        return Answer.NOT_FOUND
    location = response.get("Location", "") or response.get("HX-Redirect", "")
    if location.startswith(f"{reverse('account_login')}?next="):
        return Answer.SIGN_IN
    if location.startswith((f"{reverse('mfa_step_up')}?", f"{reverse('mfa_index')}?")):
        return Answer.FACTOR
    return Answer.THROUGH if code in THROUGH_CODES else Answer.BROKEN


def _problem(response: Any) -> str:
    """The code of an API's problem; "" for pages."""
    if not response.get("Content-Type", "").startswith("application/problem+json"):
        return ""
    return str(response.json().get("code", ""))
