"""Scheduling: an order of steps in which little memory is held at once, and values are used soon."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from symdiff.backends.program import Instruction

MOST_ORDERED: Final = 2000
"""Steps above which the order is left as it is."""


class Step(NamedTuple):
    """Something to be done at once: the values it makes and those it takes."""

    what: Any
    made: tuple[int, ...]
    taken: tuple[int, ...]


def step_of(instruction: Instruction) -> Step:
    """An instruction as a step."""
    return Step(instruction, (instruction.value,), instruction.operands)


def short_lived(steps: Sequence[Step], kept: set[int], weight: Callable[[int], int]) -> list[Any]:
    """What the steps do, so ordered that values live short.

    Of the steps that are ready, the one comes next that lets go of most memory in the balance, and of these
    the one whose operands are the newest. `weight` is a value's memory; `kept` are values that live on anyway.
    """
    if len(steps) > MOST_ORDERED:
        return [each.what for each in steps]
    maker = {value: i for i, each in enumerate(steps) for value in each.made}
    takes = [{value for value in each.taken if value in maker and maker[value] != i} for i, each in enumerate(steps)]
    users: dict[int, list[int]] = {}
    for i, each in enumerate(takes):
        for value in each:
            users.setdefault(value, []).append(i)
    uses = {value: len(each) for value, each in users.items()}
    waiting = [len({maker[value] for value in each}) for each in takes]
    released: dict[int, set[int]] = {}
    age: dict[int, int] = {}
    ready = [i for i, each in enumerate(waiting) if not each]
    ordered: list[Any] = []

    def urgency(i: int) -> tuple[int, int, int]:
        ended = sum(weight(value) for value in takes[i] if uses[value] == 1 and value not in kept)
        begun = sum(weight(value) for value in steps[i].made if value in users and value not in kept)
        return begun - ended, -max((age[value] for value in takes[i]), default=-1), i

    while ready:
        best = min(ready, key=urgency)
        ready.remove(best)
        for value in steps[best].made:
            age[value] = len(ordered)
        ordered.append(steps[best].what)
        for value in takes[best]:
            uses[value] -= 1
        for user in {user for value in steps[best].made for user in users.get(value, ())}:
            done = released.setdefault(user, set())
            done.add(best)
            if len(done) == waiting[user]:
                ready.append(user)
    return ordered
