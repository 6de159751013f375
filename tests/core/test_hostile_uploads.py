"""Hostile files against the upload: each is refused, or comes in as plain values; none is taken as it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.cells import safe
from students import tasks
from students.models import RosterImport, Student
from students.roster.cells import Kept
from students.roster.messages import FileRefused
from students.roster.reading import read_table
from tests import factories
from tests.core.hostile_files import CSV, NAMES, PLAIN, SAMPLES

IDS = [name for name, _, _ in SAMPLES]
VALUES = (str, int, float, bool, dt.date, dt.datetime, dt.time, Kept, type(None))


def outcome(data: bytes) -> str:
    """PLAIN, or the reason for refusing. Whatever else happens fails the test."""
    try:
        table = read_table(data)
        cells = [cell for row in table.rows for cell in row.cells]
    except FileRefused as refusal:
        return refusal.code
    assert all(isinstance(cell, VALUES) for cell in cells)
    return PLAIN


def test_the_corpus_is_as_large_as_promised():
    assert len(SAMPLES) >= 55
    assert len(set(IDS)) == len(IDS)
    assert sum(expected == PLAIN for _, _, expected in SAMPLES) <= 12


@pytest.mark.parametrize(("name", "data", "expected"), SAMPLES, ids=IDS)
def test_a_hostile_file_is_refused_or_plain(name, data, expected):
    found = outcome(data)

    assert found == expected or (expected is None and found)


@pytest.fixture
def admin(client: Client, school, school_admin) -> Client:
    for number in (1, 2, 3):
        factories.make_class(school, 1, number)
    client.force_login(school_admin)
    return client


def files_below(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")} if folder.exists() else set()


@pytest.mark.parametrize(("name", "data", "expected"), SAMPLES, ids=IDS)
def test_on_the_page_it_gets_a_reason_or_a_check_and_never_comes_back(admin, name, data, expected):
    """The whole way: upload, check, look at it, fetch the report. Nothing lands on the disk or in the register."""
    before = files_below(Path(settings.MEDIA_ROOT))

    response = admin.post("/roster/", {"file": SimpleUploadedFile("roster.xlsx", data, "text/html")})

    assert response.status_code in (302, 422)
    for roster in RosterImport.objects.all():
        tasks.check_roster(roster.pk)
        roster.refresh_from_db()
        assert roster.state in {RosterImport.State.READY, RosterImport.State.REFUSED}
        shown = [admin.get(reverse("students:roster_import_detail", args=[roster.public_id]))]
        shown += [
            admin.get(reverse("students:roster_import_report", args=[roster.public_id, kind]))
            for kind in ("json", "xlsx")
        ]
        assert [answer.status_code for answer in shown] == [200, 200, 200]
        assert not [answer for answer in shown if len(data) > 64 and data[-64:] in answer.content]
        assert b"<script>" not in shown[0].content
        assert [answer["Content-Disposition"].split(";")[0] for answer in shown[1:]] == ["attachment"] * 2
    assert files_below(Path(settings.MEDIA_ROOT)) == before
    assert not Student.objects.exists()
    assert not Path("/tmp/kiteline-owned").exists()


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_hostile_name_is_only_a_word(admin, name):
    """It is shown, and nothing is opened, written or sent by it."""
    response = admin.post("/roster/", {"file": SimpleUploadedFile(name, CSV)})

    assert response.status_code in (302, 422)
    for roster in RosterImport.objects.all():
        assert "/" not in roster.file_name
        assert "\\" not in roster.file_name
        assert len(roster.file_name) <= 200
        assert roster.file_name.isprintable()
        tasks.check_roster(roster.pk)
        page = admin.get(reverse("students:roster_import_detail", args=[roster.public_id]))
        report = admin.get(reverse("students:roster_import_report", args=[roster.public_id, "xlsx"]))
        assert page.status_code == report.status_code == 200
        assert b"<script>" not in page.content
        assert str(roster.public_id) in report["Content-Disposition"]
        assert "\n" not in report["Content-Disposition"]


def test_a_file_that_is_too_large_is_not_kept_in_memory_or_on_disk(admin, settings):
    settings.ROSTER_MAX_BYTES = settings.UPLOAD_MAX_BYTES = 1 << 20

    response = admin.post("/roster/", {"file": SimpleUploadedFile("roster.csv", CSV + b" " * (1 << 20))})

    assert response.status_code == 422
    assert "larger than 1 MB" in response.content.decode()
    assert not RosterImport.objects.exists()


def test_a_second_file_under_another_field_is_not_looked_at(admin):
    good, other = SimpleUploadedFile("roster.csv", CSV), SimpleUploadedFile("x.php", b"<?php")

    response = admin.post("/roster/", {"file": good, "shell": other})

    assert response.status_code == 302
    assert RosterImport.objects.count() == 1


def test_the_guard_of_cells_holds_for_what_such_a_file_brings():
    """What comes in as a name goes out into reports."""
    table = read_table(",".join(("姓名", "班号")).encode() + b"\n\xe2\x80\x8b@SUM(1),0103\n")

    names = [str(row.cells[0]) for row in table.rows]
    assert names
    assert all(not str(safe(name)).lstrip("\u200b").startswith("@") for name in names)
