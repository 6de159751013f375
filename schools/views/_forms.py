"""The one way in which a small form is shown, sent and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import htmx
from schools import services


def answer(
    request: HttpRequest,
    form: Form,
    act: Callable[..., Any],
    *,
    title: Any,
    button: Any,
    back: str,
    done: Any,
    **more: Any,
) -> HttpResponse:
    """Show the form; once it is sent and sound, call `act` with its data and go back.

    What a service refuses stands beside the field, and what was typed stays.
    """
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.cleaned_data)
        except services.RefusedError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            htmx.toast(request, done)
            return htmx.redirect(request, back)
    context = {"form": form, "title": title, "button_text": button, "back": back, **more}
    status = 422 if form.errors else 200
    return render(request, "schools/form.html", context, status=status)
