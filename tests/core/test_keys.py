"""The keyring and what it closes: what opens again, and what never does."""

from __future__ import annotations

import json
import multiprocessing
import stat
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from config import embedded
from core import keyring, keys, school_keys

SCHOOL = "0193a5f0-0000-7000-8000-000000000001"
NEIGHBOUR = "0193a5f0-0000-7000-8000-000000000002"
# Made once with tests/data/keyring.json: a change of format or derivation would lock up what is stored.
GOLDEN = bytes.fromhex("017e570001b386219beae3d5c8a3dcf6d28f0d0aa7f44e52e2df57993268e9f99525984f8add43ea6faf")


@pytest.fixture
def ring(tmp_path: Path, settings) -> Path:
    """A keyring of this test's own, in use."""
    settings.KEYRING_FILE = tmp_path / "keys" / "ring.json"
    settings.SCHOOL_KEYS_DIR = tmp_path / "keys" / "schools"
    keyring.ensure(settings.KEYRING_FILE)
    return settings.KEYRING_FILE


def test_what_was_closed_opens_again() -> None:
    blob = keys.encrypt("number", "王小雨 110105".encode(), bound_to="students_student.phone")

    assert keys.decrypt("number", blob, bound_to="students_student.phone").decode() == "王小雨 110105"
    assert b"110105" not in blob


def test_the_format_on_disk_stays_what_it_was() -> None:
    assert keys.decrypt("golden", GOLDEN, bound_to="table.column").decode() == "风筝线"
    assert (
        keys.blind_index("golden", "13800138000").hex()
        == "98965eb9d779ad6771cc2213c6e540889317d517929d6efa43820b30fe05e6ee"
    )
    assert (
        keys.mac("golden", b"data").hex()
        == "f4d9ebebe22a238b95d703f13160a9389a4897bb02e5990e5f72b6a87b465535"
    )


def test_the_same_text_never_looks_the_same_twice() -> None:
    assert len({keys.encrypt("number", b"same") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("purpose", "place"), [("other", "t.a"), ("number", "t.b"), ("number", ""), ("numbert", ".a")]
)
def test_it_opens_for_its_own_purpose_and_place_only(purpose: str, place: str) -> None:
    blob = keys.encrypt("number", b"secret", bound_to="t.a")

    with pytest.raises(keys.Damaged):
        keys.decrypt(purpose, blob, bound_to=place)


def test_a_change_of_any_byte_is_noticed() -> None:
    blob = keys.encrypt("number", b"secret", bound_to="t.a")

    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 1
        with pytest.raises((keys.Damaged, keys.KeyMissing)):
            keys.decrypt("number", bytes(changed), bound_to="t.a")


@pytest.mark.parametrize("length", [0, 1, 16, 32])
def test_a_shortened_blob_is_refused(length: int) -> None:
    with pytest.raises(keys.Damaged):
        keys.decrypt("number", keys.encrypt("number", b"")[:length])


def test_an_unknown_key_is_named_with_its_remedy(ring: Path) -> None:
    blob = keys.encrypt("number", b"secret")
    keyring.write(ring, keyring.dump(keyring.new_ring()))

    with pytest.raises(keys.KeyMissing, match=keys.key_id(blob).hex() + ".*put back the keyring") as caught:
        keys.decrypt("number", blob)
    assert "secret" not in str(caught.value)


def test_a_new_version_closes_from_now_on_and_old_ones_still_open(ring: Path) -> None:
    old = keys.encrypt("number", b"old")
    index = keys.blind_index("number", "138")
    keyring.add_key(ring)

    new = keys.encrypt("number", b"new")

    assert keys.key_id(new) != keys.key_id(old)
    assert [keys.decrypt("number", old), keys.decrypt("number", new)] == [b"old", b"new"]
    assert keys.blind_index("number", "138") == index


def test_indexes_and_macs_differ_by_purpose_and_from_each_other() -> None:
    found = {
        keys.blind_index("phone", "138"),
        keys.blind_index("identity", "138"),
        keys.mac("phone", b"138"),
        keys.blind_index("phone", "139"),
    }

    assert len(found) == 4


def test_the_signing_key_is_always_the_same_one() -> None:
    signature = keys.signing_key().sign(b"root")

    keys.signing_key().public_key().verify(signature, b"root")
    with pytest.raises(InvalidSignature):
        keys.signing_key().public_key().verify(signature, b"another root")
    assert len(keys.scope_secret()) == 32


# --- schools ------------------------------------------------------------------------------------------


def test_a_sealed_text_opens_for_its_school_and_row_only(ring: Path) -> None:
    blob = keys.school_encrypt(SCHOOL, b"sealed", bound_to="entry:1")
    keys.school_encrypt(NEIGHBOUR, b"theirs", bound_to="entry:1")

    assert keys.school_decrypt(uuid.UUID(SCHOOL), blob, bound_to="entry:1") == b"sealed"
    with pytest.raises(keys.Damaged):
        keys.school_decrypt(SCHOOL, blob, bound_to="entry:2")
    with pytest.raises(keys.KeyMissing):
        keys.school_decrypt(NEIGHBOUR, blob, bound_to="entry:1")


def test_a_schools_key_destroyed_opens_nothing_and_is_never_made_anew(ring: Path) -> None:
    blob = keys.school_encrypt(SCHOOL, b"sealed", bound_to="entry:1")
    other = keys.school_encrypt(NEIGHBOUR, b"theirs", bound_to="entry:1")

    keys.destroy_school_key(SCHOOL, on="2026-11-22")

    with pytest.raises(keys.KeyMissing, match="destroyed on 2026-11-22"):
        keys.school_decrypt(SCHOOL, blob, bound_to="entry:1")
    with pytest.raises(keys.KeyMissing, match="destroyed"):
        keys.school_encrypt(SCHOOL, b"again", bound_to="entry:2")
    assert keys.school_decrypt(NEIGHBOUR, other, bound_to="entry:1") == b"theirs"


def test_a_lost_school_key_is_named_with_its_remedy(ring: Path, settings) -> None:
    blob = keys.school_encrypt(SCHOOL, b"sealed", bound_to="entry:1")
    school_keys.path_of(settings.SCHOOL_KEYS_DIR, SCHOOL).unlink()

    with pytest.raises(keys.KeyMissing, match="put back your copy"):
        keys.school_decrypt(SCHOOL, blob, bound_to="entry:1")


def test_the_schools_folder_alone_opens_nothing(ring: Path, settings) -> None:
    keys.school_encrypt(SCHOOL, b"sealed", bound_to="entry:1")
    keyring.write(ring, keyring.dump(keyring.new_ring()))

    with pytest.raises(keys.KeyMissing):
        keys.school_encrypt(SCHOOL, b"more", bound_to="entry:2")


def test_one_schools_key_file_is_no_good_for_another(ring: Path, settings) -> None:
    keys.school_encrypt(SCHOOL, b"sealed", bound_to="entry:1")
    mine = school_keys.path_of(settings.SCHOOL_KEYS_DIR, SCHOOL)
    mine.rename(school_keys.path_of(settings.SCHOOL_KEYS_DIR, NEIGHBOUR))

    with pytest.raises(keys.Damaged, match="another keyring's"):
        keys.school_encrypt(NEIGHBOUR, b"more", bound_to="entry:2")


def test_a_schools_name_is_no_path(ring: Path) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        keys.school_encrypt("../ring", b"sealed", bound_to="entry:1")


def _make_key(folder: str, number: int) -> None:
    school_keys.ensure(Path(folder), SCHOOL, lambda key, _bound: key + bytes([number]))


def test_of_many_processes_that_make_a_schools_key_one_wins(tmp_path: Path) -> None:
    start = multiprocessing.get_context("spawn")
    makers = [start.Process(target=_make_key, args=(str(tmp_path / "schools"), n)) for n in range(6)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(60)

    files = list((tmp_path / "schools").iterdir())
    assert [maker.exitcode for maker in makers] == [0] * 6
    assert len(files) == 1
    assert len(json.loads(files[0].read_text())["keys"]) == 1


# --- the file -----------------------------------------------------------------------------------------


def test_the_keyring_is_made_once_and_for_its_user_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring.json"
    keyring.ensure(path)
    first = path.read_bytes()
    keyring.ensure(path)

    assert path.read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == ["ring.json"]


def test_a_missing_keyring_says_how_to_make_one(tmp_path: Path, settings) -> None:
    settings.KEYRING_FILE = tmp_path / "none.json"

    with pytest.raises(keys.KeyMissing, match=r"python -m core\.keyring new"):
        keys.encrypt("number", b"x")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b'{"format": 2}', b'{"format": 1, "keys": []}']
)
def test_a_damaged_keyring_says_so(ring: Path, content: bytes) -> None:
    keyring.write(ring, content)

    with pytest.raises(keys.Damaged, match="put back your copy"):
        keys.encrypt("number", b"x")


def test_two_versions_with_one_id_are_refused(ring: Path) -> None:
    found = json.loads(ring.read_bytes())
    found["keys"] *= 2
    keyring.write(ring, json.dumps(found).encode())

    with pytest.raises(keys.Damaged, match="not told apart"):
        keys.encrypt("number", b"x")


def test_versions_are_dropped_but_never_the_newest(ring: Path) -> None:
    first = keyring.read(ring).newest.id
    second = keyring.add_key(ring).newest.id

    left = keyring.drop_keys(ring, {first, second})

    assert [key.id for key in left.keys] == [second]


def test_the_command_makes_a_keyring_and_never_overwrites_one(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    command = [sys.executable, "-m", "core.keyring"]

    made = subprocess.run([*command, "new", path], cwd=embedded.BASE_DIR, check=False)
    before = path.read_bytes()
    again = subprocess.run(
        [*command, "new", path], cwd=embedded.BASE_DIR, capture_output=True, text=True, check=False
    )
    printed = subprocess.run([*command, "print"], cwd=embedded.BASE_DIR, capture_output=True, check=True)

    assert (made.returncode, again.returncode) == (0, 1)
    assert "stays as it is" in again.stderr
    assert path.read_bytes() == before
    assert keyring.parse(printed.stdout) != keyring.read(path)
