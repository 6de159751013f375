"""Families and their children in one school: who is away, who is at home, who boards. Pure and seeded.

Who looks after the children: Ministry of Civil Affairs 2018 (reference/domain.md §1.1): 96 % grandparents,
4 % other kin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from demo import names, rows
from demo.homes import Homes
from demo.places import VILLAGES, SchoolPlan
from demo.stories import Circumstances
from students import finder_keys, identity
from students import names as name_reading

NextId = Callable[[type], int]

REGISTERED_IN = "529998"  # beside the county of the sample rosters, so that no number is in both
WORK_PLACES = (
    ["广东东莞"] * 6 + ["广东深圳"] * 5 + ["浙江温州"] * 5 + ["浙江宁波"] * 4 + ["福建泉州"] * 4
    + ["江苏苏州"] * 3 + ["广东佛山"] * 3 + ["贵州贵阳"] * 4 + ["云南昆明"] * 2 + ["上海"] * 2 + ["重庆"] * 2
)  # fmt: skip
EMPLOYERS = [
    "电子厂",
    "制衣厂",
    "鞋厂",
    "家具厂",
    "玩具厂",
    "建筑工地",
    "建筑工地",
    "物流仓库",
    "餐馆",
    "快递",
]
ETHNICITIES = (
    ["汉族"] * 50
    + ["苗族"] * 18
    + ["布依族"] * 12
    + ["侗族"] * 8
    + ["土家族"] * 4
    + ["仡佬族"] * 3
    + ["水族"] * 2
)
HEALTH = ["healthy"] * 90 + ["fair"] * 6 + ["chronic"] * 2 + ["disabled"] + ["not_collected"]


@dataclass(frozen=True)
class ClassFacts:
    id: int
    grade: int
    number: int
    teacher_id: int
    last_year_id: int | None = None  # the class that these pupils were then; None for newcomers


@dataclass(frozen=True)
class LastYear:
    """The school year before: its days, and when the lessons ended."""

    starts_on: date
    ends_on: date
    lessons_end_on: date


@dataclass(frozen=True)
class SchoolFacts:
    """What is already in the database about a school when its children are made."""

    id: int
    public_id: UUID
    plan: SchoolPlan
    classes: list[ClassFacts]
    paired_ids: list[int]
    counsellor_id: int
    lead_id: int
    head_id: int
    warden_ids: list[int]
    topics: dict[str, int]
    pupils: int
    year_starts_on: date
    made_at: datetime
    admin_id: int = 0
    last_year: LastYear | None = None
    is_first: bool = False  # the school of the plain user names

    @property
    def leading_class_id(self) -> int:
        """The class of whoever signs in as teacher: 三年级(2)班, or the first."""
        return next((one.id for one in self.classes if (one.grade, one.number) == (3, 2)), self.classes[0].id)


@dataclass
class Child:
    """A pupil as the story needs them."""

    id: int
    school_class: ClassFacts
    boards: bool
    away: bool  # both parents
    misses_somebody: bool
    words: Circumstances
    sex: str = ""
    paired_with: int | None = None


@dataclass
class Adult:
    name: str
    relation: str
    phone: str
    address: str
    employer: str
    is_guardian: bool
    id: int = 0


@dataclass
class Family:
    surname: str
    ethnicity: str
    home: str
    adults: list[Adult]
    carer_word: str
    away_word: str
    place: str
    away: bool
    misses_somebody: bool


@dataclass
class Households:
    """Fills `made` with the pupils of one school, family by family."""

    school: SchoolFacts
    rng: Random
    next_id: NextId
    made: rows.Rows
    children: list[Child] = field(default_factory=list)
    _numbers: set[str] = field(default_factory=set)
    homes: Homes = field(init=False)

    def __post_init__(self) -> None:
        school = self.school
        self.homes = Homes(
            school.id,
            self.next_id,
            lambda rng: seeded_uuid(rng, school.made_at),
            Random(school.plan.code),
            school.made_at.date(),
            school.made_at,
            self.made,
        )

    def build(self) -> list[Child]:
        seats = self._seats()
        while seats:
            siblings = self.rng.choices([1, 2, 3], [74, 22, 4])[0]
            family = self._family()
            taken: list[ClassFacts] = []
            while seats and len(taken) < siblings and seats[-1].grade not in {seat.grade for seat in taken}:
                taken.append(seats.pop())
            for seat in taken:
                self._child(family, seat)
        self._pair()
        return self.children

    def _seats(self) -> list[ClassFacts]:
        classes = self.school.classes
        weights = [1 + self.rng.uniform(-0.12, 0.12) for _ in classes]
        share = self.school.pupils / sum(weights)
        seats = [
            place
            for place, weight in zip(classes, weights, strict=True)
            for _ in range(round(weight * share))
        ]
        self.rng.shuffle(seats)
        return seats

    # --- adults -----------------------------------------------------------------------------------
    def _family(self) -> Family:
        rng = self.rng
        yi = rng.random() < 0.012
        surname = names.clan(rng) if yi else names.surname(rng)
        township = self.school.plan.township
        home = f"{township}{rng.choice(VILLAGES[township])}{rng.randint(1, 12)}组"
        who_is_away = rng.choices(["both", "father", "mother", "none"], [40, 20, 6, 34])[0]
        place = rng.choice(WORK_PLACES)
        father = self._parent("father", surname, home, place if who_is_away in {"both", "father"} else "")
        mother = self._parent("mother", "", home, place if who_is_away in {"both", "mother"} else "")
        adults, carer_word = self._at_home(who_is_away, surname, home, father, mother)
        for adult in adults:
            adult.id = self._person(adult, home)
        words = {"both": "爸妈", "father": "爸爸", "mother": "妈妈", "none": "爸爸"}
        return Family(
            surname=surname,
            ethnicity="彝族" if yi else rng.choice(ETHNICITIES),
            home=home,
            adults=adults,
            carer_word=carer_word,
            away_word=words[who_is_away],
            place="县城" if who_is_away == "none" else place[2:] or place,
            away=who_is_away == "both",
            misses_somebody=who_is_away != "none",
        )

    def _parent(self, relation: str, surname: str, home: str, place: str) -> Adult:
        sex = "male" if relation == "father" else "female"
        name = (
            names.full(self.rng, surname, "parent", sex)
            if surname
            else names.marries_in(self.rng, "parent", sex)
        )
        work = (
            self.rng.choice(EMPLOYERS)
            if place
            else self.rng.choice(["务农", "务农", "务农", "镇上小店", "村卫生室"])
        )
        return Adult(name, relation, self._phone(0.96), place or home, work, is_guardian=True)

    def _at_home(
        self, who_is_away: str, surname: str, home: str, father: Adult, mother: Adult
    ) -> tuple[list[Adult], str]:
        """The adults in the order in which they are called, and what the child calls the carer."""
        if who_is_away == "father":
            return [mother, father], "妈妈"
        if who_is_away == "mother":
            return [father, mother], "爸爸"
        if who_is_away == "none":
            return [mother, father], "妈妈"
        relation, word = self.rng.choices(
            [
                ("grandmother", "奶奶"),
                ("grandfather", "爷爷"),
                ("maternal_grandmother", "外婆"),
                ("maternal_grandfather", "外公"),
                ("relative", "姑姑"),
            ],
            [46, 28, 15, 7, 4],
        )[0]
        male = relation.endswith("grandfather")
        generation = "parent" if relation == "relative" else "grandparent"
        if relation in {"grandfather", "relative"}:
            name = names.full(self.rng, surname, generation, "male" if male else "female")
        else:
            name = names.marries_in(self.rng, generation, "male" if male else "female")
        carer = Adult(name, relation, self._phone(0.9), home, "务农", is_guardian=False)
        return [carer, mother, father], word

    def _person(self, adult: Adult, home: str) -> int:
        adult.id = self.next_id(rows.Person)
        known_from = self.homes.known_from(adult.relation)
        facts = (adult.name, adult.phone, adult.address, adult.employer, known_from)
        # .invalid leads nowhere (RFC 2606), so that no demo message reaches anybody
        email = f"parent{adult.id}@example.invalid" if adult.is_guardian and adult.id % 8 == 0 else ""
        self.made.add(rows.Person(adult.id, self.uuid(), self.school.id, *facts, email))
        self.homes.describe(adult, home=home, known_from=known_from)
        return adult.id

    # --- children ---------------------------------------------------------------------------------
    def _child(self, family: Family, seat: ClassFacts) -> None:
        rng, school = self.rng, self.school
        sex = "male" if rng.random() < 0.535 else "female"
        born_on = self._birthday(seat.grade)
        identity_number = self._identity_number(born_on, sex)
        boards = rng.random() < school.plan.boarders * (0.5 + 0.5 * self._height(seat.grade))
        student = rows.Student(
            id=self.next_id(rows.Student),
            public_id=self.uuid(),
            school_id=school.id,
            name=(name := names.full(rng, family.surname, "child", sex)),
            pinyin=name_reading.display(name),
            sex=sex,
            born_on=born_on,
            national_number=f"G{identity_number}" if identity_number else "",
            identity_number=identity_number,
            school_number=f"{school.year_starts_on.year - (seat.grade - 1) % 6}{len(self.children) + 1:04d}",
            ethnicity=family.ethnicity,
            health=rng.choice(HEALTH),
            boarding="boarder" if boards else "day",
            phone=self._phone(0.35) if seat.grade >= 7 else "",
            address=family.home,
            created_at=school.made_at,
            changed_at=school.made_at,
            hukou=self.homes.hukou(),
        )
        self.made.add(student)
        self._belongings(student, family, seat)
        words = Circumstances(
            "他" if sex == "male" else "她", family.carer_word, family.away_word, family.place
        )
        self.children.append(Child(student.id, seat, boards, family.away, family.misses_somebody, words, sex))

    def _belongings(self, student: rows.Student, family: Family, seat: ClassFacts) -> None:
        """What hangs on a pupil: the class, the adults, what the finder looks up."""
        school = self.school
        if seat.last_year_id is not None and school.last_year is not None:
            then = school.last_year
            stay = (school.id, student.id, seat.last_year_id, then.starts_on, then.ends_on)
            self.made.add(rows.Enrolment(self.next_id(rows.Enrolment), *stay))
        self.made.add(
            rows.Enrolment(
                self.next_id(rows.Enrolment), school.id, student.id, seat.id, school.year_starts_on
            )
        )
        for priority, adult in enumerate(family.adults, start=1):
            self.made.add(
                rows.GuardianLink(
                    self.next_id(rows.GuardianLink),
                    school.id,
                    student.id,
                    adult.id,
                    adult.relation,
                    adult.is_guardian,
                    priority,
                    *self.homes.link(
                        adult, home=family.home, in_the_parents_place=family.away and priority == 1
                    ),
                )
            )
        if family.away:
            self.homes.look_after(student.id, family.adults, since=school.year_starts_on)
        phones = [student.phone, *(adult.phone for adult in family.adults)]
        keys = finder_keys.keys_of(
            school_id=school.id,
            names=[student.name],
            numbers=[student.school_number],
            identities=[student.national_number, student.identity_number],
            phones=phones,
        )
        for kind, key in keys:
            self.made.add(rows.FinderKey(self.next_id(rows.FinderKey), school.id, student.id, kind, key))

    def _pair(self) -> None:
        """Each paired teacher looks after ten children or so whose parents are away (结对帮扶)."""
        away = [child for child in self.children if child.away]
        self.rng.shuffle(away)
        for teacher_id in self.school.paired_ids:
            for _ in range(min(len(away), self.rng.randint(8, 12))):
                child = away.pop()
                child.paired_with = teacher_id
                self.made.add(
                    rows.Pairing(
                        self.next_id(rows.Pairing),
                        self.school.id,
                        child.id,
                        teacher_id,
                        self.school.year_starts_on,
                    )
                )

    # --- numbers ----------------------------------------------------------------------------------
    def uuid(self) -> UUID:
        return seeded_uuid(self.rng, self.school.made_at)

    def _birthday(self, grade: int) -> date:
        first = date(self.school.year_starts_on.year - grade - 6, 9, 1)
        late = 365 if self.rng.random() < 0.05 else 0  # started school a year later
        return first + timedelta(days=self.rng.randrange(365) - late)

    def _height(self, grade: int) -> float:
        grades = self.school.plan.grades
        return (grade - grades.start) / max(1, len(grades) - 1)

    def _identity_number(self, born_on: date, sex: str) -> str:
        """Empty for the few children whose birth isn't registered (domain.md §6.2)."""
        if self.rng.random() < 0.01:
            return ""
        while True:
            sequence = self.rng.randrange(0, 1000, 2) + (sex == "male")
            first = f"{REGISTERED_IN}{born_on:%Y%m%d}{sequence:03d}"
            if first not in self._numbers:
                self._numbers.add(first)
                return first + identity.check_character(first)

    def _phone(self, chance: float) -> str:
        """154 belongs to no operator, so that no demo call reaches anybody."""
        return f"154{self.rng.randrange(10**8):08d}" if self.rng.random() < chance else ""


def seeded_uuid(rng: Random, at: datetime) -> UUID:
    """A UUIDv7 whose random part comes from the seed."""
    value = int(at.timestamp() * 1000) << 80 | rng.getrandbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0b11 << 62) | 0b10 << 62)
