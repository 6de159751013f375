"""Verifying the trail: every row's hash, every link, and the signed roots, worked out anew.

Nothing here calls the database's own functions for hashing: the text of each row is spelled out below,
and hashed in this process. Who owns the database can change rows, links and functions; what they can't do
unseen is change what a signed root (core.audit_roots), kept on another machine, has already fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Any, NamedTuple

from django.db import connections, transaction

GENESIS = bytes(32)
# Of one transaction a link names each row; so many links are held at a time.
_LINKS_AT_A_TIME = 2_000
_ROWS_AT_A_TIME = 20_000
_UTC = """to_char(at AT TIME ZONE 'UTC', '"\\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\\""')"""

TABLES = {"e": "core_auditevent", "c": "core_rowchange"}
WORDS = {"e": "event", "c": "change"}


def _text(kind: str, columns: list[tuple[str, str]]) -> str:
    """SQL for the text of a jsonb object, put together by hand: much faster than building the object.

    Keys stand in the order of jsonb, by length and then by bytes; the golden rows of the tests hold it to it.
    """
    ways = {
        "number": "coalesce({}::text, 'null')",
        "text": "to_json({}::text)::text",
        "object": "{}::text",
        "time": _UTC,
        "word": f"'\"{kind}\"'",
        "version": "'1'",
    }
    keys = sorted(columns, key=lambda column: (len(column[0]), column[0]))
    parts = [f"""'"{name}": ' || {ways[way].format(name)}""" for name, way in keys]
    return "'{' || " + " || ', ' || ".join(parts) + " || '}'"


_COMMON = [("v", "version"), ("kind", "word"), ("id", "number"), ("at", "time"), ("school_id", "number")]
_COMMON += [("request_id", "text"), ("batch", "number")]
TEXTS = {
    "e": _text(
        "event",
        [
            *_COMMON,
            *[(name, "text") for name in ("event", "actor_name", "target_type", "target_id", "subject_id")],
            ("actor_id", "number"),
            ("details", "object"),
        ],
    ),
    "c": _text(
        "change",
        [
            *_COMMON,
            *[(name, "text") for name in ("table_name", "op", "purpose")],
            ("row_id", "number"),
            ("user_id", "number"),
            ("changed", "object"),
        ],
    ),
}


class Anchor(NamedTuple):
    """What a signed root says of one chain: its newest link at that moment."""

    seq: int
    hash: str
    signed_at: str


Anchors = Mapping[int, list[Anchor]]


@dataclass(frozen=True)
class Flaw:
    """The first thing wrong in one chain. `row` is "event 12" or "change 7", empty for a whole link."""

    chain: int
    seq: int
    kind: str  # changed, removed, inserted, truncated, rewritten
    row: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = f"school {self.chain}" if self.chain else "no school"
        what = self.row or "link"
        return f"{where}, link {self.seq}: {what} {self.kind}" + (f" ({self.hint})" if self.hint else "")


@dataclass
class Report:
    """What a verification saw; `flaws` has the first of each chain."""

    links: int = 0
    rows: int = 0
    flaws: list[Flaw] = field(default_factory=list)


class _Found(Exception):
    def __init__(self, flaw: Flaw) -> None:
        self.flaw = flaw


class Link(NamedTuple):
    """A row of core_auditlink."""

    seq: int
    at: datetime
    batch: int
    txid: int
    rows: str
    prev_hash: bytes
    hash: bytes


def link_hash(chain: int, link: Link) -> bytes:
    """sha256 over the hash before, and the link's own words line by line."""
    moment = link.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = f"kiteline-audit-1\n{chain}\n{link.seq}\n{moment}\n{link.batch}\n{link.txid}\n{link.rows}"
    return sha256(bytes(link.prev_hash) + said.encode()).digest()


def verify(*, using: str = "default", anchors: Anchors | None = None) -> Report:
    """Check every chain from its first link. Needs a scope of the program's own (core.tenancy.program).

    All of it sees one moment of the database, however much is written meanwhile.
    """
    connection = connections[using]
    alone = not connection.in_atomic_block
    with transaction.atomic(using=using):
        if alone:  # before the scope is said, since nothing may come before this
            with connection.connection.cursor() as raw:
                raw.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return _Verification(connection, anchors or {}).run()


class _Verification:
    def __init__(self, connection: Any, anchors: Anchors) -> None:
        self.connection = connection
        self.anchors = anchors
        self.report = Report()

    def run(self) -> Report:
        heads = {
            chain: (seq, bytes(hashed)) for chain, seq, hashed in self._all("SELECT * FROM kl.audit_heads()")
        }
        counts = {kind: dict(self._counts(kind)) for kind in TABLES}
        chains = {chain for (chain,) in self._all("SELECT DISTINCT chain FROM core_auditlink")}
        for chain in sorted({*heads, *chains, *self.anchors, *counts["e"], *counts["c"]}):
            try:
                self._chain(chain, heads.get(chain), {kind: counts[kind].get(chain, 0) for kind in TABLES})
            except _Found as found:
                self.report.flaws.append(found.flaw)
        return self.report

    def _chain(self, chain: int, head: tuple[int, bytes] | None, counts: dict[str, int]) -> None:
        anchors = {anchor.seq: anchor for anchor in self.anchors.get(chain, ())}
        running, last = GENESIS, 0
        linked = {"e": 0, "c": 0}
        for links in _in_portions(self._links(chain), _LINKS_AT_A_TIME):
            rows: list[tuple[str, int, str, int]] = []
            broken = None
            for link in links:
                broken = _flaw_of_link(chain, link, last + 1, running) or _against(chain, link, anchors)
                if broken:
                    break
                rows.extend(_rows_of(link))
                running, last = bytes(link.hash), link.seq
                self.report.links += 1
            self._rows(chain, rows, linked)
            if broken:
                raise _Found(broken)
        self._end(chain, head, last, running, anchors)
        for kind, count in linked.items():
            if counts[kind] != count:
                raise _Found(self._unlinked(chain, kind, last))

    def _end(
        self,
        chain: int,
        head: tuple[int, bytes] | None,
        last: int,
        running: bytes,
        anchors: dict[int, Anchor],
    ) -> None:
        later = [anchor for seq, anchor in anchors.items() if seq > last]
        if later:
            first = min(later)
            hint = f"the root signed at {first.signed_at} knows link {first.seq}"
            raise _Found(Flaw(chain, last + 1, "truncated", hint=hint))
        if (head or (0, GENESIS)) == (last, running):
            return
        at_head = head[0] if head else 0
        if at_head > last:
            raise _Found(Flaw(chain, last + 1, "truncated", hint=f"the head stands at {at_head}"))
        if at_head == last:
            raise _Found(Flaw(chain, last, "changed", hint="the head says otherwise"))
        raise _Found(Flaw(chain, at_head + 1, "inserted", hint=f"the head stands at {at_head}"))

    def _rows(self, chain: int, said: list[tuple[str, int, str, int]], linked: dict[str, int]) -> None:
        """Compare the rows that links name with those in the tables; the first to differ is the flaw."""
        for portion in _in_portions(iter(said), _ROWS_AT_A_TIME):
            found = {
                kind: self._hashes(kind, [one[1] for one in portion if one[0] == kind]) for kind in TABLES
            }
            for kind, number, hashed, seq in portion:
                row = f"{WORDS[kind]} {number}"
                if number not in found[kind]:
                    raise _Found(Flaw(chain, seq, "removed", row))
                if found[kind][number] != (hashed, hashed):
                    raise _Found(Flaw(chain, seq, "changed", row))
                linked[kind] += 1
            self.report.rows += len(portion)

    def _hashes(self, kind: str, ids: list[int]) -> dict[int, tuple[str, str]]:
        """For each row the hash of what it says now, and the hash that stands beside it."""
        if not ids:
            return {}
        statement = (
            f"SELECT id, {TEXTS[kind]}, encode(row_hash, 'hex') FROM {TABLES[kind]} WHERE id = ANY(%s)"  # noqa: S608
        )
        return {
            number: (sha256(text.encode()).hexdigest(), kept)
            for number, text, kept in self._all(statement, [ids])
        }

    def _unlinked(self, chain: int, kind: str, last: int) -> Flaw:
        """The first row that no link of its chain names."""
        named = {one[1] for link in self._links(chain) for one in _rows_of(link) if one[0] == kind}
        statement = f"SELECT id FROM {TABLES[kind]} WHERE coalesce(school_id, 0) = %s ORDER BY id"  # noqa: S608
        for (number,) in self._all(statement, [chain]):
            if number not in named:
                return Flaw(chain, last, "inserted", f"{WORDS[kind]} {number}", "no link names it")
        return Flaw(chain, last, "removed", hint=f"rows of kind {WORDS[kind]}")

    def _links(self, chain: int) -> Iterator[Link]:
        """By a cursor on the server: a chain may be longer than the memory."""
        with self.connection.chunked_cursor() as cursor:
            cursor.itersize = _LINKS_AT_A_TIME
            cursor.execute(
                "SELECT seq, at, batch, txid, rows, prev_hash, hash"
                " FROM core_auditlink WHERE chain = %s ORDER BY seq",
                [chain],
            )
            for row in cursor:
                yield Link(*row)

    def _counts(self, kind: str) -> Iterable[tuple[int, int]]:
        return self._all(
            f"SELECT coalesce(school_id, 0), count(*) FROM {TABLES[kind]} GROUP BY 1"  # noqa: S608
        )

    def _all(self, statement: str, params: list[Any] | None = None) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())


def _flaw_of_link(chain: int, link: Link, expected: int, running: bytes) -> Flaw | None:
    if link.seq != expected:
        return Flaw(chain, expected, "removed" if link.seq > expected else "inserted")
    if link_hash(chain, link) != bytes(link.hash):
        return Flaw(chain, link.seq, "changed")
    if bytes(link.prev_hash) != running:  # it is whole itself, so the one before it was written anew
        return Flaw(chain, link.seq - 1, "changed", hint=f"link {link.seq} says otherwise")
    return None


def _against(chain: int, link: Link, anchors: dict[int, Anchor]) -> Flaw | None:
    """Whether a signed root says otherwise of this link."""
    anchor = anchors.get(link.seq)
    if anchor is None or anchor.hash == bytes(link.hash).hex():
        return None
    before = max((seq for seq in anchors if seq < link.seq), default=0)
    hint = f"the root signed at {anchor.signed_at} says otherwise; links up to {before} agree with the roots"
    return Flaw(chain, before + 1, "rewritten", hint=hint)


def _rows_of(link: Link) -> list[tuple[str, int, str, int]]:
    """(kind, id, hash, seq) of each row that a link names."""
    return [
        (line[0], int(line[1:-65]), line[-64:], link.seq) for line in link.rows.split("\n") if len(line) > 66
    ]


def _in_portions(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while portion := list(islice(items, size)):
        yield portion
