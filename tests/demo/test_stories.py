"""Names, words and numbers of the demo district: pure, seeded, and fit to be shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from counselling.models import Topic
from demo import names, places, rows, services, stories
from demo.households import ClassFacts, LastYear, SchoolFacts
from students import identity

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=ZoneInfo("Asia/Shanghai"))
CHILD = stories.Circumstances("她", "奶奶", "爸妈", "东莞")
LABELS = ["留守", "问题", "风险", "差生", "打骂"]


def make_children(seed: int, now: datetime = NOW) -> rows.Rows:
    plan = places.SIX_SCHOOLS[0]
    facts = SchoolFacts(
        id=1,
        public_id=UUID(int=1),
        plan=plan,
        classes=[
            ClassFacts(grade, grade, 1, 100 + grade, None if grade == 1 else 1_000 + grade)
            for grade in plan.grades
        ],
        paired_ids=[200, 201],
        counsellor_id=300,
        lead_id=301,
        head_id=302,
        warden_ids=[400, 401],
        topics={code: number for number, code in enumerate(stories.TOPICS)},
        pupils=180,
        year_starts_on=date(2026, 9, 1),
        made_at=now,
        admin_id=500,
        last_year=LastYear(date(2025, 9, 1), date(2026, 8, 31), date(2026, 7, 9)),
    )
    numbers: dict[type, count] = {}
    return services.children_of(
        facts,
        rng=Random(seed),
        next_id=lambda table: next(numbers.setdefault(table, count(1))),
        days=places.open_days(now.date(), 10),
        now=now,
        signing_in={103, 300},
    )


@pytest.fixture(scope="module")
def made() -> rows.Rows:
    return make_children(7)


def test_the_same_seed_makes_the_same_children_and_words(made):
    again = make_children(7)

    assert made.by_table == again.by_table
    assert make_children(8).by_table != again.by_table


@pytest.mark.parametrize("topic", list(stories.TOPICS))
@pytest.mark.parametrize("mood", [1, 3, 5])
def test_every_topic_and_mood_has_many_sentences_that_fit_the_field(topic: str, mood: int):
    rng = Random(1)

    lines = {stories.line(rng, topic, mood, CHILD) for _ in range(400)}

    assert len(lines) >= 40
    assert max(map(len, lines)) <= 300
    assert not [
        line for line in lines if any(sign in line for sign in "[]{}|") or "，，" in line or "。。" in line
    ]
    assert not [line for line in lines for label in LABELS if label in line]


def test_every_standard_topic_has_stories():
    assert set(stories.TOPICS) == set(stories.FOLLOW_UPS) == set(Topic.Code.values) - {Topic.Code.OWN}


def test_parts_of_an_entry_leave_no_gap():
    rng = Random(2)
    patterns = [*stories.FACTS, *stories.CHILD_WORDS, *stories.ACTIONS]

    texts = [stories.part(rng, [pattern], CHILD) for pattern in patterns for _ in range(20)]
    texts += [stories.follow_up(rng, topic, CHILD) for topic in stories.TOPICS for _ in range(20)]

    assert not [text for text in texts if any(sign in text for sign in "[]{}|")]


def test_names_are_of_two_to_four_characters_or_carry_a_dot():
    rng = Random(3)

    made = [
        names.full(rng, names.surname(rng), "child", sex) for sex in ("male", "female") for _ in range(500)
    ]
    clan = names.full(rng, names.clan(rng), "child", "female")

    assert {len(name) for name in made} <= {2, 3, 4}
    assert len(set(made)) > 600
    assert "·" in clan


def test_numbers_are_well_formed_unique_and_of_a_place_that_is_none(made):
    numbers = [student.identity_number for student in made.of(rows.Student) if student.identity_number]

    assert len(set(numbers)) == len(numbers)
    for student in made.of(rows.Student):
        if student.identity_number:
            parsed = identity.parse_identity(student.identity_number)
            assert isinstance(parsed, identity.Identity)
            assert (parsed.area, parsed.birth_on) == ("529998", student.born_on)
            assert parsed.is_male == (student.sex == "male")
    assert all(person.phone.startswith("154") for person in made.of(rows.Person) if person.phone)


def test_ages_fit_the_grades(made):
    grades = {stay.student_id: stay.school_class_id for stay in made.of(rows.Enrolment)}

    ages = {(2026 - student.born_on.year) - grades[student.id] for student in made.of(rows.Student)}

    assert ages <= {5, 6, 7, 8}


def test_no_talk_is_ahead_of_its_record_or_of_now_or_on_a_holiday(made):
    holidays = {day for day, kind, _ in places.special_days(date(2026, 9, 1)) if kind == "holiday"}

    for session in made.of(rows.Session):
        assert session.happened_at <= session.recorded_at <= NOW
        assert session.happened_at.date() not in holidays
    for promise in made.of(rows.FollowUp):
        assert promise.done_at is None or promise.created_at <= promise.done_at <= NOW


def test_whoever_signs_in_has_something_overdue_due_today_and_coming(made):
    today = NOW.date()

    for owner in (103, 300):
        due = [one.due_on for one in made.of(rows.FollowUp) if one.owner_id == owner and one.done_at is None]
        assert min(due) < today < max(due)
        assert today in due


def test_some_children_are_quiet(made):
    lately = NOW - timedelta(weeks=10)
    talked_with = {one.student_id for one in made.of(rows.Session) if one.happened_at > lately}

    assert 0.1 < 1 - len(talked_with) / len(made.of(rows.Student)) < 0.5


@pytest.mark.parametrize("day", [date(2026, 9, 1), date(2027, 2, 20), date(2027, 7, 25), date(2028, 11, 1)])
def test_there_is_something_to_show_on_any_day_of_the_year(day: date):
    now = datetime(day.year, day.month, day.day, 20, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

    assert len(places.open_days(day, 10)) >= places.FEWEST_DAYS
    assert make_children(7, now).of(rows.Session)


@pytest.mark.parametrize(
    ("day", "open_"),
    [("2026-10-05", False), ("2026-10-10", True), ("2026-11-21", False), ("2026-11-20", True)],
)
def test_holidays_and_make_up_days_count(day: str, open_: bool):
    special = {one: kind for one, kind, _ in places.special_days(date(2026, 9, 1))}

    assert places.lessons_on(date.fromisoformat(day), special) is open_


def test_a_large_county_has_more_schools_not_larger_ones():
    plans = places.schools_for(100_000)

    assert len(plans) > 100
    assert len({plan.code for plan in plans}) == len(plans)
    assert max(plan.share * 100_000 for plan in plans) < 1_000
    assert 0.98 < sum(plan.share for plan in plans) < 1.02
