"""Clicks on everything it is shown."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

from tests.crawl import pages

HERE = "testserver"
HTMX = {"HTTP_HX_REQUEST": "true"}
# Signing out would end the crawl; static files are no pages of ours.
NOT_FOLLOWED = {"account_logout"}
NO_PAGES = ("/static/",)


@dataclass(frozen=True)
class Step:
    """An address, as shown on a page."""

    url: str
    shown_on: str
    is_fragment: bool


@dataclass
class Crawler:
    """Breadth first from `/`; of each kind of address (name and parameters) `each` are opened."""

    client: Client
    look: Callable[[Any], list[str]]  # what is wrong with what an answer holds
    each: int = 2
    names: set[str] = field(default_factory=set)
    requests: int = 0
    faults: list[str] = field(default_factory=list)
    _met: set[tuple[str, bool]] = field(default_factory=set)
    _kinds: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    _queue: deque[Step] = field(default_factory=deque)

    def crawl(self) -> Crawler:
        self._consider("/", "the address bar", is_fragment=False)
        while self._queue:
            self._open(self._queue.popleft())
        return self

    def _consider(self, link: str, shown_on: str, *, is_fragment: bool) -> None:
        parts = urlsplit(
            urljoin(f"http://{HERE}{shown_on}" if shown_on.startswith("/") else f"http://{HERE}/", link)
        )
        if parts.scheme not in ("http", "https") or parts.netloc != HERE or parts.path.startswith(NO_PAGES):
            return
        url = parts.path + (f"?{parts.query}" if parts.query else "")
        step = Step(f"{url}#{parts.fragment}" if parts.fragment else url, shown_on, is_fragment)
        if (step.url, is_fragment) in self._met:
            return
        self._met.add((step.url, is_fragment))
        try:
            name = resolve(parts.path).view_name
        except Resolver404:
            self._fault(step, "leads to no address of ours")
            return
        kind = (
            name,
            frozenset(key for key, _value in parse_qsl(parts.query)),
            bool(parts.fragment),
            is_fragment,
        )
        if name not in NOT_FOLLOWED and self._kinds[kind] < self.each:
            self._kinds[kind] += 1
            self.names.add(name)
            self._queue.append(step)

    def _open(self, step: Step) -> None:
        url, _hash, fragment = step.url.partition("#")
        self.requests += 1
        response = self.client.get(url, **(HTMX if step.is_fragment else {}))
        for fault in self.look(response):
            self._fault(step, fault)
        if 300 <= response.status_code < 400:
            self._redirected(step, response["Location"])
        elif response.status_code != 200:
            self._fault(step, f"answers {response.status_code}")
        elif response.get("Content-Type", "").startswith("text/html"):
            self._read(step, response, fragment)

    def _redirected(self, step: Step, target: str) -> None:
        if "/accounts/login/" in target or "/accounts/2fa/" in target:
            self._fault(step, f"leads to {target}")
        self._consider(target, urlsplit(step.url).path, is_fragment=step.is_fragment)

    def _read(self, step: Step, response: Any, fragment: str) -> None:
        page = pages.read(response.content.decode())
        if not step.is_fragment:
            self._is_whole(step, page, fragment)
        base = step.url.partition("#")[0]
        for link in page.links:
            if not link.startswith("#"):
                self._consider(link, base, is_fragment=False)
        for link in page.fragments:
            self._consider(link, base, is_fragment=True)

    def _is_whole(self, step: Step, page: pages.Page, fragment: str) -> None:
        if not page.title.strip():
            self._fault(step, "has no title")
        if page.headings != 1:
            self._fault(step, f"has {page.headings} h1")
        if fragment and fragment not in page.ids:
            self._fault(step, f"has no #{fragment}")
        for link in page.links:
            if link.startswith("#") and link[1:] and link[1:] not in page.ids:
                self._fault(step, f"has a link to {link}, which it lacks")

    def _fault(self, step: Step, what: str) -> None:
        self.faults.append(f"{step.url} (shown on {step.shown_on}) {what}")
