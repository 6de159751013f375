"""XML parts as a stream of events, with everything refused that a roster has no use for.

Expat does the work. A document type is refused at once, so no entity can be declared: neither the ones that
grow (billion laughs) nor the ones that fetch. Names lose their namespace prefix: the strict and the
transitional variety of the format, and what WPS writes, look alike that way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn
from xml.parsers import expat

from students.roster.messages import FileRefused

Attributes = dict[str, str]
OnStart = Callable[[str, Attributes], None]
OnName = Callable[[str], None]
MAX_DEPTH = 64


class Feed:
    """An expat parser fed piece by piece. Raises FileRefused when it gets no plain, well-formed XML."""

    def __init__(
        self, on_start: OnStart, on_end: OnName | None = None, on_text: OnName | None = None
    ) -> None:
        self._on_start = on_start
        self._on_end = on_end
        self._depth = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.buffer_size = 1 << 16
        self._parser.StartElementHandler = self._started
        self._parser.EndElementHandler = self._ended
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse
        if on_text is not None:
            self._parser.CharacterDataHandler = on_text

    def feed(self, chunk: bytes, *, is_last: bool = False) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except (expat.ExpatError, UnicodeDecodeError, LookupError) as error:
            raise FileRefused("damaged") from error

    def close(self) -> None:
        self.feed(b"", is_last=True)

    def _started(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FileRefused("damaged")
        self._on_start(self._local(name), attributes)

    def _ended(self, name: str) -> None:
        self._depth -= 1
        if self._on_end is not None:
            self._on_end(self._local(name))

    def _local(self, name: str) -> str:
        return name if ":" not in name else name.rpartition(":")[2]


def parse(
    chunks: Iterable[bytes], on_start: OnStart, on_end: OnName | None = None, on_text: OnName | None = None
) -> None:
    """Feed a whole part to the handlers."""
    feed = Feed(on_start, on_end, on_text)
    for chunk in chunks:
        feed.feed(chunk)
    feed.close()


def attribute(attributes: Attributes, name: str) -> str | None:
    """An attribute by its name without prefix (`r:id` in one file is `d3p1:id` in another)."""
    if name in attributes:
        return attributes[name]
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), None)


def _refuse(*_: Any) -> NoReturn:
    raise FileRefused("damaged")
