"""Signed roots: a file that holds together, and the commands around it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import audit, audit_roots, tasks
from core.audit_roots import BadRoots

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def roots(settings, tmp_path):
    settings.AUDIT_ROOTS_FILE = tmp_path / "elsewhere" / "roots.jsonl"
    return settings.AUDIT_ROOTS_FILE


def sign_three(roots):
    for hour in range(3):
        audit_roots.sign({0: (hour + 1, "aa"), 7: (9, "bb")}, now=NOW + timedelta(hours=hour))
    return roots.read_text().splitlines()


def close_links() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def verify(**options: object) -> str:
    out = io.StringIO()
    call_command("verify_audit", stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_root_over_known_heads_never_changes():
    heads = {0: (3, "aa"), 7: (9, "bb"), 12: (1, "cc")}

    assert (
        audit_roots.merkle_root(heads) == "71f7988c2720d5c94b27d9745567b477ca25b17aa3b1602d14c766c9ba10b9e4"
    )
    assert audit_roots.merkle_root({}) != audit_roots.merkle_root({0: (1, "aa")})


def test_a_line_names_only_the_heads_that_moved(roots):
    lines = [json.loads(line) for line in sign_three(roots)]

    assert [set(line["moved"]) for line in lines] == [{"0", "7"}, {"0"}, {"0"}]
    assert [(anchor.seq, anchor.hash) for anchor in audit_roots.anchors()[0]] == [
        (1, "aa"),
        (2, "aa"),
        (3, "aa"),
    ]
    assert [anchor.seq for anchor in audit_roots.anchors()[7]] == [9]


def test_nobody_else_may_read_or_write_the_file(roots):
    sign_three(roots)

    assert roots.stat().st_mode & 0o777 == 0o600


def test_a_changed_line_is_named(roots):
    lines = sign_three(roots)
    roots.write_text("\n".join([lines[0], lines[1].replace('"aa"', '"ab"'), lines[2]]) + "\n")

    with pytest.raises(BadRoots, match="Line 2"):
        audit_roots.anchors()


def test_a_missing_line_is_named(roots):
    lines = sign_three(roots)
    roots.write_text("\n".join([lines[0], lines[2]]) + "\n")

    with pytest.raises(BadRoots, match="Before line 2"):
        audit_roots.anchors()


def test_a_line_signed_with_another_key_is_refused(roots):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    sign_three(roots)

    with pytest.raises(BadRoots, match="Line 1"):
        audit_roots.anchors(key=Ed25519PrivateKey.generate().public_key())


def test_nothing_is_signed_onto_a_broken_file(roots):
    lines = sign_three(roots)
    roots.write_text("\n".join(lines[1:]) + "\n")

    with pytest.raises(BadRoots):
        audit_roots.sign({0: (9, "aa")}, now=NOW)


@pytest.mark.django_db
def test_the_hourly_task_fixes_the_heads_and_verifying_agrees(roots, school):
    close_links()
    tasks.sign_audit_root()
    audit.record("a.b", by=None, school_id=school.pk)
    close_links()

    assert "The audit trail holds." in verify()
    assert school.pk in audit_roots.anchors()


@pytest.mark.django_db
def test_the_command_ends_with_one_and_names_what_was_cut_off(roots, school):
    audit.record("a.b", by=None, school_id=school.pk)
    close_links()
    ((_chain, (seq, hashed)),) = [one for one in audit_roots.heads_now().items() if one[0] == school.pk]
    audit_roots.sign({school.pk: (seq + 5, hashed)}, now=NOW)

    with pytest.raises(CommandError) as told:
        verify()

    assert told.value.returncode == 1


@pytest.mark.django_db
def test_without_a_file_of_roots_the_command_says_what_it_cannot_see(roots):
    assert "No signed roots" in verify()


@pytest.mark.django_db
def test_a_key_that_is_none_is_refused_in_words(roots):
    with pytest.raises(CommandError, match="64 hexadecimal digits"):
        verify(public_key="xyz")


@pytest.mark.django_db
def test_signing_by_hand_tells_the_root(roots):
    out = io.StringIO()

    call_command("sign_audit_root", stdout=out)

    assert json.loads(roots.read_text())["root"] in out.getvalue()
