"""Sorting by pinyin without a locale: PostgreSQL may be built without ICU, and C order puts á after z."""

from __future__ import annotations

from django.db.models import CharField, F, Func, Value
from django.db.models.functions import Lower

# With the capitals that begin a name: LOWER leaves them alone in a database of libc's C locale.
_PLAIN_OF = {
    "āáǎàĀÁǍÀ": "a",
    "ēéěèĒÉĚÈ": "e",
    "ōóǒòŌÓǑÒ": "o",
    "īíǐì": "i",
    "ūúǔù": "u",
    "ǖǘǚǜü": "v",
    "ńňǹ": "n",
    "ḿ": "m",
}
_MARKED = "".join(_PLAIN_OF)
_PLAIN = "".join(plain * len(marked) for marked, plain in _PLAIN_OF.items())


class ByPinyin(Func):
    """A name's pinyin without tone marks: Wáng before Wú, Lín before Lǐng."""

    function = "TRANSLATE"
    output_field = CharField()

    def __init__(self, field: str) -> None:
        super().__init__(Lower(F(field)), Value(_MARKED), Value(_PLAIN))
