"""The gallery on /ui/: every component once, in all its states. Local and test settings only.

Its words are samples, not part of the program, so they stand here in both languages and not in locale/.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from core import gallery_words
from core.faces import FACES
from core.gallery_words import COLOURS
from core.pagination import Page

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True)
class SampleUser:
    name: str
    theme: str
    is_authenticated: bool = True
    username: str = "sample"


@dataclass
class SampleMessage:
    text: str
    level_tag: str = "success"
    extra_tags: str = ""
    tags: str = field(default="")

    def __str__(self) -> str:
        return self.text


def _form(words: dict[str, Any], data: dict[str, Any] | None = None) -> forms.Form:
    """A form with one field of each kind, in the words of the language."""
    labels = words["fields"]
    made: dict[str, forms.Field] = {
        "name": forms.CharField(label=labels["name"], max_length=40),
        "phone": forms.CharField(label=labels["phone"], help_text=labels["phone_help"], required=False),
        "due": forms.DateField(
            label=labels["due"], required=False, widget=forms.DateInput(attrs={"type": "date"})
        ),
        "class": forms.ChoiceField(label=labels["class"], choices=words["classes"]),
        "roster": forms.FileField(label=labels["roster"], required=False),
        "boards": forms.BooleanField(label=labels["boards"], required=False),
        "note": forms.CharField(
            label=labels["note"], max_length=500, widget=forms.Textarea(attrs={"rows": 3}), required=False
        ),
        "topics": forms.MultipleChoiceField(
            label=labels["topics"], choices=words["topics"], widget=forms.CheckboxSelectMultiple
        ),
        "mood": forms.ChoiceField(
            label=labels["mood"],
            choices=[(key, face.label) for key, face in FACES.items()],
            widget=forms.RadioSelect,
        ),
        "seen_by": forms.ChoiceField(
            label=labels["seen_by"], choices=words["readers"], widget=forms.RadioSelect, required=False
        ),
    }
    return type("SampleForm", (forms.Form,), made)(
        data, initial={"mood": "4", "topics": ["home"]}, auto_id="bad_%s" if data else "id_%s"
    )


def _shell(request: HttpRequest, words: dict[str, Any], theme: str) -> dict[str, Any]:
    here, query = request.path, request.GET.urlencode()
    items = [
        {"label": label, "icon": icon, "url": f"{url}?{query}", "current": url == here, "count": count}
        for (icon, url, count), label in zip(
            (
                ("today", "/ui/", 3),
                ("children", "/ui/child/", 0),
                ("bell", "/ui/paper/", 2),
                ("me", "/ui/dialog/", 0),
            ),
            words["nav"],
            strict=True,
        )
    ]
    return {
        "user": SampleUser(name=words["me"], theme=theme),
        "user_role": words["role"],
        "theme": theme,
        "nav_items": items[:3],
        "bar_items": items,
        "quick_log_url": f"/ui/dialog/?{query}",
        "unread_count": 2,
    }


def _show(request: HttpRequest, template: str) -> HttpResponse:
    language = request.GET.get("lang", translation.get_language() or "en")
    language = language if language in ("en", "zh-hans") else "en"
    theme = request.GET.get("theme", "auto")
    theme = theme if theme in THEMES else "auto"
    now = timezone.localtime()
    with translation.override(language):
        words = gallery_words.WORDS[language]
        context = {
            **_shell(request, words, theme),
            "w": words,
            "form": _form(words),
            "bad": _form(words, {"note": words["note"], "topics": [], "mood": "2"}),
            "now": now,
            "timeline": _timeline(words, now),
            "page": Page(rows=[], next_cursor="f30", previous_cursor="b1"),
            "moods": list(FACES),
            "colours": dict(zip(("home", "friends", "study", "sleep", "health"), COLOURS[3:], strict=False)),
            "guides": {"home": words["guide"]},
            "tabs": [
                {"label": label, "url": f"#{count}", "count": count, "current": count == 46}
                for label, count in zip(words["tabs"], (46, 38, 12), strict=True)
            ],
            "messages": [
                SampleMessage(words["toast"], extra_tags="undo:#undo"),
                SampleMessage(words["toast_error"], level_tag="error"),
            ]
            if "toasts" in request.GET
            else [],
            "long_ago": now - timedelta(days=400),
            "printed_by": words["me"],
        }
        return render(request, template, context)


def _timeline(words: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    entries = [
        {**entry, "at": now - timedelta(days=entry["days"], hours=3), "month": date(now.year, now.month, 1)}
        for entry in words["timeline"]
    ]
    for entry in entries:
        entry["month"] = entry["at"].date().replace(day=1)
        entry["recorded_at"] = entry["at"] + timedelta(days=1) if entry.get("late") else None
    return entries


@login_not_required
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    return _show(request, "ui/components.html")


@login_not_required
@require_safe
def child(request: HttpRequest) -> HttpResponse:
    """How the components make a page."""
    return _show(request, "ui/child.html")


@login_not_required
@require_safe
def in_dialog(request: HttpRequest) -> HttpResponse:
    return _show(request, "ui/_dialog.html" if request.headers.get("HX-Request") else "ui/dialog_page.html")


@login_not_required
@require_safe
def on_paper(request: HttpRequest) -> HttpResponse:
    return _show(request, "ui/paper.html")


urlpatterns = [
    path("", components, name="ui_gallery"),
    path("child/", child, name="ui_child"),
    path("dialog/", in_dialog, name="ui_dialog"),
    path("paper/", on_paper, name="ui_paper"),
]
