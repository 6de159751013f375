"""Forms about signing in. Shape only; rules are in services."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    UserTokenForm,
)
from django import forms
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import User

PASSWORD_HELP = _("At least ten characters; three unrelated words are easy to keep in mind.")
PASSWORD_MAX = 200


def password_field(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    """A password as typed: nothing stripped, never shown again, never longer than a page of text."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=PASSWORD_MAX,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        help_text=help_text,
    )


class SignInForm(LoginForm):
    """One field takes a user name, a telephone number or an e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("User name, telephone or e-mail"),
            max_length=254,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
            ),
        )
        self.fields["password"] = password_field(_("Password"), autocomplete="current-password")
        self.fields.pop("remember", None)
        self.order_fields(["login", "password"])


class PasswordResetForm(ResetPasswordForm):
    """Asks for the e-mail address; the answer is the same whether we know it or not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = forms.EmailField(
            label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
        )

    def clean_email(self) -> str:
        """Whose it is, isn't looked up here: see services.request_password_reset."""
        return self.cleaned_data["email"]

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        services.request_password_reset(email=self.cleaned_data["email"])
        return self.cleaned_data["email"]


class ResetLinkForm(UserTokenForm):
    """Checks a reset link with Django's own token, which no other table of addresses can widen."""

    token_generator = default_token_generator

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.reset_user is not None and not self.reset_user.is_active:
            raise get_adapter().validation_error("invalid_password_reset")
        return data


class _NewPassword:
    """Our words and limits on allauth's pair of fields; it validates them against the person."""

    fields: dict[str, forms.Field]

    def name_fields(self) -> None:
        first, second = self.fields["password1"], self.fields["password2"]
        first.label, first.help_text = _("New password"), PASSWORD_HELP
        second.label = _("The same password again")
        for field in self.fields.values():
            field.max_length = PASSWORD_MAX  # type: ignore[attr-defined]
            field.validators.append(_not_too_long)
            field.widget.attrs.pop("placeholder", None)


def _not_too_long(value: str) -> None:
    if len(value) > PASSWORD_MAX:
        raise forms.ValidationError(_("This is too long for a password."))


class NewPasswordForm(_NewPassword, ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_fields()


class PasswordChangeForm(_NewPassword, ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name_fields()
        self.fields["oldpassword"].label = _("Present password")
        self.fields["oldpassword"].help_text = ""


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices, required=False)
    theme = forms.ChoiceField(label=_("Theme"), choices=User.Theme.choices, required=False)


class ApiTokenForm(forms.Form):
    """Asks for the password once more: a token outlives the session of a shared computer."""

    password = password_field(_("Present password"), autocomplete="current-password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password(self) -> str:
        if not get_adapter().reauthenticate(self.user, self.cleaned_data["password"]):
            raise get_adapter().validation_error("incorrect_password")
        return self.cleaned_data["password"]
