"""Sorting by pinyin without a locale: PostgreSQL may be built without ICU, and C order puts á after z."""

from __future__ import annotations

from django.db.models import CharField, F, Func, Value
from django.db.models.functions import Lower

_MARKED = "āáǎàēéěèōóǒòīíǐìūúǔùǖǘǚǜüńňǹḿ"
_PLAIN = "aaaaeeeeoooo" + "iiii" + "uuuu" + "vvvvv" + "nnnm"


class ByPinyin(Func):
    """A name's pinyin without tone marks: Wáng before Wú, Lín before Lǐng."""

    function = "TRANSLATE"
    output_field = CharField()

    def __init__(self, field: str) -> None:
        super().__init__(Lower(F(field)), Value(_MARKED), Value(_PLAIN))
