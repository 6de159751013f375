"""Moving everything encrypted to the keyring's newest key: what holds ciphertext, and how it's closed anew.

Columns of core.fields are found by their class; the keys of schools, and with them all that is sealed, are
closed anew as keys, without touching what they closed. Whatever else encrypts with core.keys registers here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from django.apps import apps
from django.db import connections, models, transaction

from core import keyring, keys
from core.fields import EncryptedField

_BATCH = 1_000


class Store(Protocol):
    """One place that holds ciphertext."""

    @property
    def name(self) -> str: ...

    def used(self, using: str) -> dict[bytes, int]:
        """How many values each version of the key closes."""

    def renew(self, using: str) -> int:
        """Close with the newest what another closed; returns how many. Repeated after a stop, it goes on."""


@dataclass(frozen=True)
class Column:
    """An encrypted column of a model."""

    model: type[models.Model]
    field: EncryptedField

    @property
    def name(self) -> str:
        return self.field.place

    def used(self, using: str) -> dict[bytes, int]:
        with connections[using].cursor() as cursor:
            cursor.execute(
                f"SELECT {self._key_id}, count(*) FROM {self._table}"  # noqa: S608  names of our own models
                f" WHERE {self._column} IS NOT NULL GROUP BY 1"
            )
            return {bytes(key_id): count for key_id, count in cursor.fetchall()}

    def renew(self, using: str) -> int:
        renewed, last = 0, 0
        while rows := self._renew_batch(using, last):
            renewed += len(rows)
            last = rows[-1]
        return renewed

    def _renew_batch(self, using: str, after: int) -> list[int]:
        """One short transaction; the rows are locked, so that a change of theirs isn't undone."""
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            cursor.execute(
                f"SELECT {self._pk}, {self._column} FROM {self._table}"  # noqa: S608
                f" WHERE {self._pk} > %s AND {self._column} IS NOT NULL AND {self._key_id} <> %s"
                f" ORDER BY {self._pk} LIMIT {_BATCH} FOR UPDATE",
                [after, keys.newest_id()],
            )
            rows = cursor.fetchall()
            cursor.execute(
                f"UPDATE {self._table} AS t SET {self._column} = new.value"  # noqa: S608
                f" FROM unnest(%s::bigint[], %s::bytea[]) AS new(id, value) WHERE t.{self._pk} = new.id",
                [[pk for pk, _blob in rows], [self.field.close(self.field.open(blob)) for _pk, blob in rows]],
            )
        return [pk for pk, _blob in rows]

    @property
    def _table(self) -> str:
        return f'"{self.model._meta.db_table}"'

    @property
    def _column(self) -> str:
        return f'"{self.field.column}"'

    @property
    def _pk(self) -> str:
        return f'"{self.model._meta.pk.column}"'

    @property
    def _key_id(self) -> str:
        return f"substring({self._column}, {self.field.index_bytes + 2}, {keyring.ID_BYTES})"


class SchoolKeys:
    """The keys of schools: files, not rows."""

    name = "keys of schools"

    def used(self, using: str) -> dict[bytes, int]:
        return keys.school_keys_wrapped_with()

    def renew(self, using: str) -> int:
        return keys.rewrap_school_keys()


_others: list[Store] = [SchoolKeys()]


def register(store: Store) -> None:
    """Name another place that holds what core.keys encrypted."""
    if store.name not in {one.name for one in _others}:
        _others.append(store)


def stores() -> Iterator[Store]:
    """Every place that holds ciphertext of the keyring's key."""
    for model in apps.get_models():
        if not model._meta.proxy and model._meta.managed:
            for field in model._meta.local_concrete_fields:
                if isinstance(field, EncryptedField):
                    yield Column(model, field)
    yield from _others


def used(using: str) -> Counter[bytes]:
    """How many values each version of the key closes, all places together."""
    total: Counter[bytes] = Counter()
    for store in stores():
        total.update(store.used(using))
    return total


def values_behind(using: str) -> int:
    """How many values are closed with another key than the newest."""
    return sum(count for key_id, count in used(using).items() if key_id != keys.newest_id())


def unused(ring: keyring.Ring, using: str) -> set[bytes]:
    """The ids of the old versions that nothing here needs. Older backups may."""
    return {key.id for key in ring.keys} - {ring.newest.id} - set(used(using))


def renew_all(using: str) -> Iterator[tuple[str, int]]:
    """Bring every place up to the newest key: its name and how many values were closed anew."""
    for store in stores():
        yield store.name, store.renew(using)


# --- for the restore drill ------------------------------------------------------------------------

_SAMPLES = 20
_sealed: dict[str, Callable[[int], int]] = {}


def register_sample(name: str, open_some: Callable[[int], int]) -> None:
    """Name something sealed with schools' keys: opens up to so many newest ones and says how many it were."""
    _sealed[name] = open_some


def open_samples(using: str) -> Iterator[tuple[str, int]]:
    """Open a few of everything that is encrypted. Raises KeyMissing and Damaged."""
    for store in stores():
        if isinstance(store, Column):
            found = store.model._base_manager.using(using).filter(**{f"{store.field.name}__isnull": False})
            values = found.order_by("-pk").values_list(store.field.name, flat=True)[:_SAMPLES]
            yield store.name, len(values)  # reading them opens them
    for name, open_some in _sealed.items():
        yield name, open_some(_SAMPLES)
