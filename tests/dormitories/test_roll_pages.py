"""The roll on a telephone: taps, reasons, what others marked, closing, paper; with and without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent
from dormitories.models import RollCall, RollMark
from tests import factories

HTMX = {"HX-Request": "true"}
TONIGHT, LEAVES = reverse("dormitories:rolls"), reverse("dormitories:leaves")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def house(school):
    return factories.make_building(school, name="Lotus")


@pytest.fixture
def room(house):
    return factories.make_room(house, "302")


@pytest.fixture
def sleepers(room, school_class, student):
    pupils = [student, factories.make_student(school_class, "赵一", boarding="boarder")]
    for label, pupil in enumerate(pupils, start=1):
        factories.make_stay(pupil, factories.make_bed(room, str(label)))
    return pupils


@pytest.fixture
def roll(house, sleepers, warden):
    return factories.make_roll(house, warden)


@pytest.fixture
def as_warden(warden):
    return signed_in(warden)


def url(name, roll, *more):
    return reverse(f"dormitories:{name}", args=[roll.public_id, *more])


def statuses(roll):
    return list(RollMark.objects.filter(roll=roll).order_by("number").values_list("status", flat=True))


# --- tonight --------------------------------------------------------------------------------------


def test_the_warden_opens_the_roll_of_a_house_with_one_tap(as_warden, house, sleepers):
    page = as_warden.get(TONIGHT).content.decode()
    assert "Lotus" in page
    assert "2 pupils sleep here." in page

    answer = as_warden.post(reverse("dormitories:roll_open", args=[house.public_id]))

    assert answer["Location"] == url("roll", RollCall.objects.get())
    assert "0/2" in as_warden.get(TONIGHT).content.decode()


def test_a_boarder_without_a_bed_is_pointed_out(as_warden, student):
    assert "1 boarder has no bed" in as_warden.get(TONIGHT).content.decode()


def test_today_is_silent_of_the_roll_while_nobody_sleeps_in_the_houses(as_warden, house, room, student):
    assert "All houses" not in as_warden.get("/").content.decode()

    factories.make_stay(student, factories.make_bed(room, "1"))

    page = as_warden.get("/").content.decode()
    assert "All houses" in page
    assert "Lotus" in page


def test_today_shows_the_roll_to_whoever_takes_it(as_warden, homeroom_teacher, roll):
    assert "2 to find" in as_warden.get("/").content.decode()
    assert "2 to find" not in signed_in(homeroom_teacher).get("/").content.decode()


def test_the_stranger_finds_no_house_and_no_roll(stranger, roll, house):
    client = signed_in(stranger)

    assert "Lotus" not in client.get(TONIGHT).content.decode()
    assert client.get(url("roll", roll)).status_code == 404
    assert client.post(reverse("dormitories:roll_open", args=[house.public_id])).status_code == 404
    assert client.post(url("roll_mark", roll, 1)).status_code == 404
    assert statuses(roll) == ["", ""]


def test_a_head_looks_and_a_class_teacher_doesnt(head_teacher, homeroom_teacher, roll):
    head, teacher = signed_in(head_teacher), signed_in(homeroom_teacher)

    assert head.get(url("roll", roll)).status_code == 200
    assert "pupil-tap" in head.get(url("roll", roll)).content.decode()
    assert '<button class="pupil-tap"' not in head.get(url("roll", roll)).content.decode()
    assert head.post(url("roll_mark", roll, 1)).status_code == 403
    assert teacher.get(url("roll", roll)).status_code == 403
    assert teacher.get(TONIGHT).status_code == 403


def test_whoever_is_on_duty_takes_the_roll_and_no_longer_after(paired_teacher, school, school_admin, roll):
    client = signed_in(paired_teacher)
    assert client.get(url("roll", roll)).status_code == 403

    duty = factories.make_duty(school, paired_teacher, by=school_admin)
    assert client.post(url("roll_mark", roll, 1)).status_code == 302
    duty.ends_at = timezone.now() - timedelta(minutes=1)
    duty.save()

    assert client.get(url("roll", roll)).status_code == 403


# --- taps -----------------------------------------------------------------------------------------


def test_a_tap_without_javascript_leads_back_to_the_face(as_warden, roll):
    answer = as_warden.post(url("roll_mark", roll, 2))

    assert (answer.status_code, answer["Location"]) == (302, url("roll", roll) + "#p2")
    assert statuses(roll) == ["", "present"]


def test_a_tap_answers_with_the_face_and_the_count(as_warden, roll):
    answer = as_warden.post(url("roll_mark", roll, 2), {"since": "0"}, headers=HTMX).content.decode()

    assert "1/2" in answer
    assert 'id="p2" data-where="present" hx-swap-oob="true"' in answer
    assert 'id="p1"' not in answer
    assert "?since=1" in answer


def test_two_wardens_see_each_others_marks(roll, warden, school):
    other = factories.make_user("second_warden")
    factories.make_membership(other, "warden", school=school)
    first, second = signed_in(warden), signed_in(other)
    news = url("roll_news", roll)
    assert second.get(news, {"since": "0"}, headers=HTMX).status_code == 204

    first.post(url("roll_mark", roll, 1), {"since": "0"}, headers=HTMX)
    seen = second.get(news, {"since": "0"}, headers=HTMX).content.decode()
    second.post(url("roll_mark", roll, 2), {"since": "1"}, headers=HTMX)
    back = first.get(news, {"since": "1"}, headers=HTMX).content.decode()

    assert 'id="p1" data-where="present"' in seen
    assert "1/2" in seen
    assert 'id="p2" data-where="present"' in back
    assert "2/2" in back
    assert second.get(news, {"since": "2"}, headers=HTMX).status_code == 204


def test_the_page_asks_for_news_more_than_once_in_two_seconds(as_warden, roll):
    page = as_warden.get(url("roll", roll)).content.decode()

    assert 'hx-trigger="every 1500ms"' in page
    assert f'hx-get="{url("roll_news", roll)}?since=0"' in page


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 400, "²"])
def test_whoever_says_no_version_gets_everything_or_nothing_but_an_answer(as_warden, roll, since):
    assert as_warden.get(url("roll_news", roll), {"since": since}, headers=HTMX).status_code in (200, 204)


def test_a_place_that_isnt_in_the_roll_isnt_found(as_warden, roll):
    assert as_warden.post(url("roll_mark", roll, 3)).status_code == 404
    assert as_warden.post(url("roll_mark", roll, 99999)).status_code == 404


# --- elsewhere ------------------------------------------------------------------------------------


def test_a_reason_is_given_on_a_page_of_its_own(as_warden, roll):
    where = url("roll_where", roll, 1)
    assert "Sick bay" in as_warden.get(where).content.decode()

    assert as_warden.post(where, {"status": "sick_bay"}).status_code == 302

    assert statuses(roll) == ["sick_bay", ""]


def test_a_reason_in_the_dialog_closes_it_and_shows_the_face(as_warden, roll):
    answer = as_warden.post(url("roll_where", roll, 1), {"status": "sick_bay", "since": "0"}, headers=HTMX)

    assert answer["HX-Trigger"] == "kiteline:close"
    assert 'data-where="sick_bay"' in answer.content.decode()


def test_elsewhere_without_where_stays_in_the_dialog(as_warden, roll):
    answer = as_warden.post(
        url("roll_where", roll, 1), {"status": "other"}, headers=HTMX | {"HX-Target": "roll-live"}
    )

    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog-inner")
    assert "Say where the child is." in answer.content.decode()
    assert statuses(roll) == ["", ""]


def test_a_place_that_isnt_on_offer_is_refused_beside_it(as_warden, roll):
    answer = as_warden.post(url("roll_where", roll, 1), {"status": "moon"})

    assert answer.status_code == 422
    assert "Choose one of the places on offer." in answer.content.decode()


# --- closing --------------------------------------------------------------------------------------


def test_closing_with_a_gap_names_who_is_missing(as_warden, roll, sleepers):
    as_warden.post(url("roll_mark", roll, 1))

    answer = as_warden.post(url("roll_close", roll))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "1 child is unaccounted for" in page
    assert f'<a href="#p2">{sleepers[1].name} 302-2</a>' in page
    assert RollCall.objects.get().is_open


def test_closing_when_everybody_is_accounted_for(as_warden, roll):
    as_warden.post(url("roll_mark", roll, 1))
    as_warden.post(url("roll_where", roll, 2), {"status": "at_home"})

    assert as_warden.post(url("roll_close", roll)).status_code == 302

    page = as_warden.get(url("roll", roll)).content.decode()
    assert "Closed by Warden" in page
    assert "every 1500ms" not in page


def test_the_other_warden_learns_that_it_was_closed(as_warden, roll):
    as_warden.post(url("roll_mark", roll, 1))
    as_warden.post(url("roll_mark", roll, 2))
    as_warden.post(url("roll_close", roll))

    news = as_warden.get(url("roll_news", roll), {"since": "2"}, headers=HTMX).content.decode()

    assert "Closed by Warden" in news
    assert "every 1500ms" not in news


# --- paper, past, chronology ----------------------------------------------------------------------


def test_the_sheet_on_paper_is_noted(as_warden, roll, sleepers):
    page = as_warden.get(url("roll_print", roll)).content.decode()

    assert all(pupil.name in page for pupil in sleepers)
    assert AuditEvent.objects.filter(event="roll.printed", target_id=str(roll.public_id)).count() == 1


def test_an_exception_stands_in_the_childs_chronology_and_an_ordinary_night_doesnt(
    as_warden, roll, homeroom_teacher
):
    as_warden.post(url("roll_mark", roll, 1))
    as_warden.post(url("roll_where", roll, 2), {"status": "called_away"})
    here, away = (found.student for found in RollMark.objects.filter(roll=roll).order_by("number"))
    teacher = signed_in(homeroom_teacher)

    pages = [
        teacher.get(reverse("students:detail", args=[one.public_id]), {"kind": "roll"}).content.decode()
        for one in (here, away)
    ]

    assert ["Called away" in page for page in pages] == [False, True]


def test_earlier_rolls_are_listed(as_warden, roll):
    assert "Lotus" in as_warden.get(reverse("dormitories:rolls_earlier")).content.decode()


# --- cost -----------------------------------------------------------------------------------------


def fill(house, school_class, number):
    for place in range(number):
        pupil = factories.make_student(school_class, f"张{'一二三'[place]}", boarding="boarder")
        factories.make_stay(pupil, factories.make_bed(factories.make_room(house, f"1{place}")))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "cost"), [("roll", 8), ("roll_news", 10), ("roll_print", 11)])
def test_a_roll_costs_the_same_for_one_pupil_and_three(
    as_warden, warden, house, school_class, count, name, cost, django_assert_num_queries
):
    fill(house, school_class, count)
    roll = factories.make_roll(house, warden)
    as_warden.get(url(name, roll))

    with django_assert_num_queries(cost):
        as_warden.get(url(name, roll))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "cost"), [("rolls", 10), ("rolls_earlier", 6), ("leaves", 7)])
def test_lists_cost_the_same_for_one_row_and_three(
    as_warden,
    warden,
    school,
    school_class,
    school_admin,
    homeroom_teacher,
    count,
    name,
    cost,
    django_assert_num_queries,
):
    for place in range(count):
        house = factories.make_building(school, name=f"House {place}")
        fill(house, school_class, 1)
        factories.make_roll(house, warden)
        pupil = factories.make_student(school_class, f"李{'一二三'[place]}", boarding="boarder")
        factories.make_approved_leave(pupil, [school_admin, homeroom_teacher, warden])
    as_warden.get(reverse(f"dormitories:{name}"))

    with django_assert_num_queries(cost):
        as_warden.get(reverse(f"dormitories:{name}"))
