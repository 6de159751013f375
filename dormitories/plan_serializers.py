"""Plans for beds as JSON. Shape only: the words for people come from selectors.plan_words."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.shapes import Choice, Shape
from dormitories.models import AllocationPlan, PlannedPlace
from dormitories.roll_serializers import ColleagueSerializer
from dormitories.selectors import plan_words
from schools.serializers import SchoolBriefSerializer
from students.models import Student
from students.serializers import StudentBriefSerializer

EASE = ["few", "some", "many"]


class PlanShape(Shape):
    """A plan for all open houses of one sex. Whoever plans for one school only needn't name it."""

    school = serializers.UUIDField(required=False)
    sex = Choice(choices=Student.Sex.choices)
    ease = Choice(choices=EASE, default="some", help_text="How many may move where that makes better rooms.")


class ChangeShape(Shape):
    """Another bed of the plan for one pupil; whoever is planned there gets theirs."""

    student = serializers.UUIDField()
    bed = serializers.UUIDField()


class PlanSerializer(serializers.Serializer):
    """A plan: what it costs beside today's house, and how far it is. Fewer points are better."""

    id = serializers.UUIDField(source="public_id")
    school = SchoolBriefSerializer()
    sex = serializers.ChoiceField(choices=Student.Sex.choices)
    state = serializers.ChoiceField(choices=AllocationPlan.State.choices)
    seed = serializers.IntegerField(help_text="The same house and the same seed give the same plan.")
    points_today = serializers.SerializerMethodField()
    points_planned = serializers.SerializerMethodField()
    made_by = ColleagueSerializer()
    made_at = serializers.DateTimeField()
    solved_at = serializers.DateTimeField(allow_null=True)
    approved_by = ColleagueSerializer(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    undone_by = ColleagueSerializer(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_points_today(self, plan: AllocationPlan) -> float | None:
        return plan.before.get("total")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_points_planned(self, plan: AllocationPlan) -> float | None:
        return plan.after.get("total")


class PointsSerializer(serializers.Serializer):
    """One part of the score."""

    part = serializers.CharField()
    today = serializers.FloatField()
    planned = serializers.FloatField()


class PlanDetailSerializer(serializers.Serializer):
    """One plan whole, without its places."""

    plan = PlanSerializer()
    done = serializers.IntegerField(help_text="While it is being worked out: this many steps of `total`.")
    total = serializers.IntegerField()
    moves = serializers.IntegerField(help_text="How many pupils sleep in another bed than today.")
    points = PointsSerializer(many=True)
    conflicts = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Where no plan exists: what can't hold together, each conflict in sentences.",
    )
    may_approve = serializers.BooleanField()
    house_changed = serializers.BooleanField(help_text="The plan is for a house that is another by now.")
    broken = serializers.ListField(
        child=serializers.CharField(), help_text="Rules that changes by hand break, in sentences."
    )


class PlaceSerializer(serializers.Serializer):
    """Where the plan puts one pupil, and why if they move."""

    student = StudentBriefSerializer()
    bed = serializers.SerializerMethodField()
    bed_today = serializers.SerializerMethodField()
    moves = serializers.BooleanField()
    by_hand = serializers.BooleanField()
    why = serializers.SerializerMethodField(help_text="In words; empty for whoever stays.")

    @extend_schema_field(serializers.CharField())
    def get_bed(self, place: PlannedPlace) -> str:
        return place.bed.code

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_bed_today(self, place: PlannedPlace) -> str | None:
        return place.from_bed.code if place.from_bed else None

    def get_why(self, place: PlannedPlace) -> str:
        return plan_words.reason_words(place)


class RoomPointsSerializer(serializers.Serializer):
    """A room of the plan: what it costs today and as planned."""

    id = serializers.UUIDField(source="room.public_id")
    building = serializers.CharField(source="room.building.name")
    number = serializers.CharField(source="room.number")
    today = serializers.FloatField(source="before")
    planned = serializers.FloatField(source="after")


class ChangedSerializer(serializers.Serializer):
    """The points of the plan before and after a change by hand."""

    before = serializers.FloatField()
    after = serializers.FloatField()
