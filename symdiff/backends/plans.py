"""Plans: units, which are instructions and loops of instructions, in an order, and what they move in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from symdiff.backends.program import Instruction
from symdiff.cost import at_sizes, bytes_of
from symdiff.sizes import Dim, product
from symdiff.types import ArrayType, Type

TWICE_AS_SLOW: Final = 128
"""In how many pieces a slice of an array is, where it takes twice as long as one in one piece."""
NEW_MEMORY: Final = 2
"""How many times as long as writing it takes to get memory from the operating system."""


class Loop(NamedTuple):
    """Instructions that run together over slices of an axis of size `rows`.

    `axis` tells which axis of a value that is made slice by slice that is; `sliced` which axis of an operand from
    outside, by (value made, position); `combine` the ufunc that makes one of the slices' results.
    """

    rows: Dim
    members: tuple[Instruction, ...]
    axis: dict[int, int]
    sliced: dict[tuple[int, int], int]
    combine: dict[int, str]

    @property
    def values(self) -> set[int]:
        """The values that its instructions make."""
        return {each.value for each in self.members}


Unit: TypeAlias = Instruction | Loop


def members_of(unit: Unit) -> Sequence[Instruction]:
    """The instructions of a unit."""
    return unit.members if isinstance(unit, Loop) else (unit,)


def taken_by(unit: Unit) -> Sequence[int]:
    """The values that a unit's instructions take, those that they make among them."""
    return unit.operands if isinstance(unit, Instruction) else [each for m in unit.members for each in m.operands]


def made_apart(plan: Sequence[Unit]) -> set[int]:
    """The values that are made outside of loops."""
    return {unit.value for unit in plan if isinstance(unit, Instruction)}


def touched(plan: Sequence[Unit]) -> dict[int, list[tuple[int, Instruction]]]:
    """Of each value, the instructions that take or make it, with their units' positions; of no value without loops."""
    found: dict[int, list[tuple[int, Instruction]]] = {}
    for i, unit in enumerate(plan if any(isinstance(each, Loop) for each in plan) else ()):
        for member in members_of(unit):
            for value in () if member.op.is_view else (member.value, *member.operands):
                found.setdefault(value, []).append((i, member))
    return found


def traffic(
    plan: Sequence[Unit], types: Mapping[int, Type], kept: Collection[int], fits: Callable[[Type], bool]
) -> float:
    """The bytes of large values that units take from memory and put there, weighted by what that costs.

    Named sizes are taken for usual ones; `kept` are values that are needed outside, `fits` tells what stays in cache.
    """
    passed = {*kept, *(value for unit in plan for value in _taken(unit))}
    total = 0.0
    for unit in plan:
        made = _made(unit, passed)
        for value, axis in (_taken(unit) | made).items():
            type_ = types[value]
            if isinstance(type_, ArrayType) and not fits(type_):
                in_pieces = (at_sizes(product(type_.shape[:axis])) - 1) / TWICE_AS_SLOW
                total += at_sizes(bytes_of(type_)) * (1 + in_pieces + (NEW_MEMORY if value in made else 0))
    return total


def _taken(unit: Unit) -> dict[int, int]:
    """What comes from outside, and the axis that is sliced (the first, of what isn't)."""
    members = members_of(unit)
    made = {each.value for each in members}
    sliced = unit.sliced if isinstance(unit, Loop) else {}
    return {
        operand: sliced.get((each.value, i), 0)
        for each in members
        if not each.op.is_view
        for i, operand in enumerate(each.operands)
        if operand not in made
    }


def _made(unit: Unit, passed: Collection[int]) -> dict[int, int]:
    """What is made for others, and the axis that is sliced."""
    axis = unit.axis if isinstance(unit, Loop) else {}
    found = [each.value for each in members_of(unit) if not each.op.is_view and each.value in passed]
    return {value: axis.get(value, 0) for value in found}
