"""Reading a body from somebody who may mean ill."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.api.problems import TooLarge

MAX_BYTES = 256 * 1024  # the longest entry has 20,300 signs of at most twelve bytes


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 means it: UTF-8 whatever the header says, no NaN, of bounded size and depth.

    The framework's parser reads the stream to its end, however long; breaks on JSON nested too deeply; and
    lets half a surrogate pair through, which neither the database nor our own answer can write.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            raw = stream.read(MAX_BYTES + 1)
        except OSError as error:  # the line broke, or the body is shorter than it said
            raise ParseError(_("The body ended too early.")) from error
        if len(raw) > MAX_BYTES:
            raise TooLarge(_("A body may have %(n)d KB at most.") % {"n": MAX_BYTES // 1024})
        try:
            data = json.loads(raw.decode("utf-8"), parse_constant=_refuse)
            json.dumps(data, ensure_ascii=False, allow_nan=False).encode()  # 1e999 reads as infinity
        except (ValueError, RecursionError) as error:
            raise ParseError(_("The body isn't valid JSON in UTF-8.")) from error
        return data


def _refuse(constant: str) -> None:
    raise ValueError(constant)
