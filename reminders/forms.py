"""The shape of what the two pages send."""

from django import forms

from reminders import services


class ReadUntilForm(forms.Form):
    until = forms.DateTimeField()


class ResolveForm(forms.Form):
    outcome = forms.ChoiceField(choices=services.Outcome.choices)
