"""The one way in which a form about houses is shown, sent and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render

from accounts.http import SignedInRequest
from core import htmx
from dormitories.services import stays
from schools.services import RefusedError


def answer(
    request: SignedInRequest,
    form: Form,
    act: Callable[..., Any],
    *,
    back: str,
    done: Any,
    template: str = "dormitories/form.html",
    **context: Any,
) -> HttpResponse:
    """Show the form; once it is sent and sound, call `act` with its data and go back.

    What a service refuses stands beside the field, and what was typed stays; a rule that speaks against it is
    shown beside a box to tick.
    """
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.cleaned_data)
        except stays.AgainstRuleError as refusal:
            form.ask_in_spite(_place(form, refusal), str(refusal))  # type: ignore[attr-defined]
        except RefusedError as refusal:
            form.add_error(_place(form, refusal), str(refusal))
        else:
            htmx.toast(request, done)
            return htmx.redirect(request, back)
    context |= {"form": form, "back": back}
    return render(request, template, context, status=422 if form.errors else 200)


def _place(form: Form, refusal: RefusedError) -> str | None:
    """The field a refusal names; a form without a bed or a pupil says it on top."""
    return refusal.field if refusal.field in form.fields else None
