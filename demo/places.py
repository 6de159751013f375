"""The invented county: townships, schools, school year, holidays. Pure.

Area codes are of a county that was never assigned (529999, as in the sample rosters).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

COUNTY_CODE = "529999"
AREAS = [  # code, name, level, code of the parent
    ("520000", "贵州省", "province", ""),
    ("529900", "云山州", "prefecture", "520000"),
    (COUNTY_CODE, "云岭县", "county", "529900"),
    ("529999201", "青石乡", "township", COUNTY_CODE),
    ("529999101", "白水镇", "township", COUNTY_CODE),
    ("529999202", "柳溪乡", "township", COUNTY_CODE),
]
VILLAGES = {
    "青石乡": ["大田村", "龙井村", "马鞍村", "青石村", "新寨村", "平坝村"],
    "白水镇": ["白水村", "上河村", "下河村", "岩脚村", "红星村", "老街社区"],
    "柳溪乡": ["柳溪村", "桐木村", "凉水井村", "大坪村", "岩口村"],
}


@dataclass(frozen=True)
class SchoolPlan:
    code: str
    name: str
    township: str
    grades: range
    share: float  # of the county's pupils
    boarders: float  # share of boarders in the highest grade; half of it in the lowest
    fewest_classes: int = 1


SIX_SCHOOLS = [
    SchoolPlan("2152999901", "青石乡中心学校", "青石乡", range(1, 10), 0.29, 0.75, 3),
    SchoolPlan("2152999902", "青石乡龙井小学", "青石乡", range(1, 7), 0.09, 0.25),
    SchoolPlan("2152999903", "白水镇中心小学", "白水镇", range(1, 7), 0.20, 0.40),
    SchoolPlan("2152999904", "白水镇初级中学", "白水镇", range(7, 10), 0.15, 0.85),
    SchoolPlan("2152999905", "柳溪乡九年制学校", "柳溪乡", range(1, 10), 0.15, 0.70),
    SchoolPlan("2152999906", "云岭县民族寄宿制学校", "白水镇", range(4, 10), 0.12, 0.98),
]
PUPILS_PER_CLASS = 40
PUPILS_PER_EXTRA_SCHOOL = 600


def schools_for(pupils: int) -> list[SchoolPlan]:
    """Six schools; a county larger than 6,000 pupils gets more of them, so that a school stays a school."""
    extra = max(0, (pupils - 3_000) // PUPILS_PER_EXTRA_SCHOOL) if pupils > 6_000 else 0
    if not extra:
        return SIX_SCHOOLS
    share = (1 - 3_000 / pupils) / extra
    small = [
        SchoolPlan(
            plan.code, plan.name, plan.township, plan.grades, plan.share * 3_000 / pupils, plan.boarders, 3
        )
        for plan in SIX_SCHOOLS
    ]
    townships = list(VILLAGES)
    for number in range(extra):
        township = townships[number % 3]
        small.append(
            SchoolPlan(
                f"21529{number:05d}", f"{township}第{number + 1}学校", township, range(1, 10), share, 0.6
            )
        )
    return small


def school_year(today: date) -> tuple[date, date]:
    """The school year in force: 1 September to 31 August."""
    first = today.year if today.month >= 9 else today.year - 1
    return date(first, 9, 1), date(first + 1, 8, 31)


def terms(starts_on: date) -> list[tuple[date, date]]:
    year = starts_on.year
    return [(date(year, 9, 1), date(year + 1, 1, 22)), (date(year + 1, 3, 1), date(year + 1, 7, 9))]


# 2026 as in the State Council office's yearly notice (国务院办公厅关于2026年部分节假日安排的通知). 2027 only
# follows the statutory holidays: its notice isn't out yet, and a school edits its days anyway.
_SPANS = [  # first day, last day, name
    ("2026-09-25", "2026-09-27", "中秋节"),
    ("2026-10-01", "2026-10-07", "国庆节"),
    ("2027-01-01", "2027-01-03", "元旦"),
    ("2027-02-05", "2027-02-12", "春节"),
    ("2027-04-03", "2027-04-05", "清明节"),
    ("2027-05-01", "2027-05-05", "劳动节"),
    ("2027-06-09", "2027-06-09", "端午节"),
]
_MAKE_UP = [
    ("2026-09-20", "国庆节调休上课"),
    ("2026-10-10", "国庆节调休上课"),
    ("2027-05-08", "劳动节调休上课"),
]


def special_days(starts_on: date) -> list[tuple[date, str, str]]:
    """(day, kind, name) of a school year; outside the table only the days fixed in the solar calendar."""
    year = starts_on.year
    if year != 2026:
        spans = [
            (date(year, 10, 1), date(year, 10, 7), "国庆节"),
            (date(year + 1, 1, 1), date(year + 1, 1, 1), "元旦"),
            (date(year + 1, 5, 1), date(year + 1, 5, 5), "劳动节"),
        ]
        return [(day, "holiday", name) for first, last, name in spans for day in days(first, last)]
    found = [
        (day, "holiday", name)
        for first, last, name in _SPANS
        for day in days(date.fromisoformat(first), date.fromisoformat(last))
    ]
    return found + [(date.fromisoformat(day), "make_up", name) for day, name in _MAKE_UP]


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def lessons_on(day: date, special: dict[date, str]) -> bool:
    """Whether the school is open on a day: weekdays and make-up days, without holidays."""
    kind = special.get(day)
    return kind == "make_up" or (kind is None and day.weekday() < 5)


def school_days(first: date, last: date) -> list[date]:
    """The days of both years, this one and the last, on which there were lessons."""
    found = []
    for year in range(school_year(first)[0].year, school_year(last)[0].year + 1):
        starts_on = date(year, 9, 1)
        special = {day: kind for day, kind, _ in special_days(starts_on)}
        for begins, ends in terms(starts_on):
            span = days(max(begins, first), min(ends, last))
            found += [day for day in span if lessons_on(day, special)]
    return found


FEWEST_DAYS = 15


def open_days(today: date, weeks: int) -> list[date]:
    """The school days of the last weeks, today included.

    In the first days of a school year and in the summer there are too few of them: then plain weekdays, since
    a demonstration without talks shows nothing.
    """
    starts_on, _ = school_year(today)
    special = {day: kind for day, kind, _ in special_days(starts_on)}
    since = today - timedelta(weeks=weeks)
    found = [
        day
        for first, last in terms(starts_on)
        for day in days(max(first, since), min(last, today))
        if lessons_on(day, special)
    ]
    return found if len(found) >= FEWEST_DAYS else [day for day in days(since, today) if day.weekday() < 5]
