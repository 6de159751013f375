"""The list of children: whose, filtered, paged by key, in a fixed number of queries."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from students import names
from students.models import Student
from students.selectors import children as child_selectors
from tests import factories

pytestmark = pytest.mark.django_db
URL = "students:list"


def page_of(client, user, **filters) -> str:
    client.force_login(user)
    return client.get(reverse(URL), filters).content.decode()


def listed(user, on, *, class_id="", boarding="", cursor=None):
    return child_selectors.children(user, on=on, class_id=class_id, boarding=boarding, cursor=cursor)


def test_a_teacher_sees_their_own_class_and_nobody_else(client, homeroom_teacher, student, other_student):
    page = page_of(client, homeroom_teacher)

    assert "王小雨" in page
    assert "李明" not in page


def test_the_school_next_door_sees_nobody_of_ours(client, stranger, student):
    assert "王小雨" not in page_of(client, stranger)


def test_an_official_has_no_list(client, official):
    client.force_login(official)

    assert client.get(reverse(URL)).status_code == 403


def test_whoever_left_is_not_listed(client, counsellor, student, other_student, school_admin):
    student.enrolments.update(ended_on="2026-10-01")

    assert "王小雨" not in page_of(client, counsellor)


def test_class_and_boarding_filter(counsellor, student, other_student, school_class, other_class, today):
    by_class = listed(counsellor, today, class_id=str(other_class.public_id))
    boarders = listed(counsellor, today, boarding="boarder")
    neither = listed(counsellor, today, class_id=str(other_class.public_id), boarding="boarder")

    assert [one.name for one in by_class.page] == ["李明"]
    assert [one.name for one in boarders.page] == ["王小雨"]
    assert list(neither.page) == []


@pytest.mark.parametrize("made_up", [{"class_id": "nonsense"}, {"boarding": "'; --"}, {"cursor": "f99999"}])
def test_a_made_up_filter_filters_nothing(counsellor, student, other_student, today, made_up):
    assert len(listed(counsellor, today, **made_up).page) == 2


def test_a_class_of_the_school_next_door_is_no_filter(counsellor, student, foreign_student, today):
    theirs = foreign_student.enrolments.get().school_class

    found = listed(counsellor, today, class_id=str(theirs.public_id))

    assert found.school_class is None
    assert [one.name for one in found.page] == ["王小雨"]


def test_pages_follow_the_alphabet_without_gap_or_repetition(counsellor, school_class, today):
    for number in range(95):
        name = f"{'吴王黄何韩'[number % 5]}{'安博晨东恩'[number // 5 % 5]}{'江海'[number % 2]}"
        factories.make_student(school_class, name, pinyin=names.display(name))

    seen, cursor = [], None
    while True:
        page = listed(counsellor, today, cursor=cursor).page
        seen += list(page)
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len({one.pk for one in seen}) == len(seen) == 95
    plain = [re.sub("[^a-z ]", "", names.fold(one.pinyin.split()[0])) for one in seen]
    assert plain == sorted(plain)
    assert plain[0] == "han"


def test_the_number_of_queries_does_not_grow_with_the_rows(client, counsellor, student, school_class):
    client.force_login(counsellor)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(URL))
        return len(captured)

    queries()
    one = queries()
    factories.make_student(school_class, "王小明")
    factories.make_student(school_class, "王小红")

    assert queries() == one


def test_an_empty_list_says_what_to_do_next(client, paired_teacher, student):
    student.pairings.update(ended_on="2026-10-01")

    assert "administrator" in page_of(client, paired_teacher)


def test_filters_without_a_match_offer_the_whole_list(client, homeroom_teacher, student):
    page = page_of(client, homeroom_teacher, boarding=Student.Boarding.DAY)

    assert "王小雨" not in page
    assert f'href="{reverse(URL)}"' in page
