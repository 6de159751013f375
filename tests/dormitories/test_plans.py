"""A plan for beds from the asking to the undoing: what it reads, what it changes, what it refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from core.models import AuditEvent
from dormitories.models import AllocationPlan, Bed, PlannedPlace, Stay
from dormitories.selectors import plan_house
from dormitories.selectors import plans as selectors
from dormitories.services import plan_approval, plans
from dormitories.services.stays import RefusedError
from tests import factories

NOW = datetime(2026, 11, 22, 16, 0, tzinfo=timezone.get_default_timezone())
TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
State = AllocationPlan.State


@pytest.fixture
def house(school):
    """Two rooms of two beds; the first on the ground floor and near the warden."""
    building = factories.make_building(school, name="Lotus")
    factories.make_room(building, "101", beds=2, near_warden=True)
    factories.make_room(building, "201", beds=2, floor=2)
    return building


@pytest.fixture
def pupils(school_class):
    return [
        factories.make_student(school_class, name, boarding="boarder") for name in ("赵一", "钱二", "孙三")
    ]


@pytest.fixture
def beds(house):
    return list(Bed.objects.filter(room__building=house).order_by("room__number", "label"))


def start(house, by, ease="some"):
    return plans.start_plan(school=house.school, sex=house.sex, houses=[house], ease=ease, by=by, now=NOW)


def solved(house, by, ease="some"):
    plan = start(house, by, ease)
    plans.solve_plan(plan_id=plan.pk, on=TODAY, now=NOW)
    plan.refresh_from_db()
    return plan


def rooms_of(plan):
    places = PlannedPlace.objects.filter(plan=plan).values_list("student__name", "bed__room__number")
    return dict(places)


def sleeping(on=TODAY):
    return dict(Stay.objects.active(on).values_list("student__name", "bed__room__number"))


# --- asking ---------------------------------------------------------------------------------------


def test_everybody_who_boards_gets_a_bed_and_a_reason(house, pupils, school_admin):
    plan = solved(house, school_admin)

    assert plan.state == State.READY
    assert set(rooms_of(plan)) == {"赵一", "钱二", "孙三"}
    assert {place.reason for place in plan.places.all()} == {"first_bed"}
    assert plan.before["broken"] == 3
    assert plan.after["broken"] == 0
    assert set(AuditEvent.objects.filter(event__startswith="plan.").values_list("event", flat=True)) == {
        "plan.started",
        "plan.ready",
    }


def test_rules_of_the_day_are_kept_and_those_of_yesterday_are_not(house, pupils, school_admin):
    school = house.school
    factories.make_rule(school, "keep_apart", owner=school_admin, pupils=pupils[:2])
    factories.make_rule(school, "near_warden", owner=school_admin, pupils=pupils[1:2])
    factories.make_rule(
        school, "near_warden", owner=school_admin, pupils=pupils[:1], ends_on=TODAY - timedelta(days=1)
    )

    found = rooms_of(solved(house, school_admin))

    assert found["钱二"] == "101"
    assert found["赵一"] == "201"


def test_every_kind_of_rule_reaches_the_planner(house, pupils, beds, school_admin):
    make = lambda kind, who, **more: factories.make_rule(  # noqa: E731
        house.school, kind, owner=school_admin, pupils=who, **more
    )
    make("keep_apart", pupils[:2])
    make("keep_together", pupils[1:])
    make("siblings", pupils[::2])
    make("ground_floor", pupils[:1])
    make("near_warden", pupils[1:2])
    make("lower_bunk", pupils[2:])
    make("pinned", pupils[2:], bed=beds[3])
    make("grade_span", [], number=2)
    make("buddy", pupils[:2])
    make("spread", pupils, number=1)
    plan = start(house, school_admin)

    read = plan_house.read_house(plan, on=TODAY)

    one, two, three = (pupil.pk for pupil in pupils)
    known = {pupil.key: pupil for pupil in read.problem.pupils}
    assert {(pair.first, pair.second, pair.bond.value) for pair in read.problem.pairs} == {
        (one, two, "apart"),
        (two, three, "together"),
        (one, three, "siblings"),
    }
    assert known[one].ground_floor
    assert known[one].buddies == (two,)
    assert known[two].near_warden
    assert known[three].lower_bunk
    assert known[three].pinned == beds[3].room_id
    assert read.pinned_beds == {three: beds[3].pk}
    assert read.problem.grade_span == 1
    assert read.problem.spreads[0].most == 1


def test_who_needs_a_lower_bunk_gets_one_and_the_pinned_bed_is_the_bed(house, pupils, beds, school_admin):
    factories.make_rule(house.school, "lower_bunk", owner=school_admin, pupils=pupils[:1])
    factories.make_rule(house.school, "pinned", owner=school_admin, pupils=pupils[1:2], bed=beds[1])

    plan = solved(house, school_admin)

    given = {place.student_id: place.bed for place in plan.places.select_related("bed")}
    assert given[pupils[0].pk].level == Bed.Level.LOWER
    assert given[pupils[1].pk] == beds[1]


def test_what_a_plan_can_t_touch_keeps_its_bed(house, school_class, pupils, beds, school_admin):
    day_pupil = factories.make_student(school_class, "李四", boarding="day")
    factories.make_stay(day_pupil, beds[0])
    factories.make_stay(pupils[0], beds[1], ended_on=TOMORROW)
    factories.make_stay(pupils[0], beds[2], started_on=TOMORROW + timedelta(days=1))
    boy = factories.make_student(school_class, "周五", boarding="boarder", sex="male")

    plan = solved(house, school_admin)

    assert plan.state == State.IMPOSSIBLE  # two girls, one bed left
    assert str(selectors.conflicts_of(plan)[0][0]).startswith("2 ")
    assert boy.pk not in plan_house.read_house(plan, on=TODAY).stays


def test_a_bed_that_is_or_will_be_out_of_order_isn_t_given(house, pupils, beds, school_admin):
    Bed.objects.filter(pk=beds[0].pk).update(out_of_order_from=TOMORROW, out_of_order_to=TOMORROW)

    plan = solved(house, school_admin)

    assert beds[0].pk not in set(plan.places.values_list("bed_id", flat=True))


def test_two_plans_for_one_house_aren_t_worked_out_at_once(house, school_admin):
    start(house, school_admin)

    with pytest.raises(RefusedError):
        start(house, school_admin)


def test_a_house_without_boarders_has_an_empty_plan(house, school_admin):
    plan = solved(house, school_admin)

    assert plan.state == State.READY
    assert plan.places.count() == 0


def test_the_same_question_gives_the_same_fingerprint_and_a_new_rule_another(house, pupils, school_admin):
    plan = start(house, school_admin)
    before = plan_house.read_house(plan, on=TODAY).fingerprint

    assert plan_house.read_house(plan, on=TOMORROW).fingerprint == before
    factories.make_rule(house.school, "lower_bunk", owner=school_admin, pupils=pupils[:1])
    assert plan_house.read_house(plan, on=TODAY).fingerprint != before


# --- no plan ---------------------------------------------------------------------------------------


def test_rules_that_can_t_hold_together_are_said_in_sentences(house, pupils, school_admin):
    """Three who must all sleep near the warden, in a room of two."""
    factories.make_rule(house.school, "near_warden", owner=school_admin, pupils=pupils)

    plan = solved(house, school_admin)

    assert plan.state == State.IMPOSSIBLE
    ((sentence,),) = selectors.conflicts_of(plan)
    assert sentence.startswith("3 children need a room near the warden; those rooms have 2 beds")
    assert "赵一" in sentence
    assert plan.places.count() == 0


def test_the_same_house_and_the_same_try_give_the_same_places(house, pupils, school_admin):
    first, second = solved(house, school_admin), start(house, school_admin)
    AllocationPlan.objects.filter(pk=second.pk).update(seed=first.seed)
    plans.solve_plan(plan_id=second.pk, on=TODAY, now=NOW)

    def places(plan):
        return list(PlannedPlace.objects.filter(plan=plan).order_by("student").values_list("student", "bed"))

    assert places(first) == places(second)
    assert len(places(first)) == 3


def test_a_proof_names_the_rules_it_needs_and_no_others(house, pupils, school_admin):
    factories.make_rule(house.school, "near_warden", owner=school_admin, pupils=pupils[:2])
    factories.make_rule(house.school, "keep_apart", owner=school_admin, pupils=pupils[:2])
    factories.make_rule(house.school, "lower_bunk", owner=school_admin, pupils=pupils[2:])

    plan = solved(house, school_admin)

    (sentences,) = selectors.conflicts_of(plan)
    assert sorted(sentences) == [
        "赵一 sleeps near the warden.",
        "赵一、钱二 are kept apart.",
        "钱二 sleeps near the warden.",
    ]


# --- by hand ----------------------------------------------------------------------------------------


def test_a_change_by_hand_swaps_and_moves_the_score(house, pupils, beds, school_admin):
    for pupil, bed in zip(pupils, beds, strict=False):
        factories.make_stay(pupil, bed)
    plan = solved(house, school_admin)
    mine, theirs = (plan.places.select_related("bed").get(student=pupil) for pupil in (pupils[0], pupils[2]))

    points = plan_approval.change_place(
        plan=plan, student=pupils[0], bed_id=theirs.bed.public_id, by=school_admin, on=TODAY
    )

    plan.refresh_from_db()
    assert plan.places.get(student=pupils[0]).bed == theirs.bed
    assert plan.places.get(student=pupils[2]).bed == mine.bed
    assert points["after"] == plan.after["total"] > points["before"]


def test_a_change_that_breaks_a_rule_is_counted_and_can_t_be_approved(house, pupils, school_admin):
    factories.make_rule(house.school, "keep_apart", owner=school_admin, pupils=pupils[:2])
    plan = solved(house, school_admin)
    room = plan.places.get(student=pupils[0]).bed.room
    taken = plan.places.exclude(student__in=pupils[:2]).filter(bed__room=room).values("bed")
    free = room.beds.exclude(pk__in=taken).exclude(pk=plan.places.get(student=pupils[0]).bed_id).first()
    free = free or plan.places.get(student=pupils[2]).bed

    plan_approval.change_place(plan=plan, student=pupils[1], bed_id=free.public_id, by=school_admin, on=TODAY)

    plan.refresh_from_db()
    assert plan.after["broken"] == 1
    assert "kept apart" in selectors.standing_of(plan, on=TODAY).broken[0]
    with pytest.raises(RefusedError, match="breaks a rule"):
        plan_approval.approve_plan(plan=plan, by=school_admin, on=TODAY, now=NOW)
    assert Stay.objects.count() == 0


def test_a_bed_of_another_house_isn_t_part_of_the_plan(house, school, pupils, school_admin):
    elsewhere = factories.make_bed(factories.make_room(factories.make_building(school)))
    plan = solved(house, school_admin)

    with pytest.raises(RefusedError, match="part of the plan"):
        plan_approval.change_place(
            plan=plan, student=pupils[0], bed_id=elsewhere.public_id, by=school_admin, on=TODAY
        )


# --- approving and undoing --------------------------------------------------------------------------


@pytest.fixture
def swapped(house, pupils, beds, school_admin):
    """Two who slept near the warden give way to one who has to, and to whom she is sister."""
    for pupil, bed in zip(pupils, (beds[0], beds[1], beds[2]), strict=True):
        factories.make_stay(pupil, bed)
    factories.make_rule(house.school, "near_warden", owner=school_admin, pupils=pupils[2:])
    return solved(house, school_admin)


def test_approving_ends_old_stays_and_begins_new_ones_at_once(swapped, pupils, school_admin):
    before = sleeping()

    moved = plan_approval.approve_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)

    swapped.refresh_from_db()
    assert swapped.state == State.APPROVED
    assert moved == swapped.places.exclude(reason="").count() > 0
    assert sleeping() == rooms_of(swapped)
    assert sleeping(TODAY - timedelta(days=1)) == before
    assert sleeping()["孙三"] == "101"
    assert AuditEvent.objects.filter(event="stay.moved").count() == moved


def test_undoing_puts_everybody_back_on_the_same_day_without_a_trace_in_the_stays(swapped, school_admin):
    before = list(Stay.objects.order_by("pk").values_list("student", "bed", "started_on", "ended_on"))
    plan_approval.approve_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)

    plan_approval.undo_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)

    swapped.refresh_from_db()
    assert swapped.state == State.UNDONE
    assert list(Stay.objects.order_by("pk").values_list("student", "bed", "started_on", "ended_on")) == before


def test_undoing_days_later_begins_stays_anew_in_the_old_beds(swapped, school_admin):
    before = sleeping()
    plan_approval.approve_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)
    later = TODAY + timedelta(days=3)

    plan_approval.undo_plan(plan=swapped, by=school_admin, on=later, now=NOW)

    assert sleeping(later) == before
    assert sleeping(later - timedelta(days=1)) == rooms_of(swapped)


def test_a_stay_that_began_today_is_replaced_and_one_with_an_end_keeps_it(house, pupils, beds, school_admin):
    factories.make_stay(pupils[0], beds[2], started_on=TODAY, ended_on=date(2027, 1, 20))
    factories.make_rule(house.school, "near_warden", owner=school_admin, pupils=pupils[:1])
    plan = solved(house, school_admin)

    plan_approval.approve_plan(plan=plan, by=school_admin, on=TODAY, now=NOW)

    stay = Stay.objects.get(student=pupils[0])
    assert (stay.bed.room.number, stay.started_on, stay.ended_on) == ("101", TODAY, date(2027, 1, 20))
    plan_approval.undo_plan(plan=plan, by=school_admin, on=TODAY, now=NOW)
    assert Stay.objects.get(student=pupils[0]).bed == beds[2]


def test_a_house_that_has_changed_refuses_the_plan_whole(swapped, pupils, beds, school_admin):
    Stay.objects.filter(student=pupils[2]).update(bed=beds[3])
    before = sleeping()

    with pytest.raises(RefusedError, match="has changed"):
        plan_approval.approve_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)

    assert sleeping() == before
    assert selectors.standing_of(swapped, on=TODAY).changed


def test_undoing_is_refused_whole_once_somebody_moved_on(swapped, pupils, beds, school_admin):
    plan_approval.approve_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)
    free = next(bed for bed in beds if not Stay.objects.active(TODAY).filter(bed=bed).exists())
    Stay.objects.active(TODAY).filter(student=pupils[2]).update(bed=free)
    before = sleeping()

    with pytest.raises(RefusedError, match="has changed"):
        plan_approval.undo_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)

    assert sleeping() == before


def test_a_plan_is_approved_once_and_undone_once(swapped, school_admin):
    plan_approval.approve_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)
    with pytest.raises(RefusedError):
        plan_approval.approve_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)
    plan_approval.undo_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)

    with pytest.raises(RefusedError):
        plan_approval.undo_plan(plan=swapped, by=school_admin, on=TODAY, now=NOW)
    with pytest.raises(RefusedError):
        plans.drop_plan(plan=swapped, by=school_admin)


# --- reasons ----------------------------------------------------------------------------------------


def test_the_reason_never_names_the_one_somebody_is_kept_apart_from(house, pupils, beds, school_admin):
    factories.make_stay(pupils[0], beds[0])
    factories.make_stay(pupils[1], beds[1])
    factories.make_rule(
        house.school, "keep_apart", owner=school_admin, pupils=pupils[:2], reason="They were beaten at home"
    )
    plan = solved(house, school_admin)

    _, lines = selectors.moves_page(plan, cursor=None)

    apart = [line for line in lines if line.place.reason == "kept_apart"]
    assert len(apart) == 1
    other = pupils[1] if apart[0].place.student == pupils[0] else pupils[0]
    assert apart[0].place.other is None
    assert apart[0].why == "A rule between children speaks against today's room"
    assert other.name not in apart[0].why
