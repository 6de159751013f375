"""Whoever owns the database may write what they like; what they did to the trail is found, and named exactly."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import pytest
from django.db import connections, transaction

from core import audit, audit_chain, audit_roots
from core.audit_chain import TEXTS, Flaw, Link, link_hash
from students.models import Student
from tests import factories

# `make test` does some hundreds; AUDIT_TAMPERINGS=1000 does what security.md names.
TAMPERINGS = int(os.environ.get("AUDIT_TAMPERINGS", "320"))
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TABLES = ["core_auditevent", "core_rowchange", "core_auditlink", "core_audithead"]


class Expected(NamedTuple):
    """What the verification must say; None where the attack leaves no such place."""

    chain: int
    seq: int | None
    kind: str
    row: str | None = None

    def fits(self, flaw: Flaw) -> bool:
        return (
            flaw.chain == self.chain
            and flaw.kind == self.kind
            and self.seq in (None, flaw.seq)
            and self.row in (None, flaw.row)
        )


class Corpus:
    """A committed trail of some schools, and the owner's way to it."""

    def __init__(self) -> None:
        self.links: dict[int, list[Link]] = {}
        for chain, *rest in self.run(
            "SELECT chain, seq, at, batch, txid, rows, prev_hash, hash FROM core_auditlink ORDER BY chain, seq"
        ):
            self.links.setdefault(chain, []).append(
                Link(*rest[:5], bytes(rest[5]), bytes(rest[6]))  # type: ignore[arg-type]
            )

    def run(self, statement: str, *params: Any) -> list[Any]:
        with connections["owner"].cursor() as cursor:
            cursor.execute(statement, params or None)
            return cursor.fetchall() if cursor.description else []

    def pick(self, dice: random.Random, *, least: int = 1) -> tuple[int, Link]:
        chain = dice.choice([chain for chain, links in self.links.items() if len(links) >= least])
        return chain, dice.choice(self.links[chain])

    def row(self, dice: random.Random, link: Link) -> tuple[str, int]:
        line = dice.choice(link.rows.split("\n"))
        return line[0], int(line[1:-65])

    def hash_of(self, kind: str, number: int) -> str:
        ((text,),) = self.run(f"SELECT {TEXTS[kind]} FROM {audit_chain.TABLES[kind]} WHERE id = {number}")
        return sha256(text.encode()).hexdigest()

    def write_link(self, chain: int, link: Link) -> None:
        self.run(
            "UPDATE core_auditlink SET rows = %s, prev_hash = %s, hash = %s WHERE chain = %s AND seq = %s",
            *(link.rows, link.prev_hash, link.hash, chain, link.seq),
        )


@contextmanager
def as_owner() -> Iterator[None]:
    """The owner lets themselves through every lock, and everything is put back afterwards."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        transaction.set_rollback(True, using="owner")


def make_corpus() -> None:
    """Some thirty transactions in three schools, with events and changes in most."""
    dice = random.Random(7)
    schools = [factories.make_school() for _ in range(3)]
    pupils = [factories.make_student(factories.make_class(school), "王小雨") for school in schools]
    for turn in range(36):
        with transaction.atomic():
            pupil = dice.choice(pupils)
            for number in range(dice.randint(1, 4)):
                audit.record("student.opened", by=None, target=pupil, number=number)
            if turn % 2:
                Student.objects.filter(pk=pupil.pk).update(name=f"王小{turn}")
        if turn == 18:
            audit_roots.sign(audit_roots.heads_now(), now=NOW)
    audit_roots.sign(audit_roots.heads_now(), now=NOW + timedelta(hours=1))


# --- the attacks: each does it, and says what must be found -----------------------------------------

_CHANGES = {
    "e": ["event = event || 'x'", "actor_id = 99", "at = at + interval '1 microsecond'", "target_id = 'x'",
          "details = details || '{\"x\": 1}'", "request_id = 'x'", "actor_name = 'x'"],
    "c": ["user_id = 99", "op = 'delete'", "row_id = row_id + 1", "at = at - interval '1 microsecond'",
          "changed = changed || '{\"x\": null}'", "table_name = 'x'", "purpose = 'x'"],
}  # fmt: skip


def _alter(corpus: Corpus, dice: random.Random, kind: str, number: int) -> None:
    change = dice.choice(_CHANGES[kind])
    corpus.run(f"UPDATE {audit_chain.TABLES[kind]} SET {change} WHERE id = {number}")


def _rehash(corpus: Corpus, kind: str, number: int) -> str:
    made = corpus.hash_of(kind, number)
    corpus.run(
        f"UPDATE {audit_chain.TABLES[kind]} SET row_hash = decode(%s, 'hex') WHERE id = {number}",
        made,
    )
    return made


def _listed(link: Link, kind: str, number: int, hashed: str) -> Link:
    lines = link.rows.split("\n")
    lines = [f"{kind}{number} {hashed}" if line.startswith(f"{kind}{number} ") else line for line in lines]
    return link._replace(rows="\n".join(lines))


def change_a_row(corpus: Corpus, dice: random.Random) -> Expected:
    chain, link = corpus.pick(dice)
    kind, number = corpus.row(dice, link)
    _alter(corpus, dice, kind, number)
    return Expected(chain, link.seq, "changed", f"{audit_chain.WORDS[kind]} {number}")


def change_a_row_and_its_hash(corpus: Corpus, dice: random.Random) -> Expected:
    chain, link = corpus.pick(dice)
    kind, number = corpus.row(dice, link)
    _alter(corpus, dice, kind, number)
    _rehash(corpus, kind, number)
    return Expected(chain, link.seq, "changed", f"{audit_chain.WORDS[kind]} {number}")


def change_a_row_and_what_the_link_says(corpus: Corpus, dice: random.Random) -> Expected:
    chain, link = corpus.pick(dice)
    kind, number = corpus.row(dice, link)
    _alter(corpus, dice, kind, number)
    corpus.write_link(chain, _listed(link, kind, number, _rehash(corpus, kind, number)))
    return Expected(chain, link.seq, "changed", "")


def write_a_link_anew(corpus: Corpus, dice: random.Random) -> Expected:
    chain, link = corpus.pick(dice)
    kind, number = corpus.row(dice, link)
    _alter(corpus, dice, kind, number)
    forged = _listed(link, kind, number, _rehash(corpus, kind, number))
    corpus.write_link(chain, forged._replace(hash=link_hash(chain, forged)))
    return (
        Expected(chain, link.seq, "changed", "")
        if _unanchored(chain, link)
        else Expected(chain, None, "rewritten")
    )


def write_the_chain_anew(corpus: Corpus, dice: random.Random) -> Expected:
    """Everything after the change is made to fit, the head too: only the signed roots can tell."""
    chain, link = corpus.pick(dice)
    kind, number = corpus.row(dice, link)
    _alter(corpus, dice, kind, number)
    running = link.prev_hash
    for later in corpus.links[chain][link.seq - 1 :]:
        forged = later._replace(prev_hash=running)
        if later.seq == link.seq:
            forged = _listed(forged, kind, number, _rehash(corpus, kind, number))
        running = link_hash(chain, forged)
        corpus.write_link(chain, forged._replace(hash=running))
    corpus.run("UPDATE core_audithead SET hash = %s WHERE chain = %s", running, chain)
    signed = [anchor.seq for anchor in audit_roots.anchors()[chain]]
    return Expected(chain, max([0, *(seq for seq in signed if seq < link.seq)]) + 1, "rewritten")


def remove_a_row(corpus: Corpus, dice: random.Random) -> Expected:
    chain, link = corpus.pick(dice)
    kind, number = corpus.row(dice, link)
    corpus.run(f"DELETE FROM {audit_chain.TABLES[kind]} WHERE id = {number}")
    return Expected(chain, link.seq, "removed", f"{audit_chain.WORDS[kind]} {number}")


def remove_a_row_and_its_name(corpus: Corpus, dice: random.Random) -> Expected:
    chain, link = corpus.pick(dice)
    kind, number = corpus.row(dice, link)
    corpus.run(f"DELETE FROM {audit_chain.TABLES[kind]} WHERE id = {number}")
    lines = [line for line in link.rows.split("\n") if not line.startswith(f"{kind}{number} ")]
    corpus.write_link(chain, link._replace(rows="\n".join(lines)))
    return Expected(chain, link.seq, "changed", "")


def remove_a_link(corpus: Corpus, dice: random.Random) -> Expected:
    chain, _link = corpus.pick(dice, least=3)
    seq = dice.randint(1, len(corpus.links[chain]) - 1)
    corpus.run("DELETE FROM core_auditlink WHERE chain = %s AND seq = %s", chain, seq)
    return Expected(chain, seq, "removed", "")


def remove_a_link_and_close_the_gap(corpus: Corpus, dice: random.Random) -> Expected:
    chain, _link = corpus.pick(dice, least=3)
    seq = dice.randint(1, len(corpus.links[chain]) - 1)
    corpus.run("DELETE FROM core_auditlink WHERE chain = %s AND seq = %s", chain, seq)
    for later in corpus.links[chain][seq:]:
        corpus.run("UPDATE core_auditlink SET seq = seq - 1 WHERE chain = %s AND seq = %s", chain, later.seq)
    return Expected(chain, seq, "changed", "")


def insert_a_row(corpus: Corpus, dice: random.Random) -> Expected:
    chain, link = corpus.pick(dice)
    ((number,),) = corpus.run(
        "INSERT INTO core_auditevent (at, event, actor_name, school_id, target_type, target_id, details, subject_id,"
        " request_id, batch, row_hash) VALUES (now(), 'student.opened', '', %s, '', '', '{}', '', '', %s, '')"
        " RETURNING id",
        *(chain or None, link.batch),
    )
    _rehash(corpus, "e", number)
    return Expected(chain, None, "inserted", f"event {number}")


def insert_a_link(corpus: Corpus, dice: random.Random) -> Expected:
    chain, _link = corpus.pick(dice)
    last = corpus.links[chain][-1]
    forged = last._replace(seq=last.seq + 1, prev_hash=last.hash, rows="")
    corpus.run(
        "INSERT INTO core_auditlink (chain, seq, at, batch, txid, rows, prev_hash, hash)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        *(chain, forged.seq, forged.at, forged.batch, forged.txid, "", last.hash, link_hash(chain, forged)),
    )
    return Expected(chain, forged.seq, "inserted", "")


def swap_two_rows(corpus: Corpus, dice: random.Random) -> Expected:
    """Each keeps its hash beside it; only their numbers are exchanged."""
    numbers = {
        int(line[1:-65]): (chain, link.seq)
        for chain, links in corpus.links.items()
        for link in links
        for line in link.rows.split("\n")
        if line[0] == "e"
    }
    one, two = dice.sample(sorted(numbers), 2)
    for was, becomes in ((one, -1), (two, one), (-1, two)):
        corpus.run("UPDATE core_auditevent SET id = %s WHERE id = %s", becomes, was)
    first = min([one, two], key=lambda number: (numbers[number], number))
    chain, seq = numbers[first]
    return Expected(chain, seq, "changed", f"event {first}")


def swap_two_links(corpus: Corpus, dice: random.Random) -> Expected:
    chain, _link = corpus.pick(dice, least=3)
    one, two = sorted(dice.sample(range(1, len(corpus.links[chain]) + 1), 2))
    for was, becomes in ((one, -1), (two, one), (-1, two)):
        corpus.run("UPDATE core_auditlink SET seq = %s WHERE chain = %s AND seq = %s", becomes, chain, was)
    return Expected(chain, one, "changed", "")


def _cut(corpus: Corpus, dice: random.Random) -> tuple[int, int]:
    chain, _link = corpus.pick(dice, least=2)
    kept = dice.randint(0, len(corpus.links[chain]) - 1)
    for link in corpus.links[chain][kept:]:
        for line in link.rows.split("\n"):
            corpus.run(f"DELETE FROM {audit_chain.TABLES[line[0]]} WHERE id = {int(line[1:-65])}")
    corpus.run("DELETE FROM core_auditlink WHERE chain = %s AND seq > %s", chain, kept)
    return chain, kept


def truncate_the_end(corpus: Corpus, dice: random.Random) -> Expected:
    chain, kept = _cut(corpus, dice)
    return Expected(chain, kept + 1, "truncated", "")


def truncate_the_end_and_move_the_head(corpus: Corpus, dice: random.Random) -> Expected:
    """Rows, links and head fit together: only the signed roots know that there was more."""
    chain, kept = _cut(corpus, dice)
    if kept:
        corpus.run(
            "UPDATE core_audithead SET seq = %s, hash = %s WHERE chain = %s",
            *(kept, corpus.links[chain][kept - 1].hash, chain),
        )
    else:
        corpus.run("DELETE FROM core_audithead WHERE chain = %s", chain)
    return Expected(chain, kept + 1, "truncated", "")


def _unanchored(chain: int, link: Link) -> bool:
    return link.seq not in {anchor.seq for anchor in audit_roots.anchors()[chain]}


Attack = Callable[[Corpus, random.Random], Expected]
ATTACKS: list[Attack] = [
    change_a_row,
    change_a_row_and_its_hash,
    change_a_row_and_what_the_link_says,
    write_a_link_anew,
    write_the_chain_anew,
    remove_a_row,
    remove_a_row_and_its_name,
    remove_a_link,
    remove_a_link_and_close_the_gap,
    insert_a_row,
    insert_a_link,
    swap_two_rows,
    swap_two_links,
    truncate_the_end,
    truncate_the_end_and_move_the_head,
]


@pytest.mark.django_db(transaction=True)
def test_every_tampering_by_the_owner_is_found_and_named(settings, tmp_path):
    settings.AUDIT_ROOTS_FILE = tmp_path / "roots.jsonl"
    make_corpus()
    anchors = audit_roots.anchors()
    missed = []
    with as_owner():
        corpus = Corpus()
        assert audit_chain.verify(using="owner", anchors=anchors).flaws == []
        for number in range(TAMPERINGS):
            dice = random.Random(number)
            attack = ATTACKS[number % len(ATTACKS)]
            mark = transaction.savepoint(using="owner")
            expected = attack(corpus, dice)
            flaws = audit_chain.verify(using="owner", anchors=anchors).flaws
            transaction.savepoint_rollback(mark, using="owner")
            if not flaws or not any(expected.fits(flaw) for flaw in flaws):
                missed.append((attack.__name__, number, expected, [str(flaw) for flaw in flaws]))

    assert missed == []


@pytest.mark.django_db(transaction=True)
def test_without_signed_roots_a_chain_written_anew_would_pass(settings, tmp_path):
    """Why the roots exist: the same attack, and nobody outside the database to ask."""
    settings.AUDIT_ROOTS_FILE = tmp_path / "roots.jsonl"
    make_corpus()

    with as_owner():
        write_the_chain_anew(Corpus(), random.Random(1))

        assert audit_chain.verify(using="owner").flaws == []
