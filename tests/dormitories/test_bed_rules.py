"""Rules for giving beds: what they say to whoever gives one, and who learns why they are there."""

from __future__ import annotations

import importlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse

from accounts.permissions import Perm
from accounts.roles import roles_with
from core import tenancy
from core.models import AuditEvent
from dormitories.models import Rule, RuleReason
from dormitories.services import rules, stays
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 22)
WHY = "One hurt the other in March."


@pytest.fixture
def room(school):
    return factories.make_room(factories.make_building(school), "302", beds=4, floor=3)


@pytest.fixture
def beds(room):
    return list(room.beds.order_by("pk"))


@pytest.fixture
def friend(school_class):
    return factories.make_student(school_class, "张雪", boarding="boarder")


@pytest.fixture
def apart(school, lead, student, friend):
    return factories.make_rule(school, "keep_apart", owner=lead, pupils=[student, friend], reason=WHY)


def give(student, bed, **more):
    return stays.give_bed(student=student, bed=bed, starts_on=DAY, by=None, now=NOW, **more)


# --- giving a bed against a rule ----------------------------------------------------------------
def test_keep_apart_is_said_and_not_why(student, friend, beds, apart):
    give(friend, beds[0])

    with pytest.raises(stays.AgainstRuleError) as said:
        give(student, beds[1])

    assert "Keep apart" in str(said.value)
    assert WHY not in str(said.value)
    assert give(student, beds[1], in_spite=True).bed == beds[1]


def test_a_rule_that_is_over_says_nothing(student, friend, beds, apart):
    Rule.objects.update(ends_on=DAY - timedelta(days=1))
    give(friend, beds[0])

    assert give(student, beds[1]).bed == beds[1]


@pytest.mark.parametrize(
    ("kind", "said"),
    [("ground_floor", "ground floor"), ("near_warden", "near the warden"), ("lower_bunk", "lower bunk")],
)
def test_where_a_child_sleeps_is_said(school, lead, student, beds, kind, said):
    factories.make_rule(school, kind, owner=lead, pupils=[student])

    with pytest.raises(stays.AgainstRuleError, match=said):
        give(student, beds[1])


def test_a_lower_bunk_on_the_ground_floor_near_the_warden_suits(school, lead, student):
    room = factories.make_room(factories.make_building(school), beds=1, floor=1, near_warden=True)
    for kind in ("ground_floor", "near_warden", "lower_bunk"):
        factories.make_rule(school, kind, owner=lead, pupils=[student])

    assert give(student, room.beds.get())


def test_a_pinned_child_stays_in_the_bed_of_the_rule(school, lead, student, beds):
    factories.make_rule(school, "pinned", owner=lead, pupils=[student], bed=beds[0])

    with pytest.raises(stays.AgainstRuleError, match="stays in the bed"):
        give(student, beds[1])
    assert give(student, beds[0])


def test_the_grades_of_a_room_are_minded(school, lead, student, beds, other_class):
    factories.make_rule(school, "grade_span", owner=lead, number=2)
    give(factories.make_student(other_class, "赵敏", boarding="boarder"), beds[0])  # grade 5, with grade 3

    with pytest.raises(stays.AgainstRuleError, match="More grades"):
        give(student, beds[1])


def test_the_band_of_a_room_is_minded(student, room, beds):
    type(room).objects.update(grade_from=5, grade_to=6)
    beds[0].refresh_from_db()

    with pytest.raises(stays.AgainstRuleError, match="grades 5 to 6"):
        give(student, beds[0])


def test_children_of_a_spread_are_counted(school, lead, student, friend, beds):
    factories.make_rule(school, "spread", owner=lead, pupils=[student, friend], number=1)
    give(friend, beds[0])

    with pytest.raises(stays.AgainstRuleError, match="spread"):
        give(student, beds[1])


def test_the_questions_asked_of_the_database_don_t_grow_with_the_rules(
    school, lead, student, friend, beds, django_assert_num_queries
):
    from dormitories.selectors import rule_checks

    with django_assert_num_queries(4):
        rule_checks.broken_by(student, beds[0], on=DAY)
    for kind in ("keep_apart", "keep_together", "siblings"):
        factories.make_rule(school, kind, owner=lead, pupils=[student, friend])
    with django_assert_num_queries(5):  # and the pupils of the rules, in one
        rule_checks.broken_by(student, beds[0], on=DAY)


# --- making one ---------------------------------------------------------------------------------
def add(school, lead, **more):
    wanted = {
        "kind": "keep_apart",
        "pupils": [],
        "owner": lead,
        "starts_on": DAY,
        "ends_on": DAY + timedelta(days=90),
        **more,
    }
    return rules.add_rule(school=school, by=lead, now=NOW, **wanted)


def test_a_rule_has_an_owner_an_end_and_a_reason_of_its_own(school, lead, student, friend):
    rule = add(school, lead, pupils=[student, friend], reason=WHY)

    assert (rule.owner, rule.reason.text) == (lead, WHY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM dormitories_rulereason")
        assert WHY.encode() not in bytes(cursor.fetchone()[0])
    assert WHY not in str(AuditEvent.objects.get(event="bed_rule.added").details)


def test_the_first_of_a_buddy_rule_is_the_newcomer(school, lead, student, friend):
    rule = add(school, lead, kind="buddy", pupils=[student, friend])

    assert [one.student for one in rule.pupils.filter(is_newcomer=True)] == [student]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pupils": []}, "at least 2"),
        ({"ends_on": DAY + timedelta(days=500)}, "within 400 days"),
        ({"ends_on": DAY - timedelta(days=1)}, "within 400 days"),
        ({"kind": "grade_span"}, "at most 0"),
        ({"kind": "spread"}, "Choose a number"),
        ({"kind": "keep_apart", "pupils": "twice"}, "twice"),
        ({"pupils": "both sexes"}, "Girls and boys"),
        ({"pupils": "foreign"}, "another school"),
        ({"owner": "stranger"}, "doesn't work"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(
    school, school_class, lead, student, friend, foreign_student, stranger, change, words
):
    boy = factories.make_student(school_class, "李强", sex="male")
    named = {
        "twice": [student, student],
        "both sexes": [student, boy],
        "foreign": [student, foreign_student],
    }
    given = {"pupils": [student, friend], **change}
    given["pupils"] = (
        named.get(given["pupils"], given["pupils"]) if isinstance(given["pupils"], str) else given["pupils"]
    )
    if "owner" in given:
        given["owner"] = stranger

    with pytest.raises(rules.RefusedError, match=words):
        add(school, lead, **given)


def test_a_rule_that_is_ended_holds_no_more_today(apart, lead):
    rules.end_rule(rule=apart, by=lead, on=DAY)

    assert not Rule.objects.active(DAY).exists()
    assert Rule.objects.active(DAY - timedelta(days=1)).exists()
    with pytest.raises(rules.RefusedError, match="over already"):
        rules.end_rule(rule=apart, by=lead, on=DAY)


# --- who learns why -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "code"),
    [("lead", 200), ("school_admin", 403), ("head_teacher", 403), ("warden", 404), ("homeroom_teacher", 404)],
)
def test_why_is_for_the_lead_and_never_for_whoever_gives_beds(request, client, apart, who, code):
    person = request.getfixturevalue(who)
    client.force_login(person)

    answer = client.get(reverse("dormitories:rule_why", args=[apart.public_id]))

    assert answer.status_code == code
    assert (WHY in answer.content.decode()) is (code == 200)
    assert AuditEvent.objects.filter(event="bed_rule.reason_read", actor_id=person.pk).exists() is (
        code == 200
    )


def test_the_owner_knows_why_and_may_end_it(client, school, homeroom_teacher, student, friend):
    rule = factories.make_rule(
        school, "keep_apart", owner=homeroom_teacher, pupils=[student, friend], reason=WHY
    )
    client.force_login(homeroom_teacher)

    assert WHY in client.get(reverse("dormitories:rule_why", args=[rule.public_id])).content.decode()
    assert client.post(reverse("dormitories:rule_end", args=[rule.public_id])).status_code == 302


def test_whoever_wrote_a_reason_down_for_another_may_read_it_again(
    client, school_admin, lead, school, student
):
    rule = factories.make_rule(
        school, "ground_floor", owner=lead, pupils=[student], reason=WHY, made_by=school_admin
    )
    client.force_login(school_admin)

    assert WHY in client.get(reverse("dormitories:rule_why", args=[rule.public_id])).content.decode()
    with tenancy.acting(school_admin, "test"):
        assert RuleReason.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "rows"), [("lead", 1), ("school_admin", 0), ("head_teacher", 0), ("warden", 0), ("stranger", 0)]
)
def test_the_database_gives_the_reason_to_nobody_else(request, apart, who, rows):
    """The second lock alone: any statement of the program's in this person's name."""
    person = request.getfixturevalue(who)

    with tenancy.acting(person, "test"):
        assert RuleReason.objects.count() == rows


def test_nobody_writes_a_reason_whom_the_database_doesn_t_let_read_it(apart, head_teacher):
    RuleReason.objects.all().delete()

    with (
        tenancy.acting(head_teacher, "test"),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        RuleReason.objects.create(
            school=apart.school, rule=apart, text="Mine", written_by=head_teacher, written_at=NOW
        )


def test_both_locks_name_the_same_roles():
    migration = importlib.import_module("dormitories.migrations.0001_places")
    named = migration.MY_BED_RULES.split("held.role IN (")[1].split(")")[0]

    assert sorted(role.strip(" '") for role in named.split(",")) == sorted(roles_with(Perm.BED_WHY))


# --- the pages ----------------------------------------------------------------------------------
def test_whoever_gives_beds_sees_keep_apart_and_never_why(client, head_teacher, apart, student):
    client.force_login(head_teacher)

    listed = client.get(reverse("dormitories:rules")).content.decode()
    page = client.get(reverse("dormitories:rule", args=[apart.public_id])).content.decode()

    for content in (listed, page):
        assert "Keep apart" in content
        assert student.name in content
        assert WHY not in content
    assert reverse("dormitories:rule_why", args=[apart.public_id]) not in page


def test_a_rule_is_made_from_typed_names(client, lead, student, friend):
    client.force_login(lead)
    data = {
        "kind": "keep_apart",
        "pupils": f"{student.name}\n{friend.name} {friend.enrolments.get().school_class.label}\n",
        "starts_on": "2026-11-22",
        "ends_on": "2027-01-20",
        "owner": str(lead.pk),
        "reason": WHY,
    }

    answer = client.post(reverse("dormitories:rule_new"), data)

    assert answer.status_code == 302
    assert set(Rule.objects.get().pupils.values_list("student_id", flat=True)) == {student.pk, friend.pk}


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("王小雨\n没有人", "没有人"),
        ("王小雨\n双胞", "Several children"),
        ("王小雨\n陈思远", "陈思远"),
        ("", "at least 2"),
    ],
)
def test_names_that_aren_t_clear_are_asked_about(
    client, lead, student, school_class, other_class, foreign_student, names, words
):
    for one in (school_class, other_class):
        factories.make_student(one, "双胞", boarding="boarder")
    client.force_login(lead)
    data = {"kind": "keep_apart", "pupils": names, "starts_on": "2026-11-22", "ends_on": "2027-01-20"}

    answer = client.post(reverse("dormitories:rule_new"), {**data, "owner": str(lead.pk)})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Rule.objects.exists()


def test_the_list_costs_the_same_for_one_rule_and_for_three(
    client, lead, school, student, friend, django_assert_max_num_queries
):
    from django.test.utils import CaptureQueriesContext

    client.force_login(lead)
    factories.make_rule(school, owner=lead, pupils=[student, friend])
    client.get(reverse("dormitories:rules"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("dormitories:rules"))
    for _number in range(2):
        factories.make_rule(school, owner=lead, pupils=[student, friend])
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("dormitories:rules"))

    assert len(one) == len(three)
