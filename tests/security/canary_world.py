"""A canary in every sensitive text of a child's file: where each is sown and which roles may meet it on a page.

A sensitive text field that is neither sown here nor explained in NOT_WORDS fails test_canaries.py.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from counselling.models import Concern, Session
from students.models import RosterImport, RosterRow, Student
from students.services import emergencies
from tests import factories

PREFIX = "Kanarie"
LEVELS = [level.value for level in Session.Sensitivity]
WORDS = ("line", "facts", "child_words", "action")
TEACHING = {
    Role.HOMEROOM_TEACHER,
    Role.PAIRED_TEACHER,
    Role.COUNSELLOR,
    Role.SAFEGUARDING_LEAD,
    Role.HEAD_TEACHER,
}
# Whoever used it, whoever judges it, and whoever reads restricted entries about the pupil.
READ_EMERGENCIES = {Role.HOMEROOM_TEACHER, Role.SAFEGUARDING_LEAD, Role.HEAD_TEACHER, Role.COUNSELLOR}
# Field → the part of the canary's name that it is sown under.
SOWN = {
    **{f"counselling.SessionText.{name}": name for name in (*WORDS, "reason")},
    "counselling.SessionText.sealed": "line",  # of a secret entry: the words are in there
    "counselling.FollowUp.note": "note",
    "counselling.FollowUp.sealed": "note",
    "counselling.Draft.sealed": "draft",
    "counselling.ConcernText.sealed": "concern",
    "counselling.ConcernDraft.sealed": "concerndraft",
    "dashboards.StatutoryReturn.content": "return",
    "dormitories.RuleReason.text": "why",
    "students.Student.identity_number": "identity",
    "students.Student.national_number": "national",
    "students.Student.ethnicity": "ethnicity",
    "students.EmergencyAccess.reason": "emergency",
    "students.EmergencyAccess.note": "verdict",
    "students.RosterImport.content": "file",
    "students.RosterRow.pupil": "row",
    "students.RosterRow.issues": "issue",
    "students.RosterRow.changes": "change",
}
NOT_WORDS = {
    "accounts.User.password": "a hash",
    "accounts.SheetCode.code_hash": "a hash",
    "accounts.KnownBrowser.token_hash": "a hash",
    "accounts.BrowserSession.session_key": "random",
    "accounts.BrowserSession.session_data": "searched for canaries itself",
    "core.AuditEvent.details": "searched for canaries itself",
    "dormitories.AllocationPlan.conflicts": "ids, codes and counts",
    "dormitories.PlannedPlace.reason": "a code",
    "core.Export.content": "searched for canaries itself",
}


def canary(part: str, level: str = "") -> str:
    return f"{PREFIX}{level.title()}{part.replace('_', '').title()}"


def _may() -> dict[str, set[Role]]:
    """Canary → the roles that may meet it on a page or in an API answer that carries no closed text."""
    allowed = {canary(part, level): set() for part in (*WORDS, "reason", "note") for level in LEVELS}
    for part in (*WORDS, "reason", "note"):
        allowed[canary(part, "school")] = set(TEACHING)
    allowed |= {
        canary("draft"): {Role.COUNSELLOR},  # its author, on the form
        canary("concern"): set(),
        canary("concerndraft"): {Role.HOMEROOM_TEACHER},  # its author, on the form
        canary("why"): {Role.SAFEGUARDING_LEAD, Role.SCHOOL_ADMIN},
        canary("return"): set(),  # a file of its own, with the second factor
        canary("identity"): {Role.SCHOOL_ADMIN},
        canary("national"): {Role.SCHOOL_ADMIN},
        canary("ethnicity"): set(),
        canary("emergency"): READ_EMERGENCIES,
        canary("verdict"): READ_EMERGENCIES,
        canary("file"): set(),
        canary("row"): set(),
        canary("issue"): {Role.SCHOOL_ADMIN},
        canary("change"): {Role.SCHOOL_ADMIN},
    }
    return allowed


MAY = _may()


class World:
    """One pupil with a full file, written through the pages where there is one."""

    def __init__(self, student: Student, people: dict[Role, User]) -> None:
        self.student, self.people = student, people
        self.now = timezone.now()
        self.sessions: dict[str, Session] = {}

    def client(self, role: Role) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(pk=self.people[role].pk))
        return client

    def sow(self) -> None:
        self._pupil()
        self._rule()
        self._return()
        for level in LEVELS:
            self._talk(level)
        self._drafts()
        self._concern()
        self._emergency()
        self._roster()

    def _pupil(self) -> None:
        self.student.identity_number = canary("identity")
        self.student.national_number = canary("national")
        self.student.ethnicity = canary("ethnicity")
        self.student.save()

    def _rule(self) -> None:
        owner = self.people[Role.SAFEGUARDING_LEAD]
        self.rule = factories.make_rule(
            self.student.school, "ground_floor", owner=owner, pupils=[self.student], reason=canary("why")
        )

    def _return(self) -> None:
        """Drawn up for the very officer who walks over the list of them."""
        factories.district.make_return(
            self.student.school.area,
            by=self.people[Role.STATISTICS_OFFICER],
            state="made",
            made_at=self.now,
            content=canary("return").encode(),
        )

    def form(self, **changes: Any) -> dict[str, Any]:
        happened_at = timezone.localtime(self.now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
        return {"client_id": str(uuid.uuid4()), "happened_at": happened_at} | changes

    def _talk(self, level: str) -> None:
        author = self.client(Role.COUNSELLOR)
        words = {name: canary(name, level) for name in WORDS}
        named = [str(self.people[Role.WARDEN].public_id)] if level == "sealed" else []
        note = {"follow_up": "1", "follow_up_note": canary("note", level)}
        form = self.form(**words, **note, sensitivity=level, mood="1", named=named)
        _sent(author.post(reverse("counselling:talk_new", args=[self.student.public_id]), form))
        session = self.sessions[level] = Session.objects.get(sensitivity=level)
        correction = {"line": canary("line", level) + "!", "reason": canary("reason", level)}
        _sent(author.post(reverse("counselling:talk_correct", args=[session.public_id]), correction))

    def _drafts(self) -> None:
        url = reverse("counselling:draft_save", args=[self.student.public_id])
        form = self.form(line=canary("draft"), sensitivity="sealed")
        _sent(self.client(Role.COUNSELLOR).post(url, form))
        url = reverse("counselling:concern_draft_save")
        _sent(self.client(Role.HOMEROOM_TEACHER).post(url, self.form(facts=canary("concerndraft"))))

    def _concern(self) -> None:
        form = self.form(
            student=str(self.student.public_id),
            category="changed",
            urgency="2",
            facts=canary("concern"),
            told_in_person="no",
        )
        _sent(self.client(Role.WARDEN).post(reverse("counselling:concern_new"), form))
        self.concern = Concern.objects.get()

    def _emergency(self) -> None:
        person, lead = self.people[Role.HOMEROOM_TEACHER], self.people[Role.SAFEGUARDING_LEAD]
        used = factories.make_emergency(
            self.student,
            person,
            opened_at=self.now - timedelta(hours=3),  # over: it opens nothing any more
            reason=canary("emergency") + " and nobody could reach her family.",
        )
        self.emergency = used
        emergencies.review(used=used, verdict="unjustified", note=canary("verdict"), by=lead, now=self.now)

    def _roster(self) -> None:
        admin = self.people[Role.SCHOOL_ADMIN]
        waiting = RosterImport.State.UPLOADED
        factories.make_roster(self.student.school, by=admin, state=waiting, content=canary("file").encode())
        roster = factories.make_roster(self.student.school, by=admin)
        row = RosterRow.objects.get(roster=roster)
        row.pupil = row.pupil | {"values": row.pupil["values"] | {"address": canary("row")}}
        row.issues = [row.issues[0] | {"params": {"value": canary("issue"), "identity": "女"}}]
        row.changes = [{"key": "address", "old": canary("change"), "new": "x", "person": ""}]
        row.save()
        self.roster = roster


def _sent(response: Any) -> None:
    assert response.status_code in {204, 302}, response.content.decode()
