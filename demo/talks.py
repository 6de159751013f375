"""Talks with the children of one school and what was promised after them, close together and a year back.

Pure and seeded.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from demo import rows, stories
from demo.households import Child, NextId, SchoolFacts, seeded_uuid

WEEKS = 10
PAST_WEEKS = 58  # the oldest week that is counted looks thirty days back
_PAST = [28, 30, 24, 13, 5]  # how many children had 0, 1 … 4 talks in that year
_TIMES = [time(7, 40), time(9, 50), time(12, 20), time(12, 50), time(15, 30), time(16, 40), time(18, 30)]
_EVENING = [time(19, 20), time(20, 40), time(21, 10)]
_TOPIC_WEIGHTS = {
    "family": 16, "missing": 17, "study": 22, "friends": 14, "boarding": 10,
    "feelings": 9, "health": 8, "safety": 4, "joy": 14,
}  # fmt: skip
_MOODS = {"joy": [0, 1, 3, 9, 7], "study": [1, 5, 9, 8, 3], "safety": [2, 6, 7, 2, 1]}
_USUAL_MOODS = [2, 7, 9, 7, 3]
_RESTRICTED_CHANCE = {"feelings": 0.7, "safety": 0.7, "family": 0.4}
_SEALED_CHANCE = 0.2  # of what a counsellor or lead restricts
_KEPT = 4  # one promise of so many is kept some days late
_NOTE_CHANCE = 0.12  # of what else a counsellor writes: a working note


@dataclass
class Talks:
    """Fills `made` with the talks about `children`; `days` are the days on which the school was open."""

    school: SchoolFacts
    children: list[Child]
    days: list[date]
    now: datetime
    signing_in: set[int]
    rng: Random
    next_id: NextId
    made: rows.Rows
    # The year before the ten weeks: fewer talks, and nothing of it is left to do.
    is_past: bool = False
    _by_author: dict[int, list[tuple[rows.Session, str, Child]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _promised: set[int] = field(default_factory=set)

    def build(self) -> None:
        for child in self.children:
            often = _PAST if self.is_past else [22, 34, 24, 14, 6] if child.away else [34, 34, 20, 9, 3]
            for _ in range(self.rng.choices(range(5), often)[0]):
                self._talk(child)
        if self.is_past:
            return
        for author_id in sorted(self.signing_in & self._by_author.keys()):
            self._something_to_do(author_id)

    def _talk(self, child: Child) -> None:
        author_id, evening = self._author(child)
        happened_at = self._moment(evening)
        if happened_at is None:
            return
        topic = self.rng.choices(list(_TOPIC_WEIGHTS), list(_TOPIC_WEIGHTS.values()))[0]
        if topic == "boarding" and not child.boards:
            topic = "study"
        if topic == "missing" and not child.misses_somebody:
            topic = self.rng.choice(["family", "study", "joy"])
        mood = self.rng.choices(range(1, 6), _MOODS.get(topic, _USUAL_MOODS))[0]
        session = self._session(child, author_id, happened_at, topic, mood)
        self._text(session, child, topic)
        self._topics(session, topic)
        self._by_author[author_id].append((session, topic, child))
        if self.rng.random() < (0.5 if mood <= 2 else 0.22):
            self._promise(session, child, topic)

    def _author(self, child: Child) -> tuple[int, bool]:
        """Who talks: mostly the teacher of the class; the paired teacher; at night the warden."""
        dice = self.rng.random()
        if child.paired_with and dice < 0.65:
            return child.paired_with, False
        if child.boards and dice > 0.86:
            return self.rng.choice(self.school.warden_ids), True
        if dice > 0.74:
            return self.school.counsellor_id, False
        if dice > 0.70:
            return self.school.lead_id, False
        if dice > 0.68:
            return self.school.head_id, False
        return child.school_class.teacher_id, False

    def _moment(self, evening: bool) -> datetime | None:
        """A school day of the last weeks, the recent ones a little more often; never in the future."""
        if not self.days:
            return None
        day = self.days[int(len(self.days) * self.rng.random() ** 0.85)]
        clock = self.rng.choice(_EVENING if evening else _TIMES)
        moment = datetime.combine(day, clock, tzinfo=self.now.tzinfo) + timedelta(
            minutes=self.rng.randrange(25)
        )
        return moment if moment < self.now - timedelta(minutes=40) else None

    def _session(
        self, child: Child, author_id: int, happened_at: datetime, topic: str, mood: int
    ) -> rows.Session:
        delay = self.rng.choices([3, 9, 30, 240], [50, 30, 15, 5])[0]
        chance = _RESTRICTED_CHANCE.get(topic, 0.0)
        may_restrict = author_id in {self.school.counsellor_id, self.school.lead_id}
        restricted = mood <= 2 and self.rng.random() < (chance if may_restrict else chance / 3)
        level = "restricted" if restricted else "school"
        if may_restrict and restricted and self.rng.random() < _SEALED_CHANCE:
            level = "sealed"
        elif author_id == self.school.counsellor_id and not restricted and self.rng.random() < _NOTE_CHANCE:
            level = "process"
        session = rows.Session(
            id=self.next_id(rows.Session),
            public_id=seeded_uuid(self.rng, happened_at),
            school_id=self.school.id,
            student_id=child.id,
            author_id=author_id,
            client_id=seeded_uuid(self.rng, happened_at),
            happened_at=happened_at,
            recorded_at=min(self.now, happened_at + timedelta(minutes=delay + self.rng.randrange(4))),
            mood=mood if self.rng.random() < 0.93 else None,
            sensitivity=level,
        )
        self.made.add(session)
        if level == "sealed":
            self._name_readers(session)
        return session

    def _name_readers(self, session: rows.Session) -> None:
        """A sealed entry is for the counsellor and the lead; now and then the head teacher is told too."""
        named = {self.school.counsellor_id, self.school.lead_id} - {session.author_id}
        if self.rng.random() < 0.3:
            named.add(self.school.head_id)
        for user_id in sorted(named):
            self.made.add(
                rows.EntryGrant(
                    id=self.next_id(rows.EntryGrant),
                    school_id=self.school.id,
                    session_id=session.id,
                    student_id=session.student_id,
                    author_id=session.author_id,
                    level=session.sensitivity,
                    user_id=user_id,
                    granted_by_id=session.author_id,
                    granted_at=session.recorded_at,
                )
            )

    def _text(self, session: rows.Session, child: Child, topic: str) -> None:
        rng, words = self.rng, child.words
        deep = rng.random() < (0.12 if session.sensitivity == "school" else 0.45)

        def part(patterns: list[str], chance: float) -> str:
            return stories.part(rng, patterns, words) if deep and rng.random() < chance else ""

        self.made.add(
            rows.SessionText(
                id=self.next_id(rows.SessionText),
                school_id=self.school.id,
                session_id=session.id,
                student_id=session.student_id,
                level=session.sensitivity,
                number=1,
                line=stories.line(rng, topic, session.mood, words),
                facts=part(stories.FACTS, 0.8),
                child_words=part(stories.CHILD_WORDS, 0.6),
                action=part(stories.ACTIONS, 0.8),
                reason="",
                sealed=None,
                written_by_id=session.author_id,
                written_at=session.recorded_at,
            )
        )
        if rng.random() < 0.015:
            self._correction(session)

    def _correction(self, session: rows.Session) -> None:
        first = self.made.of(rows.SessionText)[-1]
        self.made.add(
            first._replace(
                id=self.next_id(rows.SessionText),
                number=2,
                line=first.line.rstrip("。") + "（已和家里核对过）。",
                reason="补充家里的情况",
                written_at=min(self.now, session.recorded_at + timedelta(hours=20)),
            )
        )

    def _topics(self, session: rows.Session, topic: str) -> None:
        chosen = {topic}
        if self.rng.random() < 0.25:
            chosen.add(self.rng.choice(list(_TOPIC_WEIGHTS)))
        for code in sorted(chosen):
            self.made.add(
                rows.SessionTopic(self.next_id(rows.SessionTopic), session.id, self.school.topics[code])
            )
        if topic == "friends" and self.rng.random() < 0.3:
            self._linked(session)

    def _linked(self, session: rows.Session) -> None:
        other = self.rng.choice(self.children)
        if other.id != session.student_id:
            role = self.rng.choice(["affected", "involved", "witness", "helped"])
            self.made.add(
                rows.LinkedPupil(
                    id=self.next_id(rows.LinkedPupil),
                    school_id=self.school.id,
                    session_id=session.id,
                    about_id=session.student_id,
                    author_id=session.author_id,
                    level=session.sensitivity,
                    student_id=other.id,
                    role=role,
                )
            )

    # --- promises ---------------------------------------------------------------------------------
    def _promise(self, session: rows.Session, child: Child, topic: str, due_on: date | None = None) -> None:
        """What becomes of it: most of what was due is done, a little is overdue; the rest lies ahead."""
        rng, today = self.rng, self.now.date()
        chosen = due_on is not None
        due_on = due_on or session.recorded_at.date() + timedelta(days=rng.choice([1, 3, 3, 7]))
        done_at = None
        forgotten = due_on > today - timedelta(days=14) and rng.random() < 0.1
        if not chosen and due_on <= today and not forgotten:
            done_at = datetime.combine(due_on, time(16, 30), tzinfo=self.now.tzinfo) + timedelta(
                minutes=rng.randrange(-400, 200)
            )
            late = timedelta(days=session.id % 7) if session.id % _KEPT == 0 else timedelta()
            done_at = max(min(done_at, self.now), session.recorded_at)
            done_at = done_at + late if done_at + late < self.now else done_at
        self._promised.add(session.id)
        self.made.add(
            rows.FollowUp(
                id=self.next_id(rows.FollowUp),
                public_id=seeded_uuid(rng, session.recorded_at),
                school_id=self.school.id,
                session_id=session.id,
                student_id=session.student_id,
                author_id=session.author_id,
                level=session.sensitivity,
                owner_id=session.author_id,
                due_on=due_on,
                note=stories.follow_up(rng, topic, child.words),
                sealed=None,
                created_at=session.recorded_at,
                done_at=done_at,
                done_by_id=session.author_id if done_at else None,
            )
        )

    def _something_to_do(self, author_id: int) -> None:
        """Whoever the demo signs in as finds two things overdue, one due today and two coming."""
        today = self.now.date()
        latest = sorted(self._by_author[author_id], key=lambda entry: entry[0].recorded_at, reverse=True)
        free = [entry for entry in latest if entry[0].id not in self._promised]
        for offset in (0, -2, 1, -5, 3):
            due_on = today + timedelta(days=offset)
            entry = next((found for found in free if found[0].recorded_at.date() < due_on), None)
            if entry is not None:
                free.remove(entry)
                session, topic, child = entry
                self._promise(session, child, topic, due_on=due_on)
