"""Rolls and leaves as JSON. Shape only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.shapes import Choice, PageQuery, Shape
from dormitories.models import Leave, RollCall, RollMark
from students.serializers import StudentBriefSerializer


class ColleagueSerializer(serializers.Serializer):
    """A colleague as rolls and leaves name them."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


# --- leaves ---------------------------------------------------------------------------------------


class LeaveQuery(PageQuery):
    student = serializers.UUIDField(required=False, help_text="Only this pupil's leaves.")


class LeaveSerializer(serializers.Serializer):
    """A leave: what was asked for, who answered, when the pupil went out and came back."""

    id = serializers.UUIDField(source="public_id")
    student = StudentBriefSerializer()
    state = serializers.SerializerMethodField(help_text="Worked out from the dates below, at this moment.")
    kind = serializers.ChoiceField(choices=Leave.Kind.choices)
    reason = serializers.ChoiceField(choices=Leave.Reason.choices)
    leaves_at = serializers.DateTimeField()
    due_back_at = serializers.DateTimeField()
    collector = serializers.SerializerMethodField(help_text="The adult who collects, or somebody in words.")
    asked_by = ColleagueSerializer()
    asked_at = serializers.DateTimeField()
    class_approved_at = serializers.DateTimeField(allow_null=True)
    house_approved_at = serializers.DateTimeField(allow_null=True)
    refused_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    out_at = serializers.DateTimeField(allow_null=True)
    back_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=Leave.State.choices))
    def get_state(self, leave: Leave) -> str:
        return leave.state(self.context["now"]).value

    def get_collector(self, leave: Leave) -> str:
        return leave.collector.person.name if leave.collector else leave.collector_words


class LeaveShape(Shape):
    """A leave for a boarder. Exactly one of `collector` and `collector_words`."""

    student = serializers.UUIDField()
    kind = Choice(choices=Leave.Kind.choices)
    reason = Choice(choices=Leave.Reason.choices)
    leaves_at = serializers.DateTimeField()
    due_back_at = serializers.DateTimeField()
    collector = serializers.UUIDField(
        required=False, help_text="An adult of the pupil's who is noted as one who may collect them."
    )
    collector_words = serializers.CharField(
        required=False, default="", max_length=100, allow_blank=True, help_text="Somebody else, in words."
    )


class RefusalShape(Shape):
    why = serializers.CharField(required=False, default="", max_length=200, allow_blank=True)


# --- rolls ----------------------------------------------------------------------------------------


class RollItemSerializer(serializers.Serializer):
    """A roll in a list."""

    id = serializers.UUIDField(source="public_id")
    building = serializers.SerializerMethodField(help_text="The house's name.")
    floor = serializers.IntegerField(allow_null=True, help_text="Null: the whole house.")
    kind = serializers.ChoiceField(choices=RollCall.Kind.choices)
    on = serializers.DateField()
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)

    def get_building(self, roll: RollCall) -> str:
        return roll.building.name


class MarkSerializer(serializers.Serializer):
    """One pupil of a roll. A mark without `marked_at` and with status "leave" is known from the gate."""

    number = serializers.IntegerField(help_text="The place in the roll; names the pupil in `marks`.")
    student = StudentBriefSerializer()
    bed = serializers.CharField(source="bed.code", help_text="As people say it: 302-4.")
    status = serializers.CharField(
        help_text="Empty: still to find. Otherwise present, leave, sick_bay, at_home, called_away, other."
    )
    note = serializers.CharField()
    marked_at = serializers.DateTimeField(allow_null=True)


class RollSerializer(serializers.Serializer):
    """A roll with everybody who is expected."""

    roll = RollItemSerializer()
    version = serializers.SerializerMethodField(help_text="Grows with every mark.")
    expected = serializers.IntegerField(source="counts.expected")
    known = serializers.IntegerField(source="counts.known")
    marks = serializers.SerializerMethodField()

    def get_version(self, page: Any) -> int:
        return int(page.roll.version)

    @extend_schema_field(MarkSerializer(many=True))
    def get_marks(self, page: Any) -> Any:
        return MarkSerializer([face.mark for face in page.faces], many=True).data


class MarkShape(Shape):
    """Where a pupil is; the latest word stands, and the same again changes nothing."""

    number = serializers.IntegerField(min_value=1, max_value=2**15 - 1)
    status = Choice(choices=RollMark.Status.choices, allow_blank=True)
    note = serializers.CharField(
        required=False, default="", max_length=100, allow_blank=True, help_text="With status other: where."
    )
