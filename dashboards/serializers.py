"""Counts as JSON: what the pages show. Shape only."""

from __future__ import annotations

from rest_framework import serializers


class IndicatorSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    definition = serializers.CharField()
    unit = serializers.CharField(help_text="per_cent, per_hundred or days.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name hides Field.source


class FigureSerializer(serializers.Serializer):
    indicator = serializers.CharField(source="indicator.code")
    state = serializers.CharField(help_text="shown, too_few or no_data.")
    value = serializers.IntegerField(allow_null=True, help_text="In steps of 5; null unless shown.")


class WeekSerializer(serializers.Serializer):
    week = serializers.DateField(help_text="Its Monday.")
    figures = FigureSerializer(many=True)


class SchoolFiguresSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="school.public_id")
    name = serializers.CharField(source="school.name")
    silent = serializers.BooleanField(source="is_silent")
    figures = FigureSerializer(many=True)


class ReleaseSerializer(serializers.Serializer):
    id = serializers.UUIDField(source="public_id")
    area = serializers.CharField(source="area_name")
    period = serializers.DateField(help_text="The first day of the month.")
    counted_on = serializers.DateField(source="ends_on")
    state = serializers.CharField()
    threshold = serializers.IntegerField(help_text="Fewer contributors are hidden, none included.")
    base = serializers.IntegerField(help_text="Shown numbers are rounded at random to a multiple of it.")


class TableRowSerializer(serializers.Serializer):
    name = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class TableSerializer(serializers.Serializer):
    definition = serializers.CharField()
    code = serializers.CharField()
    title = serializers.CharField()
    heads = serializers.ListField(child=serializers.CharField())
    rows = TableRowSerializer(many=True)


class ReleaseTablesSerializer(ReleaseSerializer):
    tables = TableSerializer(many=True)
