"""The cast by the names of their fixtures (conftest.py), for tests that ask each of them in turn."""

CAST = (
    "homeroom_teacher",
    "paired_teacher",
    "counsellor",
    "lead",
    "warden",
    "school_admin",
    "head_teacher",
    "official",
    "officer",
    "stranger",
)
