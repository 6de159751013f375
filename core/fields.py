"""Fields and values of our own: identifiers that may be shown, and columns that are encrypted at rest."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import FieldError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import lookups

from core import keys

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
    _Lookup = lookups.Lookup[Any]
else:
    _Field = models.Field
    _Lookup = lookups.Lookup

PURPOSE = "column"
INDEX_BYTES = 32


def uuid7() -> uuid.UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, 74 random bits. Sorts by time, tells no count."""
    value = (time.time_ns() // 1_000_000) << 80
    value |= 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


class EncryptedField(_Field):
    """A column whose content only core.keys can read, bound to its table and column (ASVS 5.0.0 V11.3).

    It can't be searched or sorted by. What is empty is NULL in the column, so that `isnull` tells whether
    there is something. `manage.py rotate_keys` finds every column by this class.
    """

    empty_strings_allowed = True
    allowed_lookups: ClassVar[frozenset[str]] = frozenset({"isnull"})
    index_bytes: ClassVar[int] = 0  # what stands before the encrypted part

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["null"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["null"]
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def get_internal_type(self) -> str:
        return "BinaryField"

    # --- what it holds ------------------------------------------------------------------------

    def encode(self, value: Any) -> bytes:
        raise NotImplementedError

    def decode(self, content: bytes) -> Any:
        raise NotImplementedError

    def is_empty(self, value: Any) -> bool:
        return value is None

    def empty_value(self) -> Any:
        return None

    # --- in and out ---------------------------------------------------------------------------

    @property
    def place(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def close(self, value: Any) -> bytes | None:
        """What stands in the column for a value."""
        if self.is_empty(value):
            return None
        return keys.encrypt(PURPOSE, self.encode(value), bound_to=self.place)

    def open(self, blob: bytes | memoryview | None) -> Any:
        """The value for what stands in the column. Raises KeyMissing and Damaged (core.keys)."""
        if blob is None:
            return self.empty_value()
        return self.decode(keys.decrypt(PURPOSE, bytes(blob), bound_to=self.place))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self.open(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            return value
        blob = self.close(value)
        return None if blob is None else connection.Database.Binary(blob)

    def get_default(self) -> Any:
        return super().get_default() if self.has_default() else self.empty_value()

    # --- never asked for ----------------------------------------------------------------------

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in self.allowed_lookups:
            raise FieldError(f"{self.name} is encrypted: it can't be searched by {lookup_name}.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: it can't be searched by {lookup_name}.")


class EncryptedTextField(EncryptedField):
    """A text, encrypted at rest; `max_length` counts its characters, as in a CharField."""

    description = "Encrypted text"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def encode(self, value: Any) -> bytes:
        return str(value).encode()

    def decode(self, content: bytes) -> str:
        return content.decode()

    def is_empty(self, value: Any) -> bool:
        return value is None or value == ""

    def empty_value(self) -> str:
        return ""

    def to_python(self, value: Any) -> str:
        return "" if value is None else str(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if hasattr(value, "as_sql") else self.to_python(value)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.CharField, "max_length": self.max_length, **kwargs})


class SearchableTextField(EncryptedTextField):
    """An encrypted text that is found again when it's given whole, by a blind index in front of it.

    The index (HMAC-SHA256, core.keys.blind_index) and the ciphertext are one value in one column, so no write
    of any kind can bring them out of step; the ciphertext is bound to the index too. Whoever has the database
    alone sees which rows of a column are equal, and nothing else; so the ciphertext needn't hide that, and
    the same number written again is no change. Constraints use `BlindIndex("column")`.
    """

    description = "Encrypted text with a blind index"
    allowed_lookups = frozenset({"isnull", "exact", "in"})
    index_bytes = INDEX_BYTES

    def blind(self, value: Any) -> bytes:
        """The index of a value."""
        return keys.blind_index(f"blind:{self.place}", str(value))

    def close(self, value: Any) -> bytes | None:
        if self.is_empty(value):
            return None
        index = self.blind(value)
        place = f"{self.place}:{index.hex()}"
        return index + keys.encrypt(PURPOSE, self.encode(value), bound_to=place, repeatable=True)

    def open(self, blob: bytes | memoryview | None) -> Any:
        if blob is None:
            return ""
        content = bytes(blob)
        index, closed = content[:INDEX_BYTES], content[INDEX_BYTES:]
        return self.decode(keys.decrypt(PURPOSE, closed, bound_to=f"{self.place}:{index.hex()}"))


class EncryptedJSONField(EncryptedField):
    """A JSON value, encrypted at rest."""

    description = "Encrypted JSON"

    def is_empty(self, value: Any) -> bool:
        return value is None or value == self.empty_value()

    def empty_value(self) -> Any:
        return models.Field.get_default(self) if self.has_default() else None

    def encode(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, content: bytes) -> Any:
        return json.loads(content)


class EncryptedBinaryField(EncryptedField):
    """Bytes, encrypted at rest."""

    description = "Encrypted bytes"

    def encode(self, value: Any) -> bytes:
        return bytes(value)

    def decode(self, content: bytes) -> bytes:
        return content


class BlindIndex(models.Func):
    """The blind index of a SearchableTextField's column, for constraints and indexes."""

    template = f"substring(%(expressions)s, 1, {INDEX_BYTES})"
    arity = 1
    output_field = models.BinaryField()


class _Whole(_Lookup):
    """Equality through the blind index. What is empty has none: that is asked by `isnull`."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        wanted = [self.rhs] if self.lookup_name == "exact" else self.rhs
        if hasattr(wanted, "query") or any(hasattr(value, "as_sql") for value in wanted):
            raise FieldError(f"{field.name} is encrypted: compare it with texts only.")
        if any(field.is_empty(value) for value in wanted):
            raise FieldError(f"{field.name} is encrypted: ask for an empty one by isnull.")
        found = [connection.Database.Binary(field.blind(value)) for value in wanted]
        return f"substring({column}, 1, {INDEX_BYTES}) = ANY(%s::bytea[])", [*params, found]


@SearchableTextField.register_lookup
class _Exact(_Whole):
    lookup_name = "exact"


@SearchableTextField.register_lookup
class _In(_Whole):
    lookup_name = "in"
