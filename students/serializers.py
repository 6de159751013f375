"""Pupils as JSON. Shape only: what may be shown was decided by access and selectors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.shapes import Choice, PageQuery
from schools.serializers import ClassSerializer, SchoolBriefSerializer
from students.models import (
    CareArrangement,
    GuardianLink,
    MigrationEpisode,
    ReachableWindow,
    Student,
)
from students.selectors import lists
from students.selectors.home import Adult


class StudentQuery(PageQuery):
    class_id = serializers.UUIDField(required=False, help_text="Only pupils who are in this class today.")
    boarding = Choice(choices=Student.Boarding.choices, required=False)


class StudentBriefSerializer(serializers.Serializer):
    """A pupil as other things name them."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class StudentItemSerializer(StudentBriefSerializer):
    """A pupil in a list."""

    school = SchoolBriefSerializer()
    school_class = serializers.SerializerMethodField(help_text="Null for a pupil who is in no class today.")
    boarding = serializers.ChoiceField(choices=Student.Boarding.choices)

    @extend_schema_field(ClassSerializer(allow_null=True))
    def get_school_class(self, student: Student) -> Any:
        school_class = lists.class_of(student)
        return ClassSerializer(school_class).data if school_class else None


class GuardianSerializer(serializers.Serializer):
    """An adult around the pupil. Null: not for you. Empty: not collected."""

    name = serializers.CharField(source="person.name")
    relation = serializers.ChoiceField(choices=GuardianLink.Relation.choices)
    is_guardian = serializers.SerializerMethodField(
        help_text="Whether they are the legal guardian; null for those who don't know the home."
    )
    priority = serializers.IntegerField(help_text="1 is called first.")
    phone = serializers.SerializerMethodField(
        help_text="The number to call first; empty for whoever must not be called."
    )
    contact_barred = serializers.BooleanField(help_text="Whether this person may have no contact.")
    may_collect = serializers.ChoiceField(
        choices=GuardianLink.Answer.choices, help_text="Only yes opens the gate."
    )
    address = serializers.SerializerMethodField()

    def get_phone(self, link: GuardianLink) -> str | None:
        if not self.context["shows_contacts"]:
            return None
        return next((one.number for one in link.numbers), "")  # type: ignore[attr-defined]

    def get_address(self, link: GuardianLink) -> str | None:
        return link.person.address if self.context["shows_home"] else None

    def get_is_guardian(self, link: GuardianLink) -> bool | None:
        return link.is_guardian if self.context["shows_home"] else None


class StudentSerializer(serializers.Serializer):
    """One pupil, as far as you may know them."""

    id = serializers.UUIDField(source="student.public_id")
    name = serializers.CharField(source="student.name")
    pinyin = serializers.CharField(source="student.pinyin")
    sex = serializers.ChoiceField(source="student.sex", choices=Student.Sex.choices)
    born_on = serializers.DateField(source="student.born_on")
    boarding = serializers.ChoiceField(source="student.boarding", choices=Student.Boarding.choices)
    school = SchoolBriefSerializer(source="student.school")
    school_class = ClassSerializer(allow_null=True)
    school_number = serializers.CharField(source="student.school_number")
    national_number = serializers.CharField(allow_null=True, help_text="Null unless you keep the roster.")
    identity_number = serializers.CharField(allow_null=True, help_text="Null unless you keep the roster.")
    guardians = serializers.SerializerMethodField()
    why = serializers.CharField(source="reason", help_text="Why you may see this pupil.")

    @extend_schema_field(GuardianSerializer(many=True))
    def get_guardians(self, record: lists.StudentRecord) -> Any:
        context = {"shows_contacts": record.shows_contacts, "shows_home": record.shows_home}
        return GuardianSerializer(record.guardians, many=True, context=context).data


class NumberSerializer(serializers.Serializer):
    """A telephone number. Only a confirmed one in use, of somebody who isn't barred, is for calls."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    confirmed_on = serializers.DateField(allow_null=True)
    last_worked_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


class AbsenceSerializer(serializers.Serializer):
    """A time away; the last day counts, and null means that it lasts."""

    id = serializers.UUIDField(source="public_id")
    place = serializers.CharField(help_text="Province and city.")
    reason = serializers.ChoiceField(choices=MigrationEpisode.Reason.choices)
    shift = serializers.ChoiceField(choices=MigrationEpisode.Shift.choices)
    started_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "example": "18:30"})
class WallTime(serializers.TimeField):
    """A time on the school's clock; the format `time` of descriptions would want seconds and a zone."""


class WindowSerializer(serializers.Serializer):
    """When somebody can be called each week, in local time. Weekday 1 is Monday."""

    weekday = serializers.ChoiceField(choices=ReachableWindow.Weekday.choices)
    starts_at = WallTime(format="%H:%M")
    ends_at = WallTime(format="%H:%M")
    started_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)


class AdultSerializer(serializers.Serializer):
    """A person around the child, with what is known of them. Brothers and sisters share the person."""

    id = serializers.UUIDField(source="link.person.public_id")
    name = serializers.CharField(source="link.person.name")
    relation = serializers.ChoiceField(source="link.relation", choices=GuardianLink.Relation.choices)
    is_guardian = serializers.BooleanField(source="link.is_guardian")
    is_delegated_carer = serializers.BooleanField(source="link.is_delegated_carer")
    lives_with = serializers.ChoiceField(source="link.lives_with", choices=GuardianLink.Answer.choices)
    may_collect = serializers.ChoiceField(source="link.may_collect", choices=GuardianLink.Answer.choices)
    contact_barred = serializers.BooleanField(source="link.contact_barred")
    priority = serializers.IntegerField(source="link.priority")
    is_dead = serializers.BooleanField(source="link.person.is_dead")
    numbers = NumberSerializer(many=True)
    email = serializers.CharField(source="link.person.email", help_text="Empty: not collected.")
    whereabouts = serializers.ChoiceField(choices=["away", "home", "dead", "not_collected"])
    absences = AbsenceSerializer(many=True)
    reachable = WindowSerializer(source="windows", many=True)
    able_to_be_guardian = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=GuardianLink.Answer.choices))
    def get_able_to_be_guardian(self, adult: Adult) -> str:
        return adult.capacity.has_capacity if adult.capacity else GuardianLink.Answer.NOT_COLLECTED


class CareSerializer(serializers.Serializer):
    """Who looks after the child in the parents' place. A null carer: nobody does."""

    id = serializers.UUIDField(source="public_id")
    carer = serializers.UUIDField(source="carer.public_id", allow_null=True, default=None)
    reason = serializers.ChoiceField(choices=CareArrangement.Reason.choices)
    started_on = serializers.DateField()
    ended_on = serializers.DateField(allow_null=True)
    notice_received_on = serializers.DateField(allow_null=True)
    assessment = serializers.ChoiceField(choices=CareArrangement.Assessment.choices)
    assessed_on = serializers.DateField(allow_null=True)


class HomeSerializer(serializers.Serializer):
    """A pupil's home."""

    id = serializers.UUIDField(source="student.public_id")
    hukou = serializers.ChoiceField(source="student.hukou", choices=Student.Hukou.choices)
    people = AdultSerializer(source="adults", many=True)
    care = CareSerializer(many=True)
