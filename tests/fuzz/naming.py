"""Ids of things that exist, put into generated requests, so that they get past the 404."""

from __future__ import annotations

import random
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tests import factories
from tests.architecture.access_matrix import TEACHING
from tests.matrix.canaries import ASKED
from tests.matrix.world import OBJECTS, Side, World

ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What an id in a path or a body names: the world's name for it (tests/architecture/world_objects.py).
IN_PATH = {
    "schools": "school",
    "students": "student",
    "sessions": "session",
    "follow-ups": "follow_up",
    "buildings": "building",
    "bed-plans": "bed_plan",
    "leaves": "leave",
    "rolls": "roll",
    "rotas": "rota",
    "district": "release",
}
ELSEWHERE = {
    "student": "student",
    "class_id": "class",
    "topics": "topic",
    "named": "user",
    "bed": "bed",
    "person": "adult",
    "collector": "adult",
    "school": "school",
}


class Names:
    """The ids of both schools, by kind."""

    def __init__(self, world: World) -> None:
        self.of = {side.tag: ids_of(side) for side in (world.a, world.b)}
        self.codes = {side.tag: side.school.area.code for side in (world.a, world.b)}
        self.own = own_entries(world.a)
        for entries in self.own.values():
            for kind, more in entries.items():
                self.of["A"][kind] += more
        self.all = sorted({one for kinds in self.of.values() for ids in kinds.values() for one in ids})

    def foreign_to(self, tag: str) -> set[str]:
        return {one for ids in self.of["B" if tag == "A" else "A"].values() for one in ids}

    def put_into(self, case: Any, chance: random.Random, *, sender: int, body_too: bool) -> None:
        """Three in four are of the right kind, three in four of those of school A, or the sender's own."""
        if "{code}" in case.operation.path and chance.random() < 0.75:
            case.path_parameters["code"] = self.codes["A" if chance.random() < 0.75 else "B"]
        if "{public_id}" in case.operation.path and chance.random() < 0.75:
            kind = IN_PATH[case.operation.path.split("/")[3]]
            own = self.own.get(sender, {}).get(kind, [])
            is_own = own and chance.random() < 0.5
            case.path_parameters["public_id"] = chance.choice(own) if is_own else self._one(kind, chance)
        if not body_too:
            return
        for place in (case.query, case.body):
            if isinstance(place, dict):
                self._put_into(place, chance)
        if isinstance(case.query, dict) and chance.random() < 0.7:
            case.query.pop("cursor", None)  # a page that nobody was given
        if isinstance(case.body, dict) and chance.random() < 0.7:
            self._make_plausible(case.body, chance)

    def _put_into(self, place: dict[str, Any], chance: random.Random) -> None:
        for name, kind in ELSEWHERE.items():
            if name not in place or chance.random() < 0.25:
                continue
            if isinstance(place[name], list):
                place[name] = [self._one(kind, chance) for _one in place[name]]
            elif isinstance(place[name], str):
                place[name] = self._one(kind, chance)
        for linked in place.get("linked") or []:
            if isinstance(linked, dict) and "student" in linked:
                linked["student"] = self._one("student", chance)

    def _make_plausible(self, body: dict[str, Any], chance: random.Random) -> None:
        """As it might really be sent: of this week, and without what seldom goes together."""
        now = timezone.now()
        if "line" in body:
            body["line"] = "Talked about the way home."
        if "reason" in body and "leaves_at" not in body:  # there it is one of a list
            body["reason"] = "A slip of the pen."
        if "due_on" in body:
            body["due_on"] = (timezone.localdate(now) + timedelta(days=chance.randrange(1, 40))).isoformat()
        for name in ("facts", "child_words", "action", "follow_up_on", "follow_up_note"):
            body.pop(name, None)
        _time_it(body, now, chance)
        if "client_id" in body:
            body["client_id"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
            body["happened_at"] = (now - timedelta(minutes=chance.randrange(1, 3 * 24 * 60))).isoformat()
            closed = body.get("sensitivity") in ("restricted", "sealed")
            body["named"] = [self.of["A"]["user"][0]] if closed else []
            body["linked"], body["topics"] = [], self.of["A"]["topic"][:1]

    def _one(self, kind: str, chance: random.Random) -> str:
        return chance.choice(self.of["A" if chance.random() < 0.75 else "B"][kind])


def ids_of(side: Side) -> dict[str, list[str]]:
    """Kind → the ids of the side's things."""
    ids: dict[str, set[str]] = {}
    for which in OBJECTS:
        for kind, value in side.objects.get(which, {}).items():
            if ID.fullmatch(str(value).encode()):
                ids.setdefault(kind, set()).add(str(value))
    people = [*side.people.values(), *side.colleagues]
    more = {
        "student": [pupil.public_id for pupil in side.pupils.values()],
        "class": [one.public_id for one in side.classes],
        "concern": list(side.accusations.values()),
        "user": [one.user.public_id for one in people],
    }
    for kind, values in more.items():
        ids.setdefault(kind, set()).update(map(str, values))
    return {kind: sorted(values) for kind, values in ids.items()}


def own_entries(side: Side) -> dict[int, dict[str, list[str]]]:
    """Two talks of each of those who log, with a promise: only its author corrects one and takes it back.

    One is recorded a day ahead: the minute in which it can be taken back lasts as long as the run.
    """
    own: dict[int, dict[str, list[str]]] = {}
    text, now = side.say(f"{ASKED}words"), timezone.now()
    for role in sorted(TEACHING):
        user = side.people[role].user
        entries = own[user.pk] = {"session": [], "follow_up": []}
        for recorded_at in (now - timedelta(hours=1), now + timedelta(days=1)):
            session = factories.make_session(
                side.pupils[ASKED],
                user,
                line=text,
                happened_at=now - timedelta(hours=2),
                recorded_at=recorded_at,
            )
            promise = factories.make_follow_up(session, owner=user, note=text)
            entries["session"].append(str(session.public_id))
            entries["follow_up"].append(str(promise.public_id))
    return own


def _time_it(body: dict[str, Any], now: datetime, chance: random.Random) -> None:
    """Leaves to come, beds from today, a place on the roll, a contact a moment ago."""
    if "leaves_at" in body:
        leaves_at = now + timedelta(days=chance.randrange(2, 30))
        body["leaves_at"], body["due_back_at"] = (
            (leaves_at + timedelta(hours=hours)).isoformat() for hours in (0, 3)
        )
        body["collector_words"] = "The school bus"
        body.pop("collector", None)
    if "starts_on" in body:
        body["starts_on"] = timezone.localdate(now).isoformat()
    if "number" in body:
        body["number"], body["status"], body["note"] = 1, "present", ""
    if "at" in body:
        body["at"] = (now - timedelta(minutes=chance.randrange(1, 60))).isoformat()
