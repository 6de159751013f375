"""Who is who, and what changes: pupils, classes, adults."""

from __future__ import annotations

import datetime as dt

import pytest

from students import finder_keys
from students.identity import check_character
from students.models import Enrolment, FinderKey, GuardianLink, Person, Student
from students.services import roster_plan
from tests import factories
from tests.students.roster.small import GIRL, ID, TODAY, bring_in, table


@pytest.fixture
def first(school):
    return factories.make_class(school, 1, 3)


@pytest.fixture
def second(school):
    return factories.make_class(school, 1, 2)


def kinds(plan):
    return [planned.verdict.kind.value for planned in plan.rows]


def codes(plan):
    return [issue.code for planned in plan.rows for issue in planned.issues]


# --- who is who -------------------------------------------------------------------------------------


def test_a_pupil_is_known_by_national_number_though_the_name_changed(school, first):
    number = f"G{ID}"
    bring_in(school, GIRL | {"全国学籍号": number})

    plan = bring_in(school, GIRL | {"全国学籍号": number, "姓名": "田小晓"})

    assert kinds(plan) == ["updated"]
    assert Student.objects.get().name == "田小晓"
    assert FinderKey.objects.filter(key="田小晓").exists()
    assert not FinderKey.objects.filter(key="田晓").exists()


def test_a_pupil_is_known_by_identity_number_and_gets_a_national_number(school, first):
    bring_in(school, GIRL | {"身份证件号": ID})

    plan = bring_in(school, GIRL | {"身份证件号": ID, "全国学籍号": f"G{ID}"})

    assert kinds(plan) == ["updated"]
    assert Student.objects.get().national_number == f"G{ID}"


def test_a_temporary_number_gives_way_to_a_formal_one_and_never_comes_back(school, first):
    bring_in(school, GIRL | {"全国学籍号": "L529999202690000012"})

    there = bring_in(school, GIRL | {"全国学籍号": f"G{ID}", "身份证件号": ID})
    back = bring_in(school, GIRL | {"全国学籍号": "L529999202690000012"})

    assert (kinds(there), kinds(back)) == (["updated"], ["unchanged"])
    assert Student.objects.get().national_number == f"G{ID}"


def test_a_pupil_without_numbers_is_known_by_name_and_birth_date(school, first):
    bring_in(school, GIRL)

    assert kinds(bring_in(school, GIRL)) == ["unchanged"]


def test_a_namesake_with_another_number_is_another_pupil(school, first):
    other = "52999920190217542" + check_character("52999920190217542")
    bring_in(school, GIRL | {"身份证件号": ID})

    plan = bring_in(school, GIRL | {"身份证件号": other})

    assert (kinds(plan), codes(plan)) == (["new"], ["namesake"])
    assert Student.objects.count() == 2


def test_numbers_of_two_children_in_one_row_are_refused(school, first):
    bring_in(school, GIRL | {"身份证件号": ID}, GIRL | {"姓名": "何平", "全国学籍号": "L529999202690000012"})

    plan = bring_in(school, GIRL | {"身份证件号": ID, "全国学籍号": "L529999202690000012"})

    assert codes(plan) == ["two-pupils"]


def test_a_number_on_a_quite_different_child_is_refused(school, first):
    bring_in(school, GIRL | {"全国学籍号": "L529999202690000012"})

    plan = bring_in(
        school, GIRL | {"姓名": "何平", "出生日期": "2018-01-01", "全国学籍号": "L529999202690000012"}
    )

    assert codes(plan) == ["other-pupils-number"]


def test_two_pupils_of_one_name_and_birthday_need_a_number(school, first):
    for number in ("L529999202690000012", "L529999202690000020"):
        factories.make_student(first, "田晓", born_on=dt.date(2019, 2, 17), national_number=number)

    plan = bring_in(school, GIRL)

    assert codes(plan) == ["ambiguous"]


def test_two_rows_that_mean_one_stored_pupil_count_once(school, first):
    bring_in(school, GIRL | {"身份证件号": ID, "全国学籍号": f"G{ID}"})

    plan = bring_in(school, GIRL | {"身份证件号": ID}, GIRL | {"姓名": "田晓晓", "全国学籍号": f"G{ID}"})

    assert kinds(plan) == ["unchanged", "refused"]


def test_the_same_pupil_with_other_details_in_one_file_is_refused(school, first, second):
    plan = bring_in(school, GIRL, GIRL | {"班号": "0102"})

    assert (kinds(plan), codes(plan)) == (["new", "refused"], ["duplicate-differs"])
    assert plan.rows[1].issues[0].params["columns"] == "班号"


def test_a_pupil_of_another_school_is_neither_touched_nor_betrayed(school, first, other_school):
    foreign_class = factories.make_class(other_school, 1, 3)
    foreign = factories.make_student(
        foreign_class, "田晓", identity_number=ID, national_number=f"G{ID}", phone="1"
    )

    plan = bring_in(school, GIRL | {"身份证件号": ID, "全国学籍号": f"G{ID}", "联系电话": "13812345678"})

    foreign.refresh_from_db()
    assert (kinds(plan), codes(plan)) == (["new"], [])
    assert (foreign.phone, foreign.school) == ("1", other_school)
    assert Student.objects.get(school=school).phone == "13812345678"


def test_rows_with_only_a_running_number_or_a_remark_are_no_pupils(school, first):
    plan = bring_in(school, GIRL | {"序号": 1}, {"序号": 2}, {"备注": "合计 1 人"})

    assert kinds(plan) == ["new"]


# --- what changes ---------------------------------------------------------------------------------


def test_a_blank_cell_keeps_what_is_stored(school, first):
    bring_in(school, GIRL | {"身份证件号": ID, "联系电话": "13812345678"})

    plan = bring_in(school, GIRL | {"身份证件号": ID, "联系电话": "", "性别": "", "出生日期": ""})

    assert kinds(plan) == ["unchanged"]
    assert Student.objects.get().phone == "13812345678"


def test_sex_and_birth_date_come_from_the_identity_number_when_blank(school, first):
    bring_in(school, {"姓名": "田晓", "身份证件号": ID, "班号": "0103"})

    student = Student.objects.get()
    assert (student.sex, student.born_on) == ("female", dt.date(2019, 2, 17))


@pytest.mark.parametrize(("missing", "code"), [("性别", "sex-missing"), ("出生日期", "birth-missing")])
def test_a_new_pupil_needs_sex_and_birth_date(school, first, missing, code):
    plan = bring_in(school, GIRL | {missing: ""})

    assert codes(plan) == [code]


def test_the_changes_name_old_and_new(school, first, second):
    bring_in(school, GIRL | {"联系电话": "13812345678"})

    plan = roster_plan.plan_file(table(GIRL | {"联系电话": "13912345678", "班号": "0102"}), school, on=TODAY)

    changes = [(change.key, change.old, change.new) for change in plan.rows[0].verdict.changes]
    assert changes == [("phone", "13812345678", "13912345678"), ("class", "一年级(3)班", "一年级(2)班")]


def test_a_new_pupil_is_enrolled_since_the_start_of_the_year(school, first):
    bring_in(school, GIRL | {"入学年月": "202509"})

    assert Enrolment.objects.get().started_on == dt.date(2026, 9, 1)


def test_a_pupil_who_came_in_the_year_is_enrolled_since_that_month(school, first):
    bring_in(school, GIRL | {"入学年月": "202610"})

    assert Enrolment.objects.get().started_on == dt.date(2026, 10, 1)


def test_a_move_ends_the_stay_in_the_old_class_the_day_before(school, first, second):
    bring_in(school, GIRL | {"入学年月": "202609"})

    bring_in(school, GIRL | {"班号": "0102"})

    stays = Enrolment.objects.order_by("started_on").values_list("school_class", "started_on", "ended_on")
    assert list(stays) == [
        (first.pk, dt.date(2026, 9, 1), dt.date(2026, 11, 21)),
        (second.pk, TODAY, None),
    ]


def test_a_move_on_the_day_of_enrolment_corrects_it(school, first, second):
    bring_in(school, GIRL)

    bring_in(school, GIRL | {"班号": "0102"})

    assert Enrolment.objects.get().school_class == second


def test_going_up_a_grade_starts_with_the_new_year(school, first):
    bring_in(school, GIRL | {"入学年月": "202609"})
    year = factories.make_year(school, starts_on=dt.date(2027, 9, 1))
    school.classes.create(year=year, grade=2, number=3)

    bring_in(school, GIRL | {"班号": "0203"}, on=dt.date(2027, 9, 10))

    stays = Enrolment.objects.order_by("started_on").values_list("started_on", "ended_on")
    assert list(stays) == [
        (dt.date(2026, 9, 1), dt.date(2027, 8, 31)),
        (dt.date(2027, 9, 1), None),
    ]


def test_a_pupil_who_left_is_enrolled_again_after_the_earlier_stay(school, first):
    bring_in(school, GIRL | {"入学年月": "202609"})
    Enrolment.objects.update(ended_on=dt.date(2026, 10, 31))

    plan = bring_in(school, GIRL | {"入学年月": "202609"})

    assert kinds(plan) == ["updated"]
    assert Enrolment.objects.get(ended_on=None).started_on == dt.date(2026, 11, 1)


def test_a_class_that_does_not_exist_offers_the_nearest(school, first, second):
    plan = bring_in(school, GIRL | {"班号": "0109"}, GIRL | {"姓名": "何平", "班号": "一年级"})

    assert codes(plan) == ["class-unknown", "class-number-missing"]
    assert "一年级(3)班" in plan.rows[0].issues[0].text


def test_a_grade_with_one_class_needs_no_number(school, first):
    assert kinds(bring_in(school, GIRL | {"班号": "一年级"})) == ["new"]


def test_a_school_without_classes_is_told_so(school):
    assert codes(bring_in(school, GIRL)) == ["class-none"]


# --- adults ---------------------------------------------------------------------------------------

FATHER = {"成员1姓名": "田军", "成员1关系": "父亲", "成员1联系电话": "13812345678", "成员1是否监护人": "是"}
BROTHER = GIRL | {"姓名": "田明", "性别": "男"}


def test_siblings_share_a_parent_when_all_details_agree(school, first):
    bring_in(school, GIRL | FATHER, BROTHER | FATHER)

    assert Person.objects.count() == 1
    assert GuardianLink.objects.filter(relation="father", is_guardian=True).count() == 2


def test_parents_of_one_name_without_a_telephone_stay_two(school, first):
    father = FATHER | {"成员1联系电话": ""}
    bring_in(school, GIRL | father, BROTHER | father)

    assert Person.objects.count() == 2


def test_a_parents_details_are_updated(school, first):
    bring_in(school, GIRL | FATHER)

    plan = bring_in(school, GIRL | FATHER | {"成员1联系电话": "13912345678", "成员1是否监护人": "否"})

    link = GuardianLink.objects.get()
    assert kinds(plan) == ["updated"]
    assert (link.person.phone, link.is_guardian) == ("13912345678", False)
    assert FinderKey.objects.filter(key=finder_keys.blind(school.pk, "phone", "13912345678")).exists()


def test_siblings_who_disagree_about_a_parent_do_not_turn_it_over_and_over(school, first):
    bring_in(school, GIRL | FATHER, BROTHER | FATHER)
    file = (
        GIRL | FATHER | {"成员1联系电话": "13900000001"},
        BROTHER | FATHER | {"成员1联系电话": "13900000002"},
    )

    once = bring_in(school, *file)
    twice = bring_in(school, *file)

    assert (kinds(once), kinds(twice)) == (["updated", "unchanged"], ["unchanged", "unchanged"])
    assert codes(twice) == ["member-contradicts"]
