"""Houses, rooms, beds and stays as JSON. Shape only: who sleeps where was decided by access and selectors."""

from __future__ import annotations

from rest_framework import serializers

from core.api.shapes import PageQuery, Shape
from dormitories.models import Bed
from schools.serializers import SchoolBriefSerializer
from students.models import Student
from students.serializers import StudentBriefSerializer


class BuildingSerializer(serializers.Serializer):
    """A house for girls or for boys."""

    id = serializers.UUIDField(source="public_id")
    school = SchoolBriefSerializer()
    name = serializers.CharField()
    sex = serializers.ChoiceField(choices=Student.Sex.choices)
    closed_on = serializers.DateField(allow_null=True)


class RoomSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField()
    floor = serializers.IntegerField(help_text="1 is the ground floor.")
    grade_from = serializers.IntegerField(allow_null=True)
    grade_to = serializers.IntegerField(allow_null=True)
    near_warden = serializers.BooleanField()
    accessible = serializers.BooleanField()
    area = serializers.DecimalField(max_digits=5, decimal_places=1, allow_null=True, help_text="m²")


class RoomBriefSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField()
    floor = serializers.IntegerField()


class BedSerializer(serializers.Serializer):
    """A bed, and whether it is somebody's today; whose, only `stays` says."""

    id = serializers.UUIDField(source="public_id")
    room = RoomBriefSerializer()
    label = serializers.CharField()  # type: ignore[assignment]  # a field called so, not the name of one
    code = serializers.CharField(help_text="As people say it: 302-4.")
    level = serializers.ChoiceField(choices=Bed.Level.choices)
    is_taken = serializers.BooleanField()
    out_of_order_from = serializers.DateField(allow_null=True)
    out_of_order_to = serializers.DateField(allow_null=True)


class BedBriefSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    code = serializers.CharField()
    building = serializers.UUIDField(source="room.building.public_id")


class StayQuery(PageQuery):
    student = serializers.UUIDField(
        required=False, help_text="Only this pupil's stays, past ones too; without it, today's."
    )


class StaySerializer(serializers.Serializer):
    """Who sleeps where, from a day to a day; the last day counts."""

    id = serializers.UUIDField(source="public_id")
    student = StudentBriefSerializer()
    bed = BedBriefSerializer()
    started_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True, help_text="Null: until further notice.")


class StayShape(Shape):
    """A bed for a pupil. One who has a bed on that day moves."""

    student = serializers.UUIDField()
    bed = serializers.UUIDField()
    starts_on = serializers.DateField()
    in_spite = serializers.BooleanField(
        default=False, help_text="Do it although a rule speaks against it (else 409)."
    )
