"""Fields that several forms share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import phones
from core.asked import EARLIEST, LATEST


class DayField(forms.DateField):
    """A day with the browser's own calendar; years that only a slip of the hand gives are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        self.validators += [
            MinValueValidator(EARLIEST, _("That is too long ago.")),
            MaxValueValidator(LATEST, _("That is too far ahead.")),
        ]


class ObjectField(forms.TypedChoiceField):
    """A choice among given rows; what isn't among them is refused as any wrong choice is."""

    def __init__(self, objects: Iterable[models.Model], *, empty: Any = None, **kwargs: Any) -> None:
        found = {str(one.pk): one for one in objects}
        choices = [("", empty)] if empty is not None else []
        choices += [(key, str(one)) for key, one in found.items()]
        super().__init__(choices=choices, coerce=found.get, empty_value=None, **kwargs)


class PhoneField(forms.CharField):
    """A telephone number, kept without spaces and +86, so that the same number is the same text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        phone = phones.normalise(super().clean(value))
        if phone and not phones.is_phone(phone):
            raise forms.ValidationError(_("This isn't a telephone number."))
        return phone
