"""Answers to htmx: where they lead, and the messages that travel with them."""

from __future__ import annotations

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory

from core import htmx


def ask(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/somewhere/", headers=headers)
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


def test_a_fragment_is_wanted_only_by_htmx_and_not_when_going_back() -> None:
    assert htmx.asked(ask(**{"HX-Request": "true"}))
    assert not htmx.asked(ask())
    assert not htmx.asked(ask(**{"HX-Request": "true", "HX-History-Restore-Request": "true"}))


def test_the_target_counts_only_when_htmx_asked() -> None:
    assert htmx.target(ask(**{"HX-Request": "true", "HX-Target": "dialog-body"})) == "dialog-body"
    assert htmx.target(ask(**{"HX-Target": "dialog-body"})) == ""


def test_a_redirect_leads_the_whole_page_away() -> None:
    plain = htmx.redirect(ask(), "/there/")
    swapped = htmx.redirect(ask(**{"HX-Request": "true"}), "/there/")

    assert (plain.status_code, plain["Location"]) == (302, "/there/")
    assert (swapped.status_code, swapped["HX-Redirect"]) == (204, "/there/")


@pytest.mark.parametrize("status", [200, 422])
def test_a_toast_travels_with_the_fragment(status: int) -> None:
    request = ask(**{"HX-Request": "true"})
    htmx.toast(request, "Saved <b>", undo_url="/undo/1/")

    response = htmx.ToastMiddleware(lambda _request: HttpResponse("<p>part</p>", status=status))(request)

    body = response.content.decode()
    assert body.startswith("<p>part</p>")
    assert 'hx-swap-oob="beforeend:#toasts"' in body
    assert "Saved &lt;b&gt;" in body
    assert 'action="/undo/1/"' in body


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("<p>gone</p>", headers={"HX-Redirect": "/there/"}),
        JsonResponse({"saved": True}),
        HttpResponse(status=204),
    ],
)
def test_a_toast_waits_for_an_answer_that_can_show_it(response: HttpResponse) -> None:
    request = ask(**{"HX-Request": "true"})
    messages.success(request, "Saved")
    before = response.content

    after = htmx.ToastMiddleware(lambda _request: response)(request)

    assert after.content == before
    assert [str(one) for one in messages.get_messages(request)] == ["Saved"]


def test_a_whole_page_shows_its_own_messages() -> None:
    request = ask()
    messages.success(request, "Saved")

    response = htmx.ToastMiddleware(lambda _request: HttpResponse("<html></html>"))(request)

    assert b"toasts" not in response.content
