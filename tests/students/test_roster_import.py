"""The three sample files from end to end, with the exact verdict on every trap."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from core.models import AuditEvent
from students import finder_keys
from students.models import Enrolment, FinderKey, GuardianLink, Person, PhoneNumber, RosterImport, Student
from tests import factories

DATA = Path(__file__).parent.parent / "data"
TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)


@pytest.fixture
def classes(school):
    return [factories.make_class(school, grade, number) for grade in range(1, 10) for number in (1, 2, 3)]


def run(name, school, *options):
    out = StringIO()
    call_command(
        "import_roster",
        str(DATA / name),
        f"--school={school.code}",
        "--json",
        "--language=en",
        *options,
        stdout=out,
    )
    return json.loads(out.getvalue())


def test_the_clean_file_is_all_new_and_the_second_time_all_unchanged(school, classes):
    first = run("roster_clean.xlsx", school, "--commit")
    second = run("roster_clean.xlsx", school, "--commit")

    assert first == {"rows": 480, "new": 480, "updated": 0, "unchanged": 0, "warnings": [], "refused": []}
    assert second == {"rows": 480, "new": 0, "updated": 0, "unchanged": 480, "warnings": [], "refused": []}
    assert Student.objects.filter(school=school).count() == 480
    assert Enrolment.objects.filter(school=school, ended_on=None).count() == 480
    assert GuardianLink.objects.filter(school=school).count() == 960
    assert set(Student.objects.values_list("hukou", flat=True)) == {"rural"}


def test_each_adults_number_is_written_down_once_and_confirmed_by_nobody(school, classes):
    run("roster_clean.xlsx", school, "--commit")
    run("roster_clean.xlsx", school, "--commit")

    people = {person.pk: person.phone for person in Person.objects.filter(phone__isnull=False)}
    assert len(people) > 400
    assert {one.person_id: one.number for one in PhoneNumber.objects.all()} == people
    assert not PhoneNumber.objects.exclude(confirmed_on=None).exists()


def test_the_messy_file_meets_every_trap(school, classes):
    report = run("roster_messy.xlsx", school, "--commit")

    refused = [(issue["row"], issue["column"]) for issue in report["refused"]]
    warned = [(issue["row"], issue["column"]) for issue in report["warnings"]]
    assert refused == [(15, "身份证件号"), (38, "出生日期"), (43, "姓名"), (53, "班号")]
    assert warned == [(23, "性别"), (33, "*"), (63, "成员1联系电话")]
    assert [report[key] for key in ("rows", "new", "updated", "unchanged")] == [120, 115, 0, 0]
    assert "九年级(3)班" in report["refused"][3]["reason"]
    assert "check digit" in report["refused"][0]["reason"]
    assert "row 32" in report["warnings"][1]["reason"]


def test_the_messy_files_accepted_traps_arrive_cleaned(school, classes):
    run("roster_messy.xlsx", school, "--commit")

    pupils = {student.school_number: student for student in Student.objects.filter(school=school)}
    assert pupils["QS00004"].name == "欧桐"
    assert pupils["QS00008"].born_on == dt.date(2012, 2, 10)
    assert pupils["QS00010"].born_on == dt.date(2015, 9, 11)
    assert pupils["QS00016"].phone == "17093228515"
    assert (pupils["QS00021"].sex, pupils["QS00021"].identity_number) == ("male", "529999201104043884")
    assert (pupils["QS00026"].identity_number, pupils["QS00026"].national_number) == (
        "",
        "L529999202690000012",
    )
    assert pupils["QS00045"].name == "阿依古丽·买买提"
    assert Student.objects.filter(name="唐桂").count() == 1
    assert Person.objects.get(guardian_links__student=pupils["QS00061"], name="李远").phone == ""


def test_the_messy_file_a_second_time_changes_nothing(school, classes):
    run("roster_messy.xlsx", school, "--commit")
    before = list(Student.objects.order_by("pk").values())

    report = run("roster_messy.xlsx", school, "--commit")

    assert [report[key] for key in ("rows", "new", "updated", "unchanged")] == [120, 0, 0, 115]
    assert list(Student.objects.order_by("pk").values()) == before


def test_identity_numbers_that_became_figures_refuse_the_whole_file(school, classes):
    out = StringIO()

    with pytest.raises(SystemExit) as exit_code:
        call_command(
            "import_roster",
            str(DATA / "roster_ids_as_numbers.xlsx"),
            f"--school={school.code}",
            "--json",
            "--commit",
            "--language=en",
            stdout=out,
        )

    report = json.loads(out.getvalue())
    assert exit_code.value.code == 1
    assert "Format the column as text" in report.pop("file_error")
    assert report == {"rows": 0, "new": 0, "updated": 0, "unchanged": 0, "warnings": [], "refused": []}
    assert not Student.objects.exists()


def test_a_dry_run_writes_nothing(school, classes):
    report = run("roster_clean.xlsx", school)

    assert report["new"] == 480
    assert not Student.objects.exists()
    assert not RosterImport.objects.exists()
    assert not AuditEvent.objects.exists()


def test_the_import_leaves_a_trail_and_finder_keys_but_no_copy(school, classes, school_admin):
    run("roster_messy.xlsx", school, "--commit", "--by=school_admin")

    roster = RosterImport.objects.get()
    assert (roster.state, roster.content, roster.confirmed_by) == ("done", None, school_admin)
    assert not roster.rows.exclude(pupil__isnull=True, changes__isnull=True).exists()
    assert AuditEvent.objects.filter(event="student.created", actor_name="school_admin").count() == 115
    assert AuditEvent.objects.get(event="roster.imported").details["counts"]["new"] == 115
    assert FinderKey.objects.filter(key=finder_keys.blind(school.pk, "phone", "17093228515")).exists()
    assert Student.objects.get(name="田晓").pinyin == "Tián Xiǎo"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["roster_clean.xlsx", "--school=0000000000"], "no school"),
        (["missing.xlsx", "--school=2152999901"], "can't be read"),
        (["README.md", "--school=2152999901", "--by=nobody"], "no active user"),
        (["roster_ids_as_numbers.xlsx", "--school=2152999901", "--language=en"], "Nothing was imported"),
    ],
)
def test_the_command_says_what_is_wrong(school, arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("import_roster", str(DATA / arguments[0]), *arguments[1:], stdout=StringIO())


class Terminal(StringIO):
    def isatty(self):
        return True


def test_a_person_at_a_terminal_sees_a_bar_and_a_program_sees_none(school, classes):
    seen, unseen = Terminal(), StringIO()
    for stream in (seen, unseen):
        call_command(
            "import_roster",
            str(DATA / "roster_clean.xlsx"),
            f"--school={school.code}",
            "--no-color",
            stdout=StringIO(),
            stderr=stream,
        )

    assert "200/480" in seen.getvalue()
    assert seen.getvalue().endswith("\r")
    assert unseen.getvalue() == ""


def test_a_file_of_another_school_is_remarked_on(other_school, county):
    factories.make_class(other_school, 1, 1)
    err = StringIO()

    call_command(
        "import_roster",
        str(DATA / "roster_clean.xlsx"),
        f"--school={other_school.code}",
        stdout=StringIO(),
        stderr=err,
    )

    assert "2152999901" in err.getvalue()


def test_without_json_the_command_speaks_to_a_person(school, classes):
    out = StringIO()

    call_command(
        "import_roster",
        str(DATA / "roster_messy.xlsx"),
        f"--school={school.code}",
        "--language=en",
        stdout=out,
    )

    assert "120 rows: 115 new, 0 updated, 0 unchanged, 3 warnings, 4 refused." in out.getvalue()
    assert "nothing was written" in out.getvalue()
