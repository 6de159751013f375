"""Houses from a sheet of rooms: read, shown, confirmed."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from dormitories import house_sheet
from dormitories.models import Bed, Building, HouseFile, Room
from dormitories.services import house_files
from tests import factories

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HEAD = ["楼栋", "男女", "楼层", "房间", "床位数", "最低年级", "最高年级", "靠近宿管", "无障碍", "面积"]


def sheet(*rows, head=HEAD) -> bytes:
    book = Workbook()
    page = book.active
    page.append(["宿舍房间表"])
    page.append(head)
    for row in rows:
        page.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = ["1号楼", "女", 3, "302", 8, 3, 4, "是", "否", 26]


# --- reading ------------------------------------------------------------------------------------
def test_a_row_is_read_as_people_write_it():
    (row,) = house_sheet.read(
        sheet(["１号楼", "女生", "三层", 302.0, "8", "三年级", "四年级", "√", "", "26 m²"])
    )

    assert row.issues == []
    assert (row.building, row.sex, row.floor, row.room, row.beds) == ("1号楼", "female", 3, "302", 8)
    assert (row.grade_from, row.grade_to, row.near_warden, row.area) == (3, 4, True, "26.0")


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        (0, "", "building-missing"),
        (0, "楼" * 41, "too-long"),
        (1, "混", "sex"),
        (2, "99", "floor"),
        (2, "-1", "floor"),
        (3, "", "room-missing"),
        (3, "1" * 11, "too-long"),
        (4, 0, "beds"),
        (4, 25, "beds"),
        (4, "²", "beds"),
        (5, 9, "grades"),
        (7, "也许", "yes-or-no"),
        (9, "NaN", "area"),
        (9, "=1+1", "formula"),
    ],
)
def test_what_can_t_be_read_is_said_of_its_row(column, value, code):
    wrong = [*GOOD]
    wrong[column] = value

    (row,) = house_sheet.read(sheet(wrong))

    assert code in [issue[0] for issue in row.issues]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.4", "not-a-spreadsheet"),
        ("姓名,性别\n王,女\n".encode(), "no-header"),
        ("楼栋,房间\n1,302\n".encode(), "missing-columns"),
        (b"PK\x03\x04broken", "damaged"),
    ],
)
def test_a_file_that_isn_t_a_sheet_of_rooms_is_refused_whole(content, code):
    with pytest.raises(house_sheet.FileRefused) as refusal:
        house_sheet.read(content)

    assert refusal.value.code == code


# --- the dry run and the yes --------------------------------------------------------------------
@pytest.fixture
def admin(client, school_admin):
    client.force_login(school_admin)
    return client


def upload(client, school, content: bytes, name: str = "rooms.xlsx"):
    url = reverse("dormitories:house_upload", args=[school.public_id])
    return client.post(url, {"file": SimpleUploadedFile(name, content)})


@pytest.mark.django_db
def test_nothing_is_set_up_before_the_yes(admin, school):
    answer = upload(admin, school, sheet(GOOD, ["1号楼", "女", 3, "303", 6], ["2号楼", "混", 1, "101", 8]))

    file = HouseFile.objects.get()
    page = admin.get(answer["Location"]).content.decode()
    assert not Building.objects.exists()
    assert "Write 男 or 女, not “混”." in page

    admin.post(reverse("dormitories:house_file_confirm", args=[file.public_id]))

    assert list(Room.objects.values_list("building__name", "number")) == [("1号楼", "302"), ("1号楼", "303")]
    assert Bed.objects.count() == 14
    room = Room.objects.get(number="302")
    assert (room.sex, room.grade_from, room.near_warden, str(room.area)) == ("female", 3, True, "26.0")
    assert list(room.beds.order_by("pk").values_list("level", flat=True)[:2]) == ["lower", "upper"]


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing(admin, school):
    for _time in range(2):
        upload(admin, school, sheet(GOOD))
        file = HouseFile.objects.latest("pk")
        admin.post(reverse("dormitories:house_file_confirm", args=[file.public_id]))

    assert Room.objects.count() == 1
    with pytest.raises(house_files.RefusedError, match="taken in already"):
        house_files.confirm_file(file=HouseFile.objects.earliest("pk"), by=None, now=NOW)


@pytest.mark.django_db
def test_what_contradicts_itself_or_the_school_is_refused(admin, school, school_admin):
    factories.make_building(school, name="3号楼", sex="male")
    content = sheet(
        GOOD,
        GOOD,
        ["2号楼", "女", 1, "101", 8],
        ["2号楼", "男", 1, "102", 8],
        ["3号楼", "女", 1, "101", 8],
    )
    page = admin.get(upload(admin, school, content)["Location"]).content.decode()

    assert "stands in the file twice" in page
    assert page.count("once for girls and once for boys") == 2
    assert "for the other sex already" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "No row names the columns"), ("楼栋,房间\n1,302\n".encode(), "A column is missing")],
)
def test_a_bad_file_is_said_beside_the_field(admin, school, content, words):
    answer = upload(admin, school, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not HouseFile.objects.exists()


@pytest.mark.django_db
def test_the_empty_sheet_can_be_brought_in_again(admin, school):
    pattern = admin.get(reverse("dormitories:house_pattern", args=[school.public_id]))

    (row,) = house_sheet.read(pattern.content)

    assert (row.issues, row.building, row.room) == ([], "1号楼", "302")
