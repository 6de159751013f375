"""Privacy labels. Exports, scrubbing and retention follow the label, so every field carries one.

Under PIPL art. 28 all data of a child under 14 are sensitive; the labels here grade what
a leak would do, so that an export can leave out what its reader doesn't need.
"""

from enum import StrEnum


class Label(StrEnum):
    PUBLIC = "public"  # says nothing about a person
    PERSONAL = "personal"  # identifies or locates a person
    SENSITIVE = "sensitive"  # about a child's life, health or worries; identity numbers


PUBLIC, PERSONAL, SENSITIVE = Label.PUBLIC, Label.PERSONAL, Label.SENSITIVE
