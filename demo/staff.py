"""Places and the people who work there: a few hundred rows, made with the ORM."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from math import ceil
from random import Random

from django.contrib.auth.hashers import make_password

from accounts.models import User
from accounts.roles import Role
from counselling.models import Topic
from demo import factors, names, places
from demo.households import ClassFacts, LastYear, SchoolFacts, seeded_uuid
from demo.places import SchoolPlan
from schools.models import Area, Membership, School, SchoolClass, SchoolDay, SchoolYear, Term

PASSWORD = "kiteline-demo"  # noqa: S105  public on purpose: only demo people have it
MAIL_DOMAIN = "yunling.example"
PAIRED_PER_PUPILS = 90

# The user names of the first school; the second school's people are teacher2, paired2, and so on.
SIGN_INS: dict[str, Role] = {
    "teacher": Role.HOMEROOM_TEACHER,
    "paired": Role.PAIRED_TEACHER,
    "counsellor": Role.COUNSELLOR,
    "lead": Role.SAFEGUARDING_LEAD,
    "warden": Role.WARDEN,
    "admin": Role.SCHOOL_ADMIN,
    "head": Role.HEAD_TEACHER,
    "official": Role.DISTRICT_OFFICIAL,
    "officer": Role.STATISTICS_OFFICER,
}
_COLOURS = {
    "family": "clay", "missing": "indigo", "study": "sky", "friends": "moss", "boarding": "teal",
    "feelings": "plum", "health": "ochre", "safety": "rose", "joy": "moss",
}  # fmt: skip


@dataclass
class Staff:
    """Makes everybody of the county and remembers who signs in for a role."""

    rng: Random
    now: datetime
    password_hash: str = field(default_factory=lambda: make_password(PASSWORD))
    signing_in: set[int] = field(default_factory=set)
    _hired: list[Membership] = field(default_factory=list)
    _people: int = 0

    @property
    def today(self) -> date:
        return self.now.date()

    def county(self) -> dict[str, Area]:
        """The areas by name; the official who sees the county's counts, the officer who publishes them."""
        areas: dict[str, Area] = {}
        by_code: dict[str, Area] = {}
        for code, name, level, parent_code in places.AREAS:
            parent = by_code.get(parent_code)
            path = f"{parent.path}/{code}" if parent else code
            area, _ = Area.objects.get_or_create(
                code=code, defaults={"name": name, "level": level, "parent": parent, "path": path}
            )
            areas[name] = by_code[code] = area
        self._hire("official", Role.DISTRICT_OFFICIAL, area=by_code[places.COUNTY_CODE])
        self._hire("officer", Role.STATISTICS_OFFICER, area=by_code[places.COUNTY_CODE])
        self._start_work()
        return areas

    def school(self, number: int, plan: SchoolPlan, area: Area, pupils: int) -> SchoolFacts:
        """One school with its calendar, classes, topics and people; `number` 1 has the plain user names."""
        school = School.objects.create(
            code=plan.code, name=plan.name, area=area, public_id=seeded_uuid(self.rng, self.now)
        )
        starts_on, _ = places.school_year(self.today)
        year = self._calendar(school, starts_on)
        classes = self._classes(school, year, plan, pupils)
        last_year, were = self._last_year(school, classes, starts_on)
        teachers = self._teachers(classes, number)
        paired = self._paired(school, number, pupils)
        wardens = [
            self._hire(_username("warden", number, count), Role.WARDEN, school=school) for count in (0, 1)
        ]
        only = {
            name: self._hire(_username(name, number), SIGN_INS[name], school=school)
            for name in ("counsellor", "lead", "admin", "head")
        }
        self._start_work()
        return SchoolFacts(
            id=school.pk,
            public_id=school.public_id,
            plan=plan,
            classes=[
                ClassFacts(row.pk, row.grade, row.number, teacher.pk, were.get((row.grade, row.number)))
                for row, teacher in zip(classes, teachers, strict=True)
            ],
            paired_ids=[user.pk for user in paired],
            counsellor_id=only["counsellor"].pk,
            lead_id=only["lead"].pk,
            head_id=only["head"].pk,
            warden_ids=[user.pk for user in wardens],
            topics=self._topics(school),
            pupils=pupils,
            year_starts_on=year.starts_on,
            made_at=self.now,
            admin_id=only["admin"].pk,
            last_year=last_year,
            is_first=number == 1,
        )

    def _paired(self, school: School, number: int, pupils: int) -> list[User]:
        return [
            self._hire(_username("paired", number, count), Role.PAIRED_TEACHER, school=school)
            for count in range(max(2, round(pupils / PAIRED_PER_PUPILS)))
        ]

    def _last_year(
        self, school: School, classes: list[SchoolClass], starts_on: date
    ) -> tuple[LastYear, dict[tuple[int, int], int]]:
        """The year before, and by (grade, number) of today the class that these pupils were then."""
        then = starts_on.replace(year=starts_on.year - 1)
        year = self._calendar(school, then)
        rng = Random(school.code)
        older = [row for row in classes if row.grade > classes[0].grade]
        made = SchoolClass.objects.bulk_create(
            SchoolClass(
                school=school,
                year=year,
                grade=row.grade - 1,
                number=row.number,
                public_id=seeded_uuid(rng, self.now),
            )
            for row in older
        )
        were = {(now.grade, now.number): was.pk for now, was in zip(older, made, strict=True)}
        return LastYear(year.starts_on, year.ends_on, places.terms(then)[-1][1]), were

    def _calendar(self, school: School, starts_on: date) -> SchoolYear:
        ends_on = date(starts_on.year + 1, 8, 31)
        year = SchoolYear.objects.create(school=school, starts_on=starts_on, ends_on=ends_on)
        Term.objects.bulk_create(
            Term(school=school, year=year, number=number, starts_on=first, ends_on=last)
            for number, (first, last) in enumerate(places.terms(starts_on), start=1)
        )
        SchoolDay.objects.bulk_create(
            SchoolDay(school=school, on=day, kind=kind, name=name)
            for day, kind, name in places.special_days(starts_on)
        )
        return year

    def _classes(self, school: School, year: SchoolYear, plan: SchoolPlan, pupils: int) -> list[SchoolClass]:
        per_grade = max(plan.fewest_classes, ceil(pupils / len(plan.grades) / places.PUPILS_PER_CLASS))
        return SchoolClass.objects.bulk_create(
            SchoolClass(
                school=school,
                year=year,
                grade=grade,
                number=number,
                public_id=seeded_uuid(self.rng, self.now),
            )
            for grade in plan.grades
            for number in range(1, min(per_grade, 99) + 1)
        )

    def _teachers(self, classes: list[SchoolClass], school_number: int) -> list[User]:
        """One homeroom teacher a class; whoever has 三年级(2)班, or the first class, is "teacher"."""
        leading = next((row for row in classes if (row.grade, row.number) == (3, 2)), classes[0])
        return [
            self._hire(
                _username("teacher", school_number)
                if row is leading
                else f"t{school_number}-{row.grade}{row.number:02d}",
                Role.HOMEROOM_TEACHER,
                school_class=row,
            )
            for row in classes
        ]

    def _topics(self, school: School) -> dict[str, int]:
        rows = [
            Topic(school=school, code=code, colour=colour, position=position)
            for position, (code, colour) in enumerate(_COLOURS.items())
        ]
        return {row.code: row.pk for row in Topic.objects.bulk_create(rows)}

    def _hire(self, username: str, role: Role, **scope: object) -> User:
        """Somebody with one role; saved with the others of the school by _start_work."""
        self._people += 1
        sex = self.rng.choice(["female", "female", "male"])
        user = User(
            public_id=seeded_uuid(self.rng, self.now),
            username=username,
            password=self.password_hash,
            name=names.full(self.rng, names.surname(self.rng), "parent", sex),
            phone=f"1549{self._people:07d}",
            email=f"{username}@{MAIL_DOMAIN}",
            joined_at=self.now,
        )
        starts_on, _ = places.school_year(self.today)
        self._hired.append(Membership(user=user, role=role, started_on=starts_on, **scope))
        return user

    def _start_work(self) -> None:
        users = User.objects.bulk_create(membership.user for membership in self._hired)
        for membership in self._hired:
            membership.user_id = membership.user.pk  # it had none when the membership was made
        Membership.objects.bulk_create(self._hired)
        factors.enrol(users, now=self.now)
        self.signing_in |= {user.pk for user in users if user.username.rstrip("0123456789") in SIGN_INS}
        self._hired.clear()


def _username(name: str, school_number: int, count: int = 0) -> str:
    """teacher, paired2, or p2-3 for the third paired teacher of the second school."""
    if count:
        return f"{name[0]}{school_number}-{count + 1}"
    return name if school_number == 1 else f"{name}{school_number}"
