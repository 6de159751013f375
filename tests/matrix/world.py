"""Two schools, alike and full of canaries, with one person of each role, and each thing that a URL may name."""

from __future__ import annotations

import string
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import ROLES, Role
from counselling.models import ConcernDraft
from counselling.services import concern_words, drafts
from reminders.models import Reminder
from schools.models import Invitation
from students.models import GuardianLink, Person, RosterImport, RosterRow, Student
from students.services import finder
from tests import factories
from tests.architecture import world_objects
from tests.matrix.canaries import ASKED, OTHER, Viewer, canary, reach_of

OBJECTS = ("own class", "other class", "restricted", "sealed", "working note", "about the asker")


@dataclass
class Asker:
    user: User
    viewer: Viewer
    label: str


class Side:
    """One of the two schools."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._people = 0
        self.area = factories.make_area(level="province")
        self.school = factories.make_school(name=self.say("school"), area=self.area)
        self.classes = (factories.make_class(self.school), factories.make_class(self.school, 5, 9))
        self.pupils = {
            ASKED: self._pupil(ASKED, self.classes[0], "boarder"),
            OTHER: self._pupil(OTHER, self.classes[1], "day"),
        }
        self.people = {role: self._person(role) for role in Role}
        self.colleagues = self._colleagues()
        self.named = factories.make_user(f"{tag}_named")
        self.objects = {"own class": self._objects()}
        self._sow()

    def say(self, kind: str, more: str = "") -> str:
        return canary(self.tag, kind) + more

    # --- people ---------------------------------------------------------------------------------
    def _user(self) -> tuple[User, str]:
        number, self._people = self._people, self._people + 1
        letters = string.ascii_lowercase[number // 26] + string.ascii_lowercase[number % 26]
        user = factories.make_user(
            self.say(f"staff{letters}"),
            name=self.say(f"staff{letters}"),
            phone=self.say(f"phone{letters}"),
            email=f"{self.say(f'mail{letters}')}@school.test",
        )
        return user, letters

    def _person(self, role: Role) -> Asker:
        user, letters = self._user()
        scopes = {"area": self.area, "school": self.school, "school_class": self.classes[0]}
        scope = ROLES[role].scope
        factories.make_membership(user, role, **{scope: scopes[scope]})
        if role is Role.PAIRED_TEACHER:
            factories.make_pairing(self.pupils[ASKED], user)
        return Asker(user, Viewer(self.tag, role, letters, reach_of(role)), role.value)

    def _colleagues(self) -> list[Asker]:
        """Of the school and without a tie to the asked pupil."""
        (teacher, letters), (unpaired, more) = self._user(), self._user()
        factories.make_membership(teacher, Role.HOMEROOM_TEACHER, school_class=self.classes[1])
        factories.make_membership(unpaired, Role.PAIRED_TEACHER, school=self.school)
        other = Viewer(self.tag, Role.HOMEROOM_TEACHER, letters, frozenset({OTHER}))
        nobody = Viewer(self.tag, Role.PAIRED_TEACHER, more)
        return [
            Asker(teacher, other, "homeroom_teacher of another class"),
            Asker(unpaired, nobody, "paired_teacher of nobody"),
        ]

    # --- pupils ---------------------------------------------------------------------------------
    def _pupil(self, which: str, school_class: Any, boarding: str) -> Student:
        name, home, contact = (self.say(which + kind) for kind in ("name", "home", "contact"))
        identity = self.say(which + "identity")
        student = factories.make_student(
            school_class,
            name,
            former_name=name + "1",
            pinyin=name.lower(),
            school_number=name + "2",
            identity_number=identity,
            national_number=identity,
            ethnicity=self.say(which + "ethnicity"),
            phone=contact,
            address=home,
            boarding=boarding,
        )
        adult = Person.objects.create(
            school=self.school,
            name=contact,
            phone=contact,
            email=f"{contact}@home.test",
            address=home,
            employer=home,
        )
        GuardianLink.objects.create(school=self.school, student=student, person=adult, relation="mother")
        factories.make_number(adult, contact, label=contact)
        factories.make_episode(adult, place=home)
        finder.refresh_keys([student.pk])
        return student

    # --- what URLs name -------------------------------------------------------------------------
    def _objects(self) -> dict[str, Any]:
        of_school = {"reminder", "invited", "export", "why", "return"}
        return world_objects.make(
            school=self.school,
            school_class=self.classes[0],
            student=self.pupils[ASKED],
            staff={role: person.user for role, person in self.people.items()},
            prefix=f"{self.tag}_",
            say=lambda kind, _plain: self.say(kind if kind in of_school else ASKED + kind),
        )

    def asked(self, which: str, role: Role) -> dict[str, Any]:
        """The things a URL names, in one of OBJECTS."""
        if which == "about the asker":
            return self.objects["own class"] | {"concern": self.accusations[role]}
        return self.objects["own class"] | self.objects[which]

    def _sow(self) -> None:
        author = User.objects.get(username=f"{self.tag}_somebody_else")
        say = self.say
        self.objects["other class"] = world_objects.of_pupil(
            self.pupils[OTHER], author, say=lambda kind, _plain: say(OTHER + kind)
        )
        self.objects["restricted"] = self._entry(author, "restricted", named=[self.named])
        self.objects["restricted"]["user"] = self.named.public_id
        self.objects["sealed"] = self._entry(author, "sealed", named=[self.named])
        self.objects["working note"] = self._entry(author, "process")
        self.accusations = {role: self._accusation(author, role) for role in Role}
        self._drafts(author)
        self._paper(author)

    def _entry(self, author: User, level: str, named: Any = ()) -> dict[str, Any]:
        text = self.say(ASKED + level)
        others = dict.fromkeys(("facts", "child_words", "action", "reason"), text)
        session = factories.make_session(
            self.pupils[ASKED], author, line=text, words=others, sensitivity=level, named=named
        )
        follow_up = factories.make_follow_up(session, owner=author, note=text)
        return {"session": session.public_id, "follow_up": follow_up.public_id}

    def _accusation(self, author: User, role: Role) -> uuid.UUID:
        concern = factories.make_concern(
            self.pupils[ASKED],
            author,
            facts=self.say(ASKED + "accused"),
            about_staff=self.people[role].user,
        )
        factories.make_concern_reader(concern, self.named)
        return concern.public_id

    def _drafts(self, author: User) -> None:
        now = timezone.now()
        fields = {"line": [self.say(ASKED + "draft")]}
        drafts.save_draft(
            student=self.pupils[ASKED], client_id=uuid.uuid4(), fields=fields, by=author, now=now
        )
        number = uuid.uuid4()
        sealed = concern_words.seal_draft(self.school, number, {"facts": [self.say("concerndraft")]})
        ConcernDraft.objects.create(
            school=self.school, author=author, client_id=number, sealed=sealed, changed_at=now
        )

    def _paper(self, author: User) -> None:
        """Invitations, rosters, exports, reminders, a judged use of break-glass: their texts."""
        say, now = self.say, timezone.now()
        Invitation.objects.filter(school=self.school).update(
            email=f"{say('invited')}@school.test", expires_at=now + timedelta(days=3)
        )
        invited = Invitation.objects.get(school=self.school)
        invited.phone = say("invited")
        invited.save()
        Reminder.objects.filter(school=self.school).update(url_path=f"/{say('reminder')}/")
        self._rosters()
        outsider = factories.make_outsider(
            self.school,
            phone=say(ASKED + "contact"),
            email=f"{say(ASKED + 'contact')}@home.test",
        )
        factories.make_reminder(
            self.school, None, outsider=outsider, channel="sms", category="call_day", url_path="/"
        )
        factories.make_emergency(
            self.pupils[ASKED],
            author,
            opened_at=now - timedelta(hours=3),
            reason=say(ASKED + "emergency", " and nobody could reach the family."),
            note=say(ASKED + "emergency"),
            verdict="unjustified",
            reviewed_at=now,
            reviewed_by=self.people[Role.SAFEGUARDING_LEAD].user,
        )

    def _rosters(self) -> None:
        text, admin = self.say("roster"), self.people[Role.SCHOOL_ADMIN].user
        ready = RosterImport.objects.get(school=self.school)
        named = self.say("filename")
        ready.file_name = f"{named}.xlsx"
        ready.table = ready.table | {"sheet": text}
        ready.save()
        row = RosterRow.objects.get(roster=ready)
        row.name = text
        row.pupil = row.pupil | {"values": row.pupil["values"] | {"name": text, "address": text}}
        row.issues = [row.issues[0] | {"params": {"value": text, "identity": "女"}}]
        row.changes = [{"key": "address", "old": text, "new": "x", "person": ""}]
        row.save()
        waiting = RosterImport.State.UPLOADED
        content = self.say("rosterfile").encode()
        factories.make_roster(
            self.school,
            by=admin,
            state=waiting,
            content=content,
            error={"code": "x", "params": {"value": named}},
        )


@dataclass
class World:
    a: Side
    b: Side

    @property
    def school_ids(self) -> list[int]:
        return [self.a.school.pk, self.b.school.pk]


def make() -> World:
    return World(Side("A"), Side("B"))
