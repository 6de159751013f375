"""A site with one fault of each kind, for the crawler to find."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

START = """<title>Start</title><h1>Start</h1><a href="/gone/">1</a><a href="/broken/">2</a><a href="#nowhere">3</a>
<a href="/bare/#part">4</a><form action="/found/"><input name="q" value="x"><select name="s"><option value="1"></select>
</form><p hx-get="/refused/"></p><a href="/nothing/">5</a><a href="https://elsewhere.test/">6</a><a href="/away/">7</a>
<form method="post" action="/posted/"></form>"""


def start(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(START)


def broken(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError


def gone(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


def bare(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>No title, no heading</p>")


def refused(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=403)


def found(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<title>x</title><h1>secret {request.GET['q']}{request.GET['s']}</h1>")


def away(_request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/accounts/login/?next=/")


urlpatterns = [
    path("", start, name="start"),
    path("broken/", broken, name="broken"),
    path("gone/", gone, name="gone"),
    path("bare/", bare, name="bare"),
    path("refused/", refused, name="refused"),
    path("found/", found, name="found"),
    path("away/", away, name="away"),
    path("posted/", gone, name="posted"),
    path("accounts/login/", found, name="account_logout"),
]
