"""What a page says to a crawler: where it leads, and what it must have."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

_SENT = ("input", "textarea")
_UNSENT = ("submit", "button", "file")
_TICKED = ("checkbox", "radio")


@dataclass
class Page:
    title: str = ""
    headings: int = 0
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)  # addresses of whole pages
    fragments: list[str] = field(default_factory=list)  # addresses that HTMX asks for


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._in_title = False
        self._form: str | None = None  # the address of an open form that is sent by GET
        self._fields: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if "id" in said:
            self.page.ids.add(said["id"])
        if tag == "a" and "href" in said:
            self.page.links.append(said["href"])
        if "hx-get" in said:
            self.page.fragments.append(said["hx-get"])
        if tag == "form":
            is_get = said.get("method", "get").lower() == "get"
            self._form, self._fields = (said.get("action", "") if is_get else None), []
        self._in_title = tag == "title" and not self.page.title
        self.page.headings += tag == "h1"
        if self._form is not None:
            self._field(tag, said)

    def _field(self, tag: str, said: dict[str, str]) -> None:
        """As a browser would send it, nothing typed or chosen."""
        kind = said.get("type", "text")
        if tag == "select":
            self._select = said.get("name", "")
        elif tag == "option" and self._select and ("selected" in said or not self._is_filled(self._select)):
            self._fields = [one for one in self._fields if one[0] != self._select]
            self._fields.append((self._select, said.get("value", "")))
        elif (
            tag in _SENT
            and said.get("name")
            and kind not in _UNSENT
            and (kind not in _TICKED or "checked" in said)
        ):
            self._fields.append((said["name"], said.get("value", "")))

    def _is_filled(self, name: str) -> bool:
        return any(one == name for one, _value in self._fields)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag == "select":
            self._select = ""
        elif tag == "form" and self._form is not None:
            self.page.links.append(f"{self._form}?{urlencode(self._fields)}")
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data


def read(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
