"""Who calls together, whom, and who can't be called at all."""

from __future__ import annotations

from calls.rota.problem import Contact, Pupil, Reason, Slot
from calls.rota.units import make_units

SLOTS = [Slot(0, 1080, 1), Slot(0, 1090, 1), Slot(1, 1080, 1)]
ALL = frozenset({0, 1, 2})
MOTHER = Contact(person=1, number=11, slots=ALL)
FATHER = Contact(person=2, number=12, slots=ALL)


def pupil(number: int, *contacts: Contact, **fields: object) -> Pupil:
    made = {"id": number, "waited": 7, "contacts": contacts, "slots": ALL}
    return Pupil(**(made | fields))  # type: ignore[arg-type]


def test_siblings_share_a_call_in_the_slots_that_suit_both():
    older = pupil(1, MOTHER, slots=frozenset({0, 1}), waited=3)
    younger = pupil(2, MOTHER, slots=frozenset({1, 2}), waited=9, best={1: 4})

    (unit,), reasons = make_units([older, younger], SLOTS, wants=1)

    assert (unit.pupils, unit.person, unit.number, unit.waited) == ((1, 2), 1, 11, 9)
    assert unit.slots == {1: 4}
    assert reasons == {}


def test_a_sibling_whose_first_contact_is_the_other_parent_joins_all_the_same():
    units, _ = make_units([pupil(1, MOTHER), pupil(2, FATHER, MOTHER)], SLOTS, wants=1)

    assert [unit.pupils for unit in units] == [(1, 2)]


def test_siblings_without_a_common_slot_call_the_same_person_apart():
    early, late = pupil(1, MOTHER, slots=frozenset({0})), pupil(2, MOTHER, slots=frozenset({2}))

    units, reasons = make_units([early, late], SLOTS, wants=1)

    assert [(unit.pupils, unit.person) for unit in units] == [((1,), 1), ((2,), 1)]
    assert reasons == {}


def test_the_second_parent_steps_in_for_one_who_never_can():
    never = Contact(person=1, number=11, slots=frozenset())

    (unit,), _ = make_units([pupil(1, never, FATHER)], SLOTS, wants=2)

    assert (unit.person, unit.number, unit.wants) == (2, 12, 2)


def test_in_the_slots_in_which_the_first_cant_the_second_parent_is_called_and_they_suit_least():
    mondays = Contact(person=1, number=11, slots=frozenset({0, 1}))

    (unit,), _ = make_units([pupil(1, mondays, FATHER, best={0: 3})], SLOTS, wants=1)

    assert unit.slots == {0: 3, 1: 0, 2: 10}
    assert [unit.whom(slot) for slot in unit.slots] == [(1, 11), (1, 11), (2, 12)]


def test_siblings_call_another_person_only_together_and_only_who_may_be_called_for_all():
    mondays = Contact(person=1, number=11, slots=frozenset({0}))
    aunt = Contact(person=3, number=13, slots=frozenset({1, 2}))
    older = pupil(1, mondays, aunt, FATHER, waited=9)
    younger = pupil(2, mondays, FATHER, slots=frozenset({0, 2}))

    (unit,), _ = make_units([older, younger], SLOTS, wants=1)

    assert unit.slots == {0: 0, 2: 10}
    assert unit.others == {2: (2, 12)}


def test_the_slot_costs_what_it_costs_the_child_it_suits_least():
    (unit,), _ = make_units(
        [pupil(1, MOTHER, best={0: 2, 1: 50}), pupil(2, MOTHER, best={0: 7})], SLOTS, wants=1
    )

    assert unit.slots == {0: 7, 1: 10, 2: 0}


def test_each_hindrance_has_its_reason():
    late_mother = Contact(person=3, number=13, slots=frozenset({2}))
    never = Contact(person=4, number=14, slots=frozenset())
    pupils = [
        pupil(1),
        pupil(2, barred=True),
        pupil(3, never),
        pupil(4, late_mother, slots=frozenset({0, 1})),
        pupil(5, late_mother, slots=frozenset()),
    ]

    units, reasons = make_units(pupils, SLOTS, wants=1)

    assert units == ()
    assert reasons == {
        1: Reason.NO_NUMBER,
        2: Reason.BARRED,
        3: Reason.NEVER_REACHABLE,
        4: Reason.AWAY,
        5: Reason.AWAY,
    }


def test_a_week_without_an_open_telephone_is_closed_for_whoever_could_be_called():
    units, reasons = make_units([pupil(1, MOTHER), pupil(2)], [Slot(0, 1080, 0)], wants=1)

    assert units == ()
    assert reasons == {1: Reason.CLOSED, 2: Reason.NO_NUMBER}


def test_the_units_come_in_the_same_order_however_the_pupils_do():
    pupils = [pupil(number, Contact(number, number, ALL), waited=number % 3) for number in range(1, 7)]

    assert make_units(pupils, SLOTS, wants=1) == make_units(pupils[::-1], SLOTS, wants=1)
