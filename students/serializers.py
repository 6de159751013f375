"""Pupils as JSON. Shape only: what may be shown was decided by access and selectors."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.shapes import Choice, PageQuery
from schools.serializers import ClassSerializer, SchoolBriefSerializer
from students.models import GuardianLink, Student
from students.selectors import lists


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
    phone = serializers.SerializerMethodField()
    address = serializers.SerializerMethodField()

    def get_phone(self, link: GuardianLink) -> str | None:
        return link.person.phone if self.context["shows_contacts"] else None

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
