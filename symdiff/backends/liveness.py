"""Liveness: the values that nothing needs after a unit of a plan, and the memory that later units want."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

from symdiff.backends.plans import Loop, Unit, made_apart, members_of, taken_by
from symdiff.types import Type

_NOTHING: Final[frozenset[int]] = frozenset()


class Turn(NamedTuple):
    """A unit in its turn: `gone` are the values whose memory nothing needs after it, `made` those it makes for others.

    Of values made outside of loops, `made` tells nothing.
    """

    unit: Unit
    gone: list[int]
    made: set[int]


def roots(plan: Sequence[Unit]) -> dict[int, int]:
    """Of each view, the value whose memory it shares."""
    root: dict[int, int] = {}
    for unit in plan:
        for each in members_of(unit):
            if each.op.is_view:
                root[each.value] = root.get(each.operands[0], each.operands[0])
    return root


def in_turn(plan: Sequence[Unit], outputs: set[int], root: Mapping[int, int]) -> list[Turn]:
    """The plan's units, each with what it lets go of; memory is needed while a value or a view of it is."""
    apart = made_apart(plan)
    taken = {value: i for i, unit in enumerate(plan) for value in taken_by(unit)} | dict.fromkeys(outputs, len(plan))
    needed = dict(taken)
    for value, i in taken.items():
        if value in root:
            needed[root[value]] = max(i, needed.get(root[value], i))
    found: list[Turn] = []
    for i, unit in enumerate(plan):
        memory = taken_by(unit)
        memory = [*memory, *[root[each] for each in memory if each in root]] if root else memory
        gone = [each for each in dict.fromkeys(memory) if needed[each] == i]
        inside = unit.values - apart if isinstance(unit, Loop) else _NOTHING
        made = {value for value in inside if taken.get(value, i) > i}
        found.append(Turn(unit, [each for each in gone if each not in inside] if inside else gone, made))
    return found


def wanted_later(
    turns: Sequence[Turn], wants: Callable[[Turn], Collection[int]], inherits: Callable[[Turn, int], bool],
    types: Mapping[int, Type],
) -> list[dict[Type, int]]:  # fmt: skip
    """For each turn, of each type that it lets go of, how many arrays are wanted later beyond those that come free.

    `wants` are the results that may be put into memory that is there, `inherits` tells whether that may be memory of
    a value that ends with that unit.
    """
    made = {each.value for turn in turns for each in members_of(turn.unit) if not each.op.is_view}
    missing: dict[Type, int] = {}
    found: list[dict[Type, int]] = []
    for turn in reversed(turns):
        ending = [(types[each], inherits(turn, each)) for each in turn.gone if each in made]
        results = [types[each] for each in wants(turn)]
        found.append({type_: missing.get(type_, 0) for type_, _ in ending})
        for type_ in {*results, *found[-1]}:
            inherited = min(results.count(type_), ending.count((type_, True)))
            free = ending.count((type_, True)) + ending.count((type_, False)) - inherited
            missing[type_] = results.count(type_) - inherited + max(0, missing.get(type_, 0) - free)
    return found[::-1]
