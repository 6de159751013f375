"""What of the audit trail somebody wants to see."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from schools.forms.fields import DayField, ObjectField

KINDS = [
    ("", _("Everything")),
    ("reads", _("Looking")),
    ("copies", _("Printed and downloaded")),
    ("rights", _("Rights")),
    ("changes", _("Changes")),
]


class AuditForm(forms.Form):
    """All optional; the newest come first."""

    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = ObjectField(people, label=_("Person"), required=False, empty=_("Everybody"))
        self.order_fields(["kind", "person", "since", "until"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day."))
        return data
