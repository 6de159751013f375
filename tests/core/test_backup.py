"""A backup that comes back: the drill, what it notices, and that neither half alone tells anything."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from core import archive, backup, keyring, keys, restore, tenancy
from students.models import Student

PASSPHRASE = "correct horse battery staple"
SCRATCH = "kiteline_restore_test"
NOW = "2026-11-22T10:00:00+00:00"

with_commits = pytest.mark.django_db(transaction=True)


@pytest.fixture
def files(tmp_path: Path, settings, monkeypatch) -> Path:
    """A folder of files, and the passphrase where commands look for it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.AUDIT_ROOTS_FILE = tmp_path / "roots.jsonl"
    (settings.MEDIA_ROOT / "exports").mkdir(parents=True)
    (settings.MEDIA_ROOT / "exports" / "a.bin").write_bytes(b"\x00file of ours" * 1000)
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    return settings.MEDIA_ROOT


@pytest.fixture
def scratch():
    """The name of a database that is gone afterwards."""
    restore.drop(SCRATCH, settings.DATABASE_ADMIN_URL)
    yield SCRATCH
    restore.drop(SCRATCH, settings.DATABASE_ADMIN_URL)


def write(path: Path, media: Path) -> backup.Manifest:
    return backup.write(path, dsn=backup.dsn(), media=media, passphrase=PASSPHRASE, made_at=NOW)


@with_commits
def test_the_drill_restores_everything_and_leaves_nothing_behind(files, student: Student):
    Student.objects.filter(pk=student.pk).update(phone="13800138000")
    keys.school_encrypt(student.school.public_id, b"sealed", bound_to="entry:1")
    said = StringIO()

    call_command("backup_drill", stdout=said, stderr=said)

    assert "counts and checksums equal" in said.getvalue()
    assert "students_student.phone: 1 opened" in said.getvalue()
    assert "The drill went well" in said.getvalue()
    with psycopg2.connect(settings.DATABASE_ADMIN_URL) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'kiteline\\_drill\\_%'")
        assert cursor.fetchone() == (0,)
    admin.close()


@with_commits
def test_a_backup_comes_back_in_a_new_database_with_its_files_rights_and_policies(
    files, student: Student, tmp_path, scratch
):
    Student.objects.filter(pk=student.pk).update(phone="13800138000")
    call_command("backup", to=tmp_path / "one.klb", stdout=StringIO())

    call_command(
        "restore", tmp_path / "one.klb", database=scratch, media=tmp_path / "back", stdout=StringIO()
    )

    assert (tmp_path / "back" / "exports" / "a.bin").read_bytes() == (
        files / "exports" / "a.bin"
    ).read_bytes()
    with restore.connected_to(scratch):
        assert not Student.objects.exists()  # scopes opened there aren't open here
        with tenancy.program("test"):
            assert Student.objects.get(phone="13800138000").pk == student.pk
        with connection.cursor() as cursor:
            cursor.execute("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'students_student'")
            assert cursor.fetchone() == (True,)
            cursor.execute("SELECT has_table_privilege('kl_app', 'core_auditevent', 'UPDATE')")
            assert cursor.fetchone() == (False,)


@with_commits
def test_a_backup_never_goes_over_data(files, student, tmp_path):
    write(tmp_path / "one.klb", files)

    with pytest.raises(backup.BackupError, match="has tables already"):
        restore.into(
            tmp_path / "one.klb",
            database=connection.settings_dict["NAME"],
            admin_dsn=settings.DATABASE_ADMIN_URL,
            media=None,
            passphrase=PASSPHRASE,
        )
    assert Student.objects.filter(pk=student.pk).exists()


@with_commits
def test_a_row_lost_added_or_changed_is_named(files, student, other_student):
    expected = restore.summary_of(backup.dsn())

    Student.objects.filter(pk=student.pk).update(address="elsewhere")
    changed = backup.differences(expected, restore.summary_of(backup.dsn()))

    assert any(line.startswith("public.students_student: the same number of rows (2)") for line in changed)
    assert backup.differences(expected, expected) == []


@with_commits
def test_nothing_clear_and_no_key_is_in_a_backup(files, student, tmp_path):
    keys.school_encrypt(student.school.public_id, b"sealed", bound_to="entry:1")
    write(tmp_path / "one.klb", files)

    content = (tmp_path / "one.klb").read_bytes()
    with backup.members(tmp_path / "one.klb", PASSPHRASE) as found:
        inside = dict(found)

    assert student.name.encode() not in content
    assert b"file of ours" not in content
    assert b"students_student" not in content
    assert not [name for name in inside if "key" in name]
    assert keyring.encode(keyring.read(Path(settings.KEYRING_FILE)).newest.key).encode() not in b"".join(
        inside.values()
    )
    assert {path.name for path in tmp_path.iterdir()} >= {"one.klb"}
    assert not list(tmp_path.glob("*.part"))


@with_commits
def test_a_damaged_backup_is_refused_before_anything_is_made(files, student, tmp_path, scratch):
    path = tmp_path / "one.klb"
    write(path, files)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    with pytest.raises((archive.ArchiveError, backup.BackupError)):
        restore.into(
            path, database=scratch, admin_dsn=settings.DATABASE_ADMIN_URL, media=None, passphrase=PASSPHRASE
        )
    with psycopg2.connect(settings.DATABASE_ADMIN_URL) as admin, admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [scratch])
        assert cursor.fetchone() is None
    admin.close()


# --- the archive ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, archive.CHUNK, 2 * archive.CHUNK + 1])
def test_what_is_sealed_comes_back(tmp_path, size):
    content = bytes(range(256)) * (size // 256 + 1)
    archive.seal(tmp_path / "a", content[:size], PASSPHRASE)

    assert archive.unseal(tmp_path / "a", PASSPHRASE) == content[:size]


def test_a_wrong_passphrase_opens_nothing_and_a_short_one_closes_nothing(tmp_path):
    archive.seal(tmp_path / "a", b"content", PASSPHRASE)

    with pytest.raises(archive.ArchiveError, match="Wrong passphrase"):
        archive.unseal(tmp_path / "a", PASSPHRASE + "!")
    with pytest.raises(archive.ArchiveError, match="12 characters"):
        archive.seal(tmp_path / "b", b"content", "short")


def test_chunks_cut_off_swapped_or_appended_are_noticed(tmp_path):
    path = tmp_path / "a"
    archive.seal(path, b"x" * (3 * archive.CHUNK), PASSPHRASE)
    whole = path.read_bytes()
    head, chunk = len(archive.MAGIC) + 16 + 7, archive.CHUNK + 16 + 5
    forged = {
        "last chunk gone": whole[: head + 2 * chunk],
        "half a chunk gone": whole[: -chunk // 2],
        "first two swapped": whole[:head]
        + whole[head + chunk : head + 2 * chunk]
        + whole[head : head + chunk],
        "appended": whole + b"!",
        "another kind of file": b"PK" + whole,
    }

    noticed = []
    for what, content in forged.items():
        path.write_bytes(content)
        try:
            archive.unseal(path, PASSPHRASE)
        except archive.ArchiveError:
            noticed.append(what)

    assert noticed == list(forged)


# --- keys -----------------------------------------------------------------------------------------------


def test_keys_are_backed_up_apart_and_come_back(tmp_path, settings, monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    school = "0193a5f0-0000-7000-8000-000000000001"
    settings.KEYRING_FILE, settings.SCHOOL_KEYS_DIR = tmp_path / "k" / "ring.json", tmp_path / "k" / "schools"
    keyring.ensure(settings.KEYRING_FILE)
    blob, sealed = keys.encrypt("x", b"data"), keys.school_encrypt(school, b"sealed", bound_to="1")
    call_command("backup_keys", to=tmp_path / "keys.klk", stdout=StringIO())

    settings.KEYRING_FILE, settings.SCHOOL_KEYS_DIR = tmp_path / "n" / "ring.json", tmp_path / "n" / "schools"
    call_command("backup_keys", restore=tmp_path / "keys.klk", stdout=StringIO())

    assert keys.decrypt("x", blob) == b"data"
    assert keys.school_decrypt(school, sealed, bound_to="1") == b"sealed"
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup_keys", restore=tmp_path / "keys.klk", stdout=StringIO())
