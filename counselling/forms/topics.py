"""What is typed about a topic."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from counselling.models import Topic


class TopicForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=20, help_text=_("At most 20 characters."))
    guidance = forms.CharField(
        label=_("Guidance"),
        max_length=300,
        required=False,
        help_text=_("Shown to the writer under the chip: what to ask, what to look at."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    colour = forms.ChoiceField(
        label=_("Colour"), choices=Topic.Colour.choices, initial=Topic.Colour.TEAL, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, topic: Topic | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if topic is not None and topic.code != Topic.Code.OWN:
            name = self.fields["name"]
            name.required = False
            name.help_text = _("Left empty it is called “%(name)s”.") % {"name": topic.get_code_display()}
            standard = topic.GUIDANCE[Topic.Code(topic.code)]
            self.fields["guidance"].help_text = _("Left empty it says: %(text)s") % {"text": standard}


class MoveForm(forms.Form):
    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")])
