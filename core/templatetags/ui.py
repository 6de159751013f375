"""The components as template tags: `{% load ui %}`. Each one's HTML stands once, in templates/components/.

What each takes is written in templates/components/README.md and shown on /ui/.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField, Form, widgets
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import htmx
from core.faces import FACES
from core.icons import PATHS

register = template.Library()

COLOURS = ("teal", "sky", "indigo", "plum", "rose", "clay", "ochre", "moss", "stone", "amber", "red")
_AVATAR_COLOURS = COLOURS[:8]
TONES = {
    "info": ("teal", "info"),
    "success": ("moss", "done"),
    "warning": ("amber", "warning"),
    "danger": ("red", "alert"),
}
MAX_LETTER_TAGS = 4  # ui.md: more than four beside a name are read by nobody


# --- small things ---------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """One inline icon. An icon never stands alone: write the word beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(PATHS[name]),  # noqa: S308  (our own constant)
    )


@register.simple_tag
def attributes(**pairs: Any) -> SafeString:
    """`hx_get=…` becomes ` hx-get="…"`; None and False are left out, True gives a bare attribute."""
    return _attributes(pairs)


def _attributes(pairs: Mapping[str, Any]) -> SafeString:
    shown = [(key.replace("_", "-"), value) for key, value in pairs.items() if value not in (None, False)]
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", key) if value is True else format_html(' {}="{}"', key, value),)
            for key, value in shown
        ),
    )


@register.inclusion_tag("components/button.html")
def button(
    text: str, href: str = "", kind: str = "secondary", icon: str = "", **extra: Any
) -> dict[str, Any]:
    """A link when it has `href`, else a submit button. `dialog=True` opens the link in the dialog."""
    if href and extra.pop("dialog", False):
        extra = {"hx_get": href, "hx_target": "#dialog-body", **extra}
    kind_of_button = extra.pop("type", "submit")
    return {
        "text": text,
        "href": href,
        "kind": kind,
        "icon": icon,
        "type": kind_of_button,
        "extra": _attributes(extra),
    }


@register.inclusion_tag("components/badge.html")
def badge(text: str, colour: str = "stone", icon: str = "") -> dict[str, Any]:
    """A short state in words; the colour only repeats what the word says."""
    return {"text": text, "colour": colour, "icon": icon}


@register.inclusion_tag("components/letter_tags.html")
def letter_tags(tags: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """At most four letters beside a name, each with its meaning in words: {letter, title, colour}."""
    return {"tags": list(tags)[:MAX_LETTER_TAGS]}


@register.inclusion_tag("components/avatar.html")
def avatar(name: str, photo: str = "", size: str = "") -> dict[str, Any]:
    """Photo, or initials on a colour that stays the same for the same name."""
    colour = _AVATAR_COLOURS[zlib.crc32(name.encode()) % len(_AVATAR_COLOURS)]
    return {"initials": initials(name), "photo": photo, "size": size, "colour": colour}


def initials(name: str) -> str:
    """Two last characters in Chinese (欧阳小雨 → 小雨), first letters in Latin (Li Wei → LW)."""
    name = name.strip()
    if not name:
        return "?"
    if ord(name[-1]) > 0x2E7F:
        return name[-2:] if len(name) > 2 else name[-1]
    words = name.split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


# --- forms ----------------------------------------------------------------------------------------
@register.simple_tag
def field(bound: BoundField, kind: str = "", **extra: Any) -> SafeString:
    """Label, help, input and error of one form field, tied together for screen readers.

    The template follows from the widget; `kind` overrides it: chips, faces. `extra` goes to the input
    (`hx_get=…` becomes hx-get). `colours={"value": "plum"}` colours chips; `guides={"value": "text"}`
    gives the guidance that unfolds under a chosen one.
    """
    kind = kind or _kind_of(bound)
    colours, guides = extra.pop("colours", {}), extra.pop("guides", {})
    context: dict[str, Any] = {
        "optional": _optional(bound),
        "field": bound,
        "kind": kind,
        "id": extra.get("id") or bound.id_for_label or bound.auto_id,
    }
    if kind in ("chips", "faces"):
        context["options"] = _options(bound, colours, guides)
        context["extra"] = _attributes(extra)
        context["described"] = _described_by(bound)
        return mark_safe(render_to_string(f"components/{kind}.html", context))  # noqa: S308
    widget = bound.field.widget
    limit = widget.attrs.get("maxlength") if isinstance(widget, widgets.Textarea) else None
    context["limit"] = limit
    context["used"] = len(str(bound.value() or "")) if limit else 0
    context["input"] = bound.as_widget(attrs=_input_attributes(bound, kind, extra))
    return mark_safe(render_to_string("components/field.html", context))  # noqa: S308


@register.simple_tag
def fields(form: Form) -> SafeString:
    """All fields of a form, one under the other; hidden ones first."""
    hidden = "".join(str(one) for one in form.hidden_fields())
    return mark_safe(hidden + "".join(field(one) for one in form.visible_fields()))  # noqa: S308


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: Form, focus: bool = True) -> dict[str, Any]:
    """What's wrong with the form as a whole, and links to the fields that need another look."""
    return {"form": form, "focus": focus, "wrong": [one for one in form.visible_fields() if one.errors]}


def _kind_of(bound: BoundField) -> str:
    widget = bound.field.widget
    if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        return "chips"
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    if isinstance(widget, widgets.Select):
        return "select"
    return "datetime" if isinstance(widget, widgets.MultiWidget) else "text"


def _optional(bound: BoundField) -> bool:
    """Whether it may stay empty; a list without an empty choice always says something."""
    if isinstance(bound.field.widget, widgets.Select) and not bound.field.widget.allow_multiple_selected:
        return not bound.field.required and any(
            value in ("", None) for value, _label in bound.field.widget.choices
        )
    return not bound.field.required


def _described_by(bound: BoundField) -> str:
    parts = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    return " ".join([*parts, f"{bound.auto_id}_error"] if bound.errors else parts)


def _input_attributes(bound: BoundField, kind: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    css = {"select": "form-select", "check": "form-check-input"}.get(kind, "form-control")
    given = bound.field.widget.attrs.get("class", "")
    attrs: dict[str, Any] = {"class": f"{css} {given}".strip()}
    if described := _described_by(bound):
        attrs["aria-describedby"] = described
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return attrs | {key.replace("_", "-"): value for key, value in extra.items()}


def _options(
    bound: BoundField, colours: Mapping[str, str], guides: Mapping[str, str]
) -> list[dict[str, Any]]:
    shown = []
    for option in bound.subwidgets:
        value = str(option.data["value"])
        if value == "" and not isinstance(option.data["label"], str):
            continue
        shown.append(
            {
                "input": {**option.data["attrs"], "id": option.id_for_label},
                "type": option.data["type"],
                "name": option.data["name"],
                "value": value,
                "label": option.choice_label,
                "checked": option.data["selected"],
                "colour": colours.get(value, ""),
                "guide": guides.get(value, ""),
                "face": FACES.get(value),
            }
        )
    return shown


@register.inclusion_tag("components/autosave.html")
def autosave() -> dict[str, Any]:
    """The line that says "Draft saved 14:02"; belongs inside a <form data-autosave="url">."""
    return {}


@register.inclusion_tag("components/face.html")
def face(value: int | str) -> dict[str, Any]:
    """A recorded mood, drawn and in words."""
    return {"face": FACES.get(str(value))}


# --- time -----------------------------------------------------------------------------------------
_FORMATS = {
    "zh": {"day": "n月j日", "year": "Y年n月j日", "time": "H:i", "month": "Y年n月", "weekday": "n月j日 l"},
    "en": {"day": "j M", "year": "j M Y", "time": "H:i", "month": "F Y", "weekday": "l j M"},
}


def _format(name: str) -> str:
    return _FORMATS["zh" if (get_language() or "").startswith("zh") else "en"][name]


@register.simple_tag
def when(value: date | datetime | None, style: str = "") -> SafeString:
    """A moment or a day as the language writes it: 3月2日 14:05; the year only when it isn't this one.

    Styles: "" · "relative" (3 days ago, full date in the tooltip) · "day" (no time) · "weekday" · "month".
    """
    if value is None:
        return mark_safe("")
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    today = timezone.localdate()
    full = formats.date_format(local, _format("year"))
    shown = formats.date_format(local, _format("day")) if local.year == today.year else full
    if isinstance(local, datetime):
        full += " " + formats.date_format(local, _format("time"))
        shown = shown if style == "day" else shown + " " + formats.date_format(local, _format("time"))
    if style == "relative":
        shown = ago((today - (local.date() if isinstance(local, datetime) else local)).days)
    elif style in ("month", "weekday"):
        shown = formats.date_format(local, _format(style))
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), full, shown)


def ago(number: int) -> str:
    """Days back (positive) or ahead (negative) in words."""
    if number in (0, 1, -1):
        return {0: _("today"), 1: _("yesterday"), -1: _("tomorrow")}[number]
    if number > 0:
        return ngettext("%(n)d day ago", "%(n)d days ago", number) % {"n": number}
    return ngettext("in %(n)d day", "in %(n)d days", -number) % {"n": -number}


@register.simple_tag
def days(number: int | None) -> str:
    """A length of time: "3 days"; nothing known gives a dash."""
    if number is None:
        return "—"
    return ngettext("%(n)d day", "%(n)d days", number) % {"n": number}


# --- blocks with content --------------------------------------------------------------------------
def _inner(content: str) -> SafeString:
    """The block, escaped by the template engine already; only white space counts as no content."""
    return mark_safe(content.strip())  # noqa: S308


@register.simple_block_tag
def card(content: str, title: str = "", href: str = "", link: str = "") -> SafeString:
    """A raised box: only where a group must stand out; otherwise use `section`."""
    context = {"content": content, "title": title, "href": href, "link": link}
    return mark_safe(render_to_string("components/card.html", context))  # noqa: S308


@register.simple_block_tag
def section(content: str, title: str, href: str = "", link: str = "") -> SafeString:
    """A heading with what belongs to it, held together by white space."""
    context = {"content": content, "title": title, "href": href, "link": link, "id": slugify(title)}
    return mark_safe(render_to_string("components/section.html", context))  # noqa: S308


@register.simple_block_tag
def page_head(content: str, title: str, lead: str = "") -> SafeString:
    """The page's one <h1>, a line under it, and its actions as content."""
    context = {"content": _inner(content), "title": title, "lead": lead}
    return mark_safe(render_to_string("components/page_head.html", context))  # noqa: S308


@register.simple_block_tag
def alert(content: str, tone: str = "info", title: str = "") -> SafeString:
    """A message that stays on the page: info, success, warning, danger."""
    colour, name = TONES[tone]
    context = {"content": content, "title": title, "colour": colour, "icon": name, "tone": tone}
    return mark_safe(render_to_string("components/alert.html", context))  # noqa: S308


@register.simple_block_tag
def empty(content: str, title: str, text: str = "") -> SafeString:
    """An empty list: says what to do next, with the button for it as content."""
    context = {"content": _inner(content), "title": title, "text": text}
    return mark_safe(render_to_string("components/empty.html", context))  # noqa: S308


@register.simple_block_tag
def data_table(content: str, caption: str = "", cards: bool = True) -> SafeString:
    """A table's rows; on a phone each row becomes a card (give every <td> a data-label)."""
    context = {"content": content, "caption": caption, "cards": cards}
    return mark_safe(render_to_string("components/table.html", context))  # noqa: S308


@register.simple_block_tag(takes_context=True)
def dialog(context: Mapping[str, Any], content: str, title: str, back: str = "") -> SafeString:
    """What a view sends for the dialog, and shows as a page of its own without JavaScript."""
    level = 2 if htmx.target(context["request"]) == "dialog-body" else 1
    shown = {"content": content, "title": title, "back": back, "level": level}
    return mark_safe(render_to_string("components/dialog.html", shown))  # noqa: S308


@register.simple_block_tag
def person_header(content: str, name: str, **facts: Any) -> SafeString:
    """The child's sticky header. Facts: pinyin, photo, tags, items (short texts); content: the buttons."""
    context = {"content": _inner(content), "name": name, **facts}
    return mark_safe(render_to_string("components/person_header.html", context))  # noqa: S308


@register.simple_block_tag
def timeline_entry(content: str, title: str, at: date | datetime, **facts: Any) -> SafeString:
    """One bow on the line. Facts: colour, label, author, recorded_at, badges, closed (a restricted entry)."""
    context = {"content": _inner(content), "title": title, "at": at, **facts}
    return mark_safe(render_to_string("components/timeline_entry.html", context))  # noqa: S308


# --- lists and numbers ----------------------------------------------------------------------------
@register.inclusion_tag("components/tile.html")
def tile(number: Any, label: str, href: str = "", note: str = "", colour: str = "") -> dict[str, Any]:
    """A number that links to exactly the list it counts."""
    return {"number": number, "label": label, "href": href, "note": note, "colour": colour}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int | None, label: str) -> dict[str, Any]:
    """How far a long job is; without a total it only says that it runs."""
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("components/facts.html")
def facts(items: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Term and value pairs; None is shown as "not collected", which is a value of its own."""
    return {"items": items}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Saved filters as links: {label, url, current, count}."""
    return {"items": items, "label": label}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Mapping[str, Any], page: Any, name: str = "cursor") -> dict[str, Any]:
    """Earlier and later pages of a core.pagination.Page; keeps the other filters of the address."""
    query = context["request"].GET.copy()
    links = {}
    for key, cursor in (("previous", page.previous_cursor), ("next", page.next_cursor)):
        if cursor:
            query[name] = cursor
            links[key] = f"?{query.urlencode()}"
    return links


@register.filter
def undo_url(message: Any) -> str:
    """Where a message can be undone (see core.htmx.toast)."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")
