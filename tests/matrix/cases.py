"""Which cells there are: who asks, how they stand, about what. Derived from the table, none listed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.roles import Role
from tests.architecture.access_matrix import ROWS
from tests.architecture.access_rows import ENTRY, PUPIL, Row
from tests.matrix.expect import Case, Lock, State, asks_again
from tests.matrix.world import OBJECTS, Asker, Side, World

# In the other states the answer comes before the object is looked at, or is the same as ever.
_ABOUT_EVERYTHING = (State.NORMAL, State.EXPIRED, State.STALE)


def rows_about(objects: str) -> list[Row]:
    """The rows that a kind of object can be asked for in: derived from the arguments, none listed by hand."""
    named = {
        "own class": None,
        "other class": PUPIL,
        "restricted": ENTRY,
        "sealed": ENTRY,
        "working note": ENTRY,
        "about the asker": {"concern"},
    }[objects]
    return [row for row in ROWS if named is None or named & set(row.args)]


def everything(world: World, lock: Lock, *, states: tuple[State, ...] = tuple(State)) -> Iterator[Case]:
    """Every situation for every row, grouped by who asks and how they stand."""
    for side, asked in ((world.a, world.a), (world.b, world.a)):
        for who in [*side.people.values(), *side.colleagues]:
            yield from _of_person(who, asked, lock, states)


def _of_person(who: Asker, side: Side, lock: Lock, states: tuple[State, ...]) -> Iterator[Case]:
    is_colleague = who.label != who.viewer.role.value
    is_foreign = who.viewer.tag != side.tag
    for state in states:
        if not _is_asked(who, state, lock, is_foreign=is_foreign, is_colleague=is_colleague):
            continue
        for objects in OBJECTS if state in _ABOUT_EVERYTHING else OBJECTS[:1]:
            if objects == "about the asker" and (is_colleague or is_foreign):
                continue
            for row in rows_about(objects):
                case = Case(row, who, state, objects, side)
                if state is not State.STALE or asks_again(case):
                    yield case


def _is_asked(who: Asker, state: State, lock: Lock, *, is_foreign: bool, is_colleague: bool) -> bool:
    if lock is Lock.DATABASE and state in (State.NO_FACTOR, State.STALE):
        return False  # the database knows nothing of factors
    if state is State.SIGNED_OUT:  # nobody in particular; for the database alone, everybody in turn
        return (
            not is_foreign
            and not is_colleague
            and (lock is Lock.DATABASE or who.viewer.role is Role.COUNSELLOR)
        )
    return state is State.NORMAL or not (is_foreign or is_colleague)


def of_cast(world: World) -> list[Case]:
    """Every role, ours about every kind of object, next door about ours."""
    found = everything(world, Lock.BOTH, states=(State.NORMAL,))
    return [
        case
        for case in found
        if _is_of_cast(case.who) and not (case.is_foreign and case.objects != OBJECTS[0])
    ]


def of_colleagues(world: World) -> list[Case]:
    found = everything(world, Lock.BOTH, states=(State.NORMAL,))
    return [case for case in found if not _is_of_cast(case.who) and not case.is_foreign]


def in_state(world: World, state: State) -> list[Case]:
    """Each row once in a state, the roles taking turns."""
    if state is not State.STALE:
        return _together(_in_turns(world, state))
    stale = [case for objects in OBJECTS for case in _in_turns(world, state, objects=objects)]
    return _together([case for case in stale if asks_again(case)])


def slice_alone(world: World) -> list[Case]:
    """Every row with one lock alone: someone of ours, someone next door, someone who may no longer."""
    ended = (State.EXPIRED, State.DISABLED, State.SIGNED_OUT)
    found = [
        *_in_turns(world, State.NORMAL),
        *_in_turns(world, State.NORMAL, foreign=True),
        *(case for state in ended for case in _in_turns(world, state)[ended.index(state) :: len(ended)]),
    ]
    for objects in OBJECTS[1:]:
        found += _in_turns(world, State.NORMAL, objects=objects)
    return _together(found)


def _is_of_cast(who: Asker) -> bool:
    return who.label == who.viewer.role.value


def _in_turns(world: World, state: State, *, objects: str = "own class", foreign: bool = False) -> list[Case]:
    """Each row once, the roles taking turns: three on with each kind of object, so that they differ."""
    people = list((world.b if foreign else world.a).people.values())
    begin = 3 * OBJECTS.index(objects) + int(foreign)
    return [
        Case(row, people[(number + begin) % len(people)], state, objects, world.a)
        for number, row in enumerate(rows_about(objects))
    ]


def _together(found: list[Case]) -> list[Case]:
    """Those of one person in one state beside each other: they are signed in once, and brought there once."""
    return sorted(found, key=lambda case: (case.who.viewer.tag, case.who.viewer.letters, case.state.value))
