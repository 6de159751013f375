"""Schools and classes as JSON. Shape only."""

from __future__ import annotations

from rest_framework import serializers


class AreaSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="GB/T 2260; townships by GB/T 10114.")
    name = serializers.CharField()


class SchoolBriefSerializer(serializers.Serializer):
    """A school as other things name it."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()


class SchoolSerializer(SchoolBriefSerializer):
    code = serializers.CharField(help_text="The ten-digit national code of the school.")
    area = AreaSerializer()
    is_open = serializers.BooleanField()


class ClassSerializer(serializers.Serializer):
    """A class of one school year."""

    id = serializers.UUIDField(source="public_id")
    label = serializers.CharField(  # type: ignore[assignment]  # a field of that name hides Field.label
        help_text="As your language writes it: 三年级(2)班, Grade 3 (2)."
    )
    grade = serializers.IntegerField()
    number = serializers.IntegerField()


class YearClassSerializer(ClassSerializer):
    year_starts_on = serializers.DateField(source="year.starts_on")
    year_ends_on = serializers.DateField(source="year.ends_on")
