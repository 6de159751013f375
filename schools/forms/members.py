"""Forms about people. Shape only; rules are in services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import PASSWORD_HELP, password_field
from accounts.models import User
from accounts.roles import NEEDS_TWO_PEOPLE, ROLES
from schools.forms.fields import DayField, ObjectField, PhoneField
from schools.models import Membership, SchoolClass


def _roles() -> list[tuple[str, Any]]:
    return [(role.value, spec.label) for role, spec in ROLES.items() if spec.scope != "area"]


class _RoleForm(forms.Form):
    """Which role, and for a homeroom teacher which class."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _roles()  # type: ignore[attr-defined]
        self.fields["school_class"] = ObjectField(
            classes,
            label=_("Class"),
            empty="—",
            required=False,
            help_text=_("For homeroom teachers only."),
        )


class InvitationForm(_RoleForm):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=80)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("The link is sent there. Without one you get the link to hand over."),
    )
    phone = PhoneField(label=_("Telephone"), required=False)
    field_order = ("name", "role", "school_class", "email", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class GrantForm(_RoleForm):
    """Another role for somebody who works here already; those that take two people come by an invitation."""

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = [choice for choice in _roles() if choice[0] not in NEEDS_TWO_PEOPLE]
        self.fields["role"].choices = alone  # type: ignore[attr-defined]
        self.fields["role"].help_text = _(
            "A role that reads of every child, or gives roles, takes a second person: invite them instead."
        )
        self.fields["person"] = ObjectField(people, label=_("Person"))
        self.order_fields(["person", "role", "school_class"])


class _AbsentField(ObjectField):
    """A choice among roles held, each said with its person and class."""

    def __init__(self, memberships: list[Membership], **kwargs: Any) -> None:
        super().__init__(memberships, **kwargs)
        said = [
            (str(one.pk), f"{one.user.name} · {one.school_class or one.role_label}") for one in memberships
        ]
        self.choices = [("", "—"), *said]


class StandInForm(forms.Form):
    """Who is away, who does their work, and from when to when."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"), help_text=_("The rights end by themselves after it."))

    def __init__(self, *args: Any, memberships: list[Membership], people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"] = _AbsentField(memberships, label=_("Who is away?"))
        self.fields["person"] = ObjectField(people, label=_("Who stands in?"), empty="—")
        self.order_fields(["membership", "person", "first_day", "last_day"])


class EndForm(forms.Form):
    membership = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    last_day = DayField(label=_("Last day"), required=False, help_text=_("Leave empty to end it at once."))


class ResetFactorsForm(forms.Form):
    membership = forms.IntegerField(min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


class AcceptForm(forms.Form):
    """What an invited person sets for themselves."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("To sign in with; your telephone number or e-mail address works too."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = password_field(_("Password"), autocomplete="new-password", help_text=PASSWORD_HELP)
    repeat = password_field(_("The same password again"), autocomplete="new-password")

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        self.person_name = name
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password")
        if password and data.get("repeat") and password != data["repeat"]:
            self.add_error("repeat", _("The two passwords differ."))
        elif password:
            user = User(username=data.get("username", ""), name=self.person_name)
            try:
                password_validation.validate_password(password, user)
            except ValidationError as error:
                self.add_error("password", error)
        return data
