"""The content policy in a real browser: pages do nothing that it stops, and it does stop what an attacker would."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urlsplit

import pytest

from tests.journeys.test_habits import pages_of, pupil  # noqa: F401  (a fixture)

# A sample of each kind of page is enough; what is left out is a file, or ends the session.
KIND = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
LEFT_OUT = re.compile(r"/(logout|file|report|schema|hidden)/|/roster-report")
MOST_PAGES = 45

WATCH = """
window.stopped = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.stopped.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
LINKS = "all => all.map((one) => one.getAttribute('href'))"


def walk(person, start: list[str]) -> tuple[list[str], list[str]]:
    """Every kind of page that one reaches by links, and what the browser stopped on them."""
    waiting, seen, stopped, visited = deque(start), set(), [], []
    while waiting and len(visited) < MOST_PAGES:
        path = urlsplit(waiting.popleft()).path
        kind = KIND.sub("*", path)
        if kind in seen or LEFT_OUT.search(path):
            continue
        seen.add(kind)
        answer = person.page.goto(person.site.base + path)
        assert answer.status < 500, path
        visited.append(path)
        stopped += [f"{path}: {one}" for one in person.page.evaluate("window.stopped ?? []")]
        hrefs = person.page.eval_on_selector_all("a[href]", LINKS)
        waiting.extend(href for href in hrefs if href.startswith("/"))
    return visited, stopped


@pytest.mark.parametrize("role", ["school_admin", "safeguarding_lead"])
def test_no_page_does_what_the_policy_stops(visit, pupil, role):  # noqa: F811
    person = visit()
    person.page.add_init_script(WATCH)
    person.sign_in(role)

    start = pages_of(role, pupil) if role == "school_admin" else ["/"]
    visited, stopped = walk(person, [*start, "/children/", "/me/", "/ui/"])

    assert len(visited) > 15, visited
    assert stopped == []
    assert [one for one in person.problems if "Content Security" in one or "TrustedS" in one] == []


def test_the_policy_stops_what_an_attacker_would_do(visit, pupil):  # noqa: F811
    """Markup that slipped through, a script made of a string, another site's script, a frame, a form elsewhere."""
    person = visit()
    person.page.add_init_script(WATCH)
    person.sign_in("counsellor")
    person.open("/children/")

    found = person.page.evaluate(
        """async () => {
        const tried = {};
        const attempt = (name, act) => { try { act(); tried[name] = "done"; } catch (e) { tried[name] = e.name; } };
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.owned = 1'>");
        document.body.insertAdjacentHTML("beforeend", "<script>window.owned = 2</" + "script>");
        document.body.insertAdjacentHTML("beforeend", "<iframe src='/children/'></iframe>");
        attempt("text", () => { document.createElement("script").text = "window.owned = 3"; });
        attempt("address", () => { document.createElement("script").src = "https://evil.example/x.js"; });
        attempt("policy", () => trustedTypes.createPolicy("mine", { createScript: (text) => text }));
        attempt("timer", () => setTimeout("window.owned = 4"));
        attempt("worker", () => new Worker("data:text/javascript,1"));
        const sent = await fetch("https://evil.example/").then(() => "sent", () => "stopped");
        await new Promise((resolve) => setTimeout(resolve, 500));
        return { owned: window.owned ?? null, tried, sent, frame: frames[0] && frames[0].length === 0,
                 stopped: window.stopped.map((one) => one.split(" ")[0]) };
        }"""
    )

    assert found["owned"] is None
    assert found["sent"] == "stopped"
    assert "done" not in {found["tried"][name] for name in ("text", "address", "policy", "timer")}
    assert {"script-src-attr", "connect-src", "require-trusted-types-for", "trusted-types"} <= set(
        found["stopped"]
    )
