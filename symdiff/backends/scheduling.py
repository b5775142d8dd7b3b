"""Scheduling: the order of a loop's instructions in which few of their values are alive at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from symdiff.backends.program import Instruction

MOST_ORDERED: Final = 2000
"""Instructions above which the order is left as it is."""


def short_lived(members: Sequence[Instruction], kept: set[int]) -> tuple[Instruction, ...]:
    """The members so ordered that each takes its operands soon after they are made.

    Of those that are ready, the one comes next that ends most values' lives and begins fewest, and of these
    the one whose operands are the newest. `kept` are values that live on anyway.
    """
    if len(members) > MOST_ORDERED:
        return tuple(members)
    made = {each.value for each in members}
    needs = {each.value: {operand for operand in each.operands if operand in made} for each in members}
    users: dict[int, list[Instruction]] = {}
    for each in members:
        for operand in needs[each.value]:
            users.setdefault(operand, []).append(each)
    waiting = {value: len(each) for value, each in needs.items()}
    uses = {value: len(each) for value, each in users.items()}
    age: dict[int, int] = {}
    ready = [each for each in members if not waiting[each.value]]
    ordered: list[Instruction] = []

    def urgency(each: Instruction) -> tuple[int, int, int]:
        ended = sum(uses[operand] == 1 and operand not in kept for operand in needs[each.value])
        begun = bool(users.get(each.value)) and each.value not in kept
        return begun - ended, -max((age[operand] for operand in needs[each.value]), default=-1), each.value

    while ready:
        best = min(ready, key=urgency)
        ready.remove(best)
        age[best.value] = len(ordered)
        ordered.append(best)
        for operand in needs[best.value]:
            uses[operand] -= 1
        for user in users.get(best.value, ()):
            waiting[user.value] -= 1
            if not waiting[user.value]:
                ready.append(user)
    return tuple(ordered)
