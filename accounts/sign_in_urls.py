"""The few addresses of django-allauth that we use, under the names it expects.

Its others (signing up, addresses, codes, phones) don't exist here: what can't be reached can't be attacked.
"""

from allauth.account import views
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_safe

_form = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("login/", _form(views.login), name="account_login"),
    path("logout/", _form(views.logout), name="account_logout"),
    path("password/change/", _form(views.password_change), name="account_change_password"),
    path("password/reset/", _form(views.password_reset), name="account_reset_password"),
    path("password/reset/done/", require_safe(views.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[^/]{1,100})/$",
        _form(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        require_safe(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
