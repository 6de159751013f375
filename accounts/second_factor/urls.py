"""Addresses of the second factor, under the names that allauth.mfa expects for its own.

Its others (trusting a browser, downloading codes, signing up with a passkey) don't exist here.
"""

from django.urls import path

from accounts.second_factor import views

urlpatterns = [
    path("", views.index, name="mfa_index"),
    path("code/", views.authenticate, name="mfa_authenticate"),
    path("cancel/", views.cancel, name="mfa_cancel"),
    path("again/", views.again, name="mfa_step_up"),
    path("app/", views.app, name="mfa_activate_totp"),
    path("passkey/", views.passkey, name="mfa_add_webauthn"),
    path("sheet/", views.sheet, name="mfa_generate_recovery_codes"),
    path("remove/", views.remove, name="mfa_remove"),
]
