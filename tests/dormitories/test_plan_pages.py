"""The pages of plans for beds: asking, looking, changing by hand, approving, undoing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dormitories import tasks
from dormitories.models import AllocationPlan, Bed, PlannedPlace, Stay
from tests import factories

PLANS = "/houses/plans/"


@pytest.fixture
def house(school):
    building = factories.make_building(school, name="Lotus")
    for number in ("101", "102"):
        factories.make_room(building, number, beds=2)
    return building


@pytest.fixture
def pupils(school_class):
    return [
        factories.make_student(school_class, name, boarding="boarder") for name in ("赵一", "钱二", "孙三")
    ]


@pytest.fixture
def admin(client, school_admin):
    client.force_login(school_admin)
    return client


@pytest.fixture
def plan(house, pupils, admin):
    return ask(admin)


def ask(client, **data):
    client.post(reverse("dormitories:bed_plans"), {"sex": "female", "ease": "some", **data})
    plan = AllocationPlan.objects.latest("pk")
    tasks.solve_plan(plan.pk)
    plan.refresh_from_db()
    return plan


def address(plan, name="bed_plan"):
    return reverse(f"dormitories:{name}", args=[plan.public_id])


def text_of(response):
    return response.content.decode()


def test_asking_leads_to_the_plan_s_page_with_its_progress(admin, house, pupils):
    response = admin.post(reverse("dormitories:bed_plans"), {"sex": "female", "ease": "few"})

    plan = AllocationPlan.objects.get()
    assert response.status_code == 302
    assert response["Location"] == address(plan)
    assert plan.weights["move"] == 25
    assert 'id="plan-progress"' in text_of(admin.get(address(plan)))


def test_asking_for_a_house_that_isn_t_there_is_said_on_the_form(admin, house):
    response = admin.post(reverse("dormitories:bed_plans"), {"sex": "male", "ease": "some"})

    assert response.status_code == 422
    assert "There is no house to plan for." in text_of(response)


def test_progress_ends_by_leading_to_the_plan(admin, plan):
    response = admin.get(address(plan), headers={"HX-Request": "true", "HX-Target": "plan-progress"})

    assert response["HX-Redirect"] == address(plan)


def test_the_plan_shows_who_moves_why_and_what_it_costs(admin, plan):
    page = text_of(admin.get(address(plan)))

    assert "赵一" in page
    assert "Had no bed" in page
    assert "Approve: from today" in page


def test_rooms_are_shown_beside_today(admin, plan):
    page = text_of(admin.get(address(plan) + "?show=rooms"))

    assert "Lotus · 101" in page
    assert "new here" in page


def test_a_plan_is_changed_approved_and_undone_without_javascript(admin, plan, pupils, house):
    place = PlannedPlace.objects.get(plan=plan, student=pupils[0])
    free = Bed.objects.filter(room__building=house).exclude(pk__in=plan.places.values("bed")).get()
    change = reverse("dormitories:bed_plan_change", args=[plan.public_id, pupils[0].public_id])
    assert place.bed.code in text_of(admin.get(change))

    admin.post(change, {"bed": str(free.public_id)})
    toast = text_of(admin.get(address(plan)))
    assert "Points:" in toast
    assert "Changed by hand" in toast

    admin.post(address(plan, "bed_plan_approve"))
    assert Stay.objects.get(student=pupils[0]).bed == free
    assert "Undo: everybody back" in text_of(admin.get(address(plan)))

    admin.post(address(plan, "bed_plan_undo"))
    assert Stay.objects.count() == 0


def look(admin, plan, pupil, bed, **headers):
    change = reverse("dormitories:bed_plan_change", args=[plan.public_id, pupil.public_id])
    return admin.post(change, {"bed": str(bed.public_id), "look": "1"}, headers=headers)


def moved_score(plan, pupil, bed, admin):
    """The total that the plan's page shows once the change is made."""
    change = reverse("dormitories:bed_plan_change", args=[plan.public_id, pupil.public_id])
    admin.post(change, {"bed": str(bed.public_id)})
    plan.refresh_from_db()
    return plan.after["total"]


def test_the_points_of_a_change_are_shown_before_it_is_made(admin, plan, pupils, house):
    here = PlannedPlace.objects.get(plan=plan, student=pupils[0]).bed
    there = Bed.objects.filter(room__building=house).exclude(room=here.room).first()
    before = plan.after["total"]

    page = text_of(look(admin, plan, pupils[0], there))
    piece = text_of(look(admin, plan, pupils[0], there, hx_request="true", hx_target="change-score"))

    assert PlannedPlace.objects.get(plan=plan, student=pupils[0]).bed == here
    after = moved_score(plan, pupils[0], there, admin)
    assert f"Points: {before:g} now, {after:g} after the change." in page
    assert "Room 101" in piece
    assert "Room 102" in piece
    assert "<form" not in piece


def test_looking_says_which_rules_a_change_would_break(admin, plan, pupils, house, school_admin):
    factories.make_rule(house.school, "keep_apart", owner=school_admin, pupils=pupils[:2])
    plan = ask(admin)
    other = PlannedPlace.objects.get(plan=plan, student=pupils[1]).bed
    mate = Bed.objects.filter(room=other.room).exclude(pk=other.pk).get()

    page = text_of(look(admin, plan, pupils[0], mate))

    assert "The plan would break rules" in page
    assert "are kept apart by a rule" in page


def test_looking_at_a_house_that_has_changed_says_so(admin, plan, pupils, house, school_class):
    factories.make_student(school_class, "周五", boarding="boarder")

    page = text_of(look(admin, plan, pupils[0], Bed.objects.filter(room__building=house).first()))

    assert "The house has changed since this plan was made" in page


@pytest.mark.parametrize("bed", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_a_bed_that_is_none_is_said_beside_the_field(admin, plan, pupils, bed):
    change = reverse("dormitories:bed_plan_change", args=[plan.public_id, pupils[0].public_id])

    assert admin.post(change, {"bed": bed}).status_code == 422


def test_a_pupil_who_isn_t_in_the_plan_is_404(admin, plan, student):
    change = reverse("dormitories:bed_plan_change", args=[plan.public_id, student.public_id])

    assert admin.get(change).status_code == 404


def test_a_plan_whose_house_changed_says_so_and_offers_no_approval(admin, plan, school_class):
    factories.make_student(school_class, "周五", boarding="boarder")

    page = text_of(admin.get(address(plan)))

    assert "The house has changed since this plan was made" in page
    assert "Approve: from today" not in page
    admin.post(address(plan, "bed_plan_approve"))
    assert Stay.objects.count() == 0


def test_rules_that_conflict_are_said_in_sentences(admin, house, pupils, school_admin):
    factories.make_rule(house.school, "near_warden", owner=school_admin, pupils=pupils)

    page = text_of(admin.get(address(ask(admin))))

    assert "No plan keeps every rule" in page
    assert "3 children need a room near the warden; those rooms have 0 beds" in page


def test_a_dropped_plan_says_that_nobody_moved(admin, plan):
    admin.post(address(plan, "bed_plan_drop"))

    assert "Dropped; nobody was moved." in text_of(admin.get(address(plan)))


def test_the_list_shows_the_plans_of_one_s_schools_only(client, plan, other_school):
    stranger = factories.make_user()
    factories.make_membership(stranger, "school_admin", school=other_school)
    client.force_login(stranger)

    assert client.get(reverse("dormitories:bed_plans")).status_code == 200
    assert address(plan) not in text_of(client.get(reverse("dormitories:bed_plans")))
    assert client.get(address(plan)).status_code == 404


def test_a_warden_may_not_look_at_plans(client, plan, warden):
    client.force_login(warden)

    assert client.get(address(plan)).status_code == 403
    assert client.get(reverse("dormitories:bed_plans")).status_code == 403


@pytest.mark.parametrize("show", ["moves", "rooms"])
def test_more_pupils_ask_no_more_queries(admin, house, school_class, show):
    def count(number):
        for n in range(number):
            factories.make_room(house, f"2{number}{n}", beds=2)
            factories.make_student(school_class, f"学生{number}{n}", boarding="boarder")
        plan = ask(admin)
        admin.get(address(plan) + f"?show={show}")
        with CaptureQueriesContext(connection) as queries:
            admin.get(address(plan) + f"?show={show}")
        return len(queries)

    assert count(1) == count(3)
