"""Ranges for exclusion constraints, in PostgreSQL's own words and without an extension."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db.models import F, Func, Value


class Int8Range(Func):
    """A range of one number: lets GiST compare ids without the btree_gist extension."""

    function = "int8range"


class DateRange(Func):
    """From a day to a day; an empty end is open."""

    function = "daterange"
    output_field = DateRangeField()


def one(column: str) -> Int8Range:
    """The same row of another table: `&&` on it is equality."""
    return Int8Range(F(column), F(column), Value("[]"))


def days(first: str, last: str) -> DateRange:
    """The days from one column to another; the last day counts."""
    return DateRange(F(first), F(last), Value("[]"))
