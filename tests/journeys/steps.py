"""Steps that several journeys take, told by what the page is made of: they hold in every language."""

from __future__ import annotations

from typing import Any

# Each of the journeys once on a telephone in Chinese and once at a desk in English.
SCREENS = [(360, "zh-hans"), (1280, "en")]


def open_roll(person: Any) -> None:
    """Open tonight's roll of the one house there is."""
    person.open("/dormitories/rolls/")
    person.page.click("main form[action$='/roll/'] button")
    person.page.wait_for_selector(".roll-faces")


def tap(person: Any, number: int) -> None:
    """A tap on a face says: here."""
    person.page.click(f".pupil-tap:has(#p{number})")


def counted(person: Any) -> str:
    """How many are accounted for, of how many."""
    return str(person.page.inner_text(".roll-count strong"))


def find_elsewhere(person: Any, number: int) -> None:
    """By the second control, in the dialog, without leaving the grid: in the sick bay."""
    person.page.click(f".pupil:has(#p{number}) .pupil-where")
    person.page.wait_for_selector("dialog[open] .roll-places")
    person.page.click("dialog button[value=sick_bay]")
    person.page.wait_for_selector(f"#p{number}[data-where=sick_bay]")
    person.page.wait_for_selector("dialog:not([open])", state="attached")


def close_roll(person: Any) -> None:
    """Ask for it to be closed; the page says whether it is."""
    person.page.click("main .actions button.btn-primary")


def fits(person: Any) -> bool:
    """Nothing runs out of the screen to the right."""
    return bool(person.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
