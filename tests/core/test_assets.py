"""Rules for templates and styles that no eye watches: nothing inline, nothing heavy, everything readable."""

from __future__ import annotations

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

HOME = Path(settings.BASE_DIR)
PAGES = sorted((HOME / "templates").rglob("*.html"))
TOKENS = (HOME / "static/src/css/tokens.css").read_text()
DIST = HOME / "static" / "dist"

FORBIDDEN = {
    "an inline style": re.compile(r"<style\b|\sstyle\s*="),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "an hx-on attribute (eval is off)": re.compile(r"\shx-on[:\-]"),
    "htmx code in an attribute (eval is off)": re.compile(r"hx-(vals|headers)=[\"']js:"),
    "an address of another machine": re.compile(r"(src|href)=[\"']https?://"),
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(HOME / "templates")))
def test_a_template_holds_nothing_the_content_policy_forbids(page: Path) -> None:
    source = page.read_text()

    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(source)] == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ('<p style="color:red">', "an inline style"),
        ("<script>alert(1)</script>", "an inline script"),
        ('<a href="#" onclick="x()">', "an event attribute"),
        ('<img src="https://elsewhere.example/x.png">', "an address of another machine"),
    ],
)
def test_the_rules_for_templates_see_what_they_are_for(source: str, what: str) -> None:
    assert FORBIDDEN[what].search(source)


# --- contrast (WCAG 2.2, 1.4.3 and 1.4.11) ------------------------------------------------------
def palette(theme: str) -> dict[str, str]:
    """The tokens of a theme; dark ones stand on top of the light ones."""
    blocks = re.findall(r"([^{}]+)\{([^}]*)\}", re.sub(r"/\*.*?\*/", "", TOKENS, flags=re.DOTALL))
    found: dict[str, str] = {}
    for selector, body in blocks:
        if selector.strip() == ":root" or (theme == "dark" and '"dark"' in selector):
            found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


COLOURS = ("teal", "sky", "indigo", "plum", "rose", "clay", "ochre", "moss", "stone")
GROUNDS = ("paper", "paper-raised", "paper-sunk")
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "teal", "amber", "red") for ground in GROUNDS],
    *[(f"c-{colour}", f"c-{colour}-wash") for colour in COLOURS],
    *[(f"c-{colour}", "paper") for colour in COLOURS],
    *[(colour, f"{colour}-wash") for colour in ("teal", "amber", "red")],
    ("ink", "teal-wash"),
    ("ink", "amber-wash"),
    ("ink", "red-wash"),
    ("on-teal", "teal"),
    ("on-teal", "teal-strong"),
    ("on-red", "red"),
    ("on-red", "red-strong"),
    ("teal-strong", "teal-wash"),
    ("paper", "ink"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read_in_a_bad_light(theme: str, ink: str, ground: str) -> None:
    colours = palette(theme)

    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_edge_of_a_field_can_be_seen(theme: str, ground: str) -> None:
    colours = palette(theme)

    assert contrast(colours["line-strong"], colours[ground]) >= 3


# --- weight -----------------------------------------------------------------------------------------
BUDGET = {"app.css": 20_000, "app.js": 12_000, "print.css": 3_000, "favicon.svg": 1_000}
needs_build = pytest.mark.skipif(
    not DIST.exists(), reason="static/dist is not built: npm ci && npm run build"
)


@needs_build
@pytest.mark.parametrize(("name", "limit"), BUDGET.items())
def test_each_asset_keeps_its_weight(name: str, limit: int) -> None:
    assert len(brotli.compress((DIST / name).read_bytes())) <= limit


@needs_build
def test_the_first_visit_is_light_enough_for_a_slow_link() -> None:
    htmx = Path(str(finders.find("django_htmx/htmx-2.min.js"))).read_bytes()
    shipped = [htmx, *((DIST / name).read_bytes() for name in BUDGET)]

    # ui.md allows 150 KB for the first visit; a page itself is at most 20 KB of it.
    assert sum(len(brotli.compress(one)) for one in shipped) <= 60_000


@needs_build
def test_the_stylesheet_loads_nothing_else() -> None:
    css = (DIST / "app.css").read_text()

    assert "url(" not in css
    assert "@import" not in css
