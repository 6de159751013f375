"""The finder: whom it finds, whom never, in which order, from which index, and what it survives."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students.models import FinderKey, GuardianLink, Person, Student
from students.selectors import finder
from students.services import finder as finder_service
from tests import factories

pytestmark = pytest.mark.django_db
LIVE = {"HX-Request": "true", "HX-Target": "finder-results"}


def found(user, text, on, **options):
    return [line.student.name for line in finder.find(user, text, on=on, **options).found]


@pytest.mark.parametrize(
    "text", ["王小雨", "小雨", "雨", "王", "wangxiaoyu", "Wáng Xiǎo", "xiaoyu", "wxy", "ＷＸＹ", "王 小"]
)
def test_a_pupil_is_found_by_name_tail_pinyin_and_initials(counsellor, student, other_student, today, text):
    assert found(counsellor, text, today) == ["王小雨"]


def test_a_pupil_is_found_by_school_number_and_any_family_telephone(counsellor, student, today):
    mother = Person.objects.create(school=student.school, name="李梅", phone="13800138000")
    GuardianLink.objects.create(school=student.school, student=student, person=mother, relation="mother")
    Student.objects.filter(pk=student.pk).update(school_number="QS00017", phone="")
    finder_service.refresh_keys([student.pk])

    for text in ["QS00017", "qs0001", "13800138000", "138 0013 8000", "138000", "8000"]:
        assert found(counsellor, text, today) == ["王小雨"], text
    for text in ["138 0013", "13800", "38000", "1380013800"]:  # what is kept of a number isn't its beginning
        assert found(counsellor, text, today) == [], text


def test_what_is_kept_of_a_number_is_no_word_to_search_by(counsellor, student, today):
    Student.objects.filter(pk=student.pk).update(phone="13800138000")
    finder_service.refresh_keys([student.pk])
    kept = list(FinderKey.objects.filter(kind="phone").values_list("key", flat=True))

    assert len(kept) == 3
    assert [found(counsellor, key, today) for key in kept] == [[], [], []]


def test_two_schools_keep_different_things_of_one_number(student, foreign_student):
    for one in (student, foreign_student):
        Student.objects.filter(pk=one.pk).update(phone="13800138000")
    finder_service.refresh_keys([student.pk, foreign_student.pk])

    kept = FinderKey.objects.filter(kind="phone")
    ours, theirs = (
        set(kept.filter(student=one).values_list("key", flat=True)) for one in (student, foreign_student)
    )
    assert len(ours) == len(theirs) == 3
    assert not ours & theirs


def test_an_identity_number_is_matched_whole_and_never_digit_by_digit(
    school_admin, counsellor, student, today
):
    Student.objects.filter(pk=student.pk).update(
        identity_number="52999920170504002X", national_number="G52999920170504002X"
    )
    finder_service.refresh_keys([student.pk])

    assert found(school_admin, "52999920170504002x", today) == ["王小雨"]
    assert found(school_admin, "g52999920170504002x", today) == ["王小雨"]
    assert found(school_admin, "52999920170504002", today) == []
    assert found(school_admin, "52999920", today) == []
    # whoever doesn't keep the roster can't confirm a guess either
    assert found(counsellor, "52999920170504002x", today) == []


def test_nobody_finds_a_pupil_out_of_reach(stranger, official, paired_teacher, other_student, student, today):
    assert found(stranger, "王小雨", today) == []
    assert found(official, "王小雨", today) == []
    assert found(paired_teacher, "李明", today) == []
    assert found(paired_teacher, "王小雨", today) == ["王小雨"]


def test_a_warden_finds_boarders_only(warden, student, other_student, today):
    assert found(warden, "wxy", today) == ["王小雨"]
    assert found(warden, "liming", today) == []


def test_own_pupils_come_before_others_of_the_same_name(school, student, other_class, today):
    teacher = factories.make_user("two_hats")
    factories.make_membership(teacher, "head_teacher", school=school)
    factories.make_membership(teacher, "homeroom_teacher", school_class=other_class)
    own = factories.make_student(other_class, "王小雨")

    lines = finder.find(teacher, "wangxiaoyu", on=today).found

    assert [line.student.pk for line in lines] == [own.pk, student.pk]


def test_a_whole_match_comes_before_a_beginning_and_a_surname_before_a_tail(counsellor, school_class, today):
    for name in ["陈海龙", "龙小海", "龙", "龙小海燕"]:
        factories.make_student(school_class, name)

    assert found(counsellor, "龙", today) == ["龙", "龙小海", "龙小海燕", "陈海龙"]
    assert found(counsellor, "longxiaohai", today) == ["龙小海", "龙小海燕"]


def test_more_than_the_limit_is_said(counsellor, school_class, today):
    for number in range(4):
        factories.make_student(school_class, f"王小{'一二三四'[number]}")

    answer = finder.find(counsellor, "王小", on=today, limit=3)

    assert (len(answer.found), answer.more) == (3, True)


@pytest.mark.parametrize("text", ["w", "138", "7"])
def test_too_little_is_not_looked_up(counsellor, student, today, text):
    answer = finder.find(counsellor, text, on=today)

    assert answer.too_short
    assert answer.found == []


@pytest.mark.parametrize(
    "text", ["%", "_", "王%", "王_雨", "\\", "%%%", "' OR 1=1 --", "\x00", "\ud800", "王" * 500_000]
)
def test_signs_of_a_pattern_and_broken_text_find_nobody_and_break_nothing(counsellor, student, today, text):
    assert found(counsellor, text, today) == []


def test_a_former_name_still_finds_the_pupil(counsellor, student, today):
    Student.objects.filter(pk=student.pk).update(former_name="周小雨")
    finder_service.refresh_keys([student.pk])

    assert found(counsellor, "zhouxiaoyu", today) == ["王小雨"]


def test_the_number_of_queries_does_not_grow_with_the_pupils(counsellor, school_class, student, today):
    def queries() -> int:
        counsellor.__dict__.pop("_grants", None)
        with CaptureQueriesContext(connection) as captured:
            finder.find(counsellor, "王小", on=today)
        return len(captured)

    one = queries()
    factories.make_student(school_class, "王小明")
    factories.make_student(school_class, "王小红")

    assert queries() == one == 5  # memberships; keys; pupils; their classes; their beds


# The plan of the finder at 100,000 pupils is held by tests/scale/test_query_plans.py.


# --- the page ---------------------------------------------------------------------------------------
def test_the_live_answer_links_to_the_child_and_shows_no_number(client, counsellor, student):
    Student.objects.filter(pk=student.pk).update(phone="13800138000", pinyin="Wáng Xiǎoyǔ")
    finder_service.refresh_keys([student.pk])
    client.force_login(counsellor)

    page = client.post(reverse("students:finder"), {"q": "8000"}, headers=LIVE).content.decode()

    assert 'role="option"' in page
    assert reverse("students:detail", args=[student.public_id]) in page
    assert "Wáng Xiǎoyǔ" in page
    assert "8000" not in page
    assert "<html" not in page


def test_the_page_keeps_what_was_typed_and_its_address_holds_nothing(client, counsellor, student):
    client.force_login(counsellor)

    response = client.post(reverse("students:finder"), {"q": "王小"})

    page = response.content.decode()
    assert 'value="王小"' in page
    assert "王小雨" in page
    assert "?q=" not in page
    assert response["Cache-Control"] == "no-store, private"


def test_a_query_in_the_address_is_not_answered(client, counsellor, student):
    client.force_login(counsellor)

    assert "王小雨" not in client.get(reverse("students:finder"), {"q": "王小雨"}).content.decode()


def test_nobody_found_says_what_to_do_next(client, counsellor, student):
    client.force_login(counsellor)

    assert (
        "last four digits"
        in client.post(reverse("students:finder"), {"q": "没有"}, headers=LIVE).content.decode()
    )
    assert (
        "last four or six digits" in client.post(reverse("students:finder"), {"q": "没有"}).content.decode()
    )


@pytest.mark.parametrize("text", ["\x00", "王" * 600_000, "<script>alert(1)</script>"])
def test_bad_input_gives_a_page_and_no_error(client, counsellor, student, text):
    client.force_login(counsellor)

    response = client.post(reverse("students:finder"), {"q": text})

    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert len(response.content) < 60_000


def test_what_is_typed_is_not_logged(client, counsellor, student, caplog):
    client.force_login(counsellor)

    with caplog.at_level("DEBUG", logger="django.request"), caplog.at_level("INFO"):
        client.post(reverse("students:finder"), {"q": "王小雨"})

    assert "王小雨" not in caplog.text


def test_an_official_has_no_finder(client, official):
    client.force_login(official)

    assert client.post(reverse("students:finder"), {"q": "王小雨"}).status_code == 403


@pytest.mark.parametrize(("who", "offered"), [("warden", True), ("school_admin", False)])
def test_the_way_to_a_child_in_an_emergency_is_shown_to_who_may_go_it(client, request, school, who, offered):
    client.force_login(request.getfixturevalue(who))

    page = client.get(reverse("students:finder")).content.decode()

    assert (reverse("students:emergency_find") in page) is offered
