"""Calls and plans as JSON. Shape only: what may be shown was decided by access and selectors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from rest_framework import serializers

from calls.models import Call, ContactAttempt, Rota
from calls.models.board import MINUTES_MOST
from core.api.shapes import PageQuery
from schools.forms.fields import EARLIEST, LATEST
from students.serializers import StudentBriefSerializer


def _day(**more: Any) -> serializers.DateField:
    """A day of this century: others overflow when they become moments."""
    return serializers.DateField(
        required=False, validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)], **more
    )


class CallQuery(PageQuery):
    since = _day(help_text="Only calls from this day on.")
    until = _day(help_text="Only calls up to this day.")


class CallSerializer(serializers.Serializer):
    """A call that was planned; never what was said in it."""

    id = serializers.UUIDField(source="public_id")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Call.State.choices)
    phone = serializers.CharField(source="phone.name")
    person = serializers.CharField(source="person.name")
    students = StudentBriefSerializer(many=True, source="known_pupils", help_text="Those you may see.")


class RotaSerializer(serializers.Serializer):
    """A plan of a week."""

    id = serializers.UUIDField(source="public_id")
    monday = serializers.DateField()
    audience = serializers.ChoiceField(choices=Rota.Audience.choices)
    per_week = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Rota.State.choices)
    is_optimal = serializers.BooleanField(help_text="Whether no plan is better in any tier, by proof.")
    tiers = serializers.DictField(child=serializers.IntegerField(), help_text="What the plan reaches.")


class LeftOutSerializer(serializers.Serializer):
    """A pupil without a call."""

    student = StudentBriefSerializer()
    reason = serializers.CharField()
    params = serializers.DictField(child=serializers.IntegerField())
    waited_days = serializers.IntegerField()


class RotaDetailSerializer(RotaSerializer):
    left_out = LeftOutSerializer(many=True, source="rows")


class ContactSerializer(serializers.Serializer):
    """An attempt to reach home: who, how and how it went; never what was said."""

    id = serializers.UUIDField(source="public_id")
    person = serializers.CharField(source="person.name")
    channel = serializers.ChoiceField(choices=ContactAttempt.Channel.choices)
    outcome = serializers.ChoiceField(choices=ContactAttempt.Outcome.choices)
    minutes = serializers.IntegerField(allow_null=True)
    at = serializers.DateTimeField()


class NewContactSerializer(serializers.Serializer):
    person = serializers.UUIDField(help_text="One of the adults around the pupil.")
    channel = serializers.ChoiceField(choices=ContactAttempt.Channel.choices)
    outcome = serializers.ChoiceField(
        choices=[one for one in ContactAttempt.Outcome.choices if one[0] != "wrong_number"]
    )
    minutes = serializers.IntegerField(min_value=1, max_value=MINUTES_MOST, required=False, default=None)
    at = serializers.DateTimeField()

    def validate_at(self, at: datetime) -> datetime:
        if not 2000 <= at.year <= 2200:
            raise serializers.ValidationError(_("Give a day of this century."))
        return at
