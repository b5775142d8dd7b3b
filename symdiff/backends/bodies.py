"""Bodies: the lines of a function that computes with arrays, for large ones and for small ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from symdiff.backends import tiling
from symdiff.backends.expanding import DOT
from symdiff.backends.loops import LoopBody
from symdiff.backends.program import Instruction
from symdiff.backends.scheduling import Step, short_lived, step_of
from symdiff.backends.statements import Body, Scope, filler_of, ufunc_of
from symdiff.backends.text import ATOM, Text
from symdiff.backends.tiling import Loop, Unit, bytes_of, units
from symdiff.core import CONSTANT, INPUT
from symdiff.cost import at_sizes
from symdiff.ops.reduction import sum_op
from symdiff.sizes import Dim
from symdiff.types import ArrayType

MOST_TWICE: Final = 2000
"""Instructions above which one way to compute serves small and large arrays alike."""
MOST_PLANNED: Final = 20_000
"""Instructions above which they are written as they come: planning loops would take longer than all the rest."""


def ways(scope: Scope, texts: Mapping[int, Text], result: Callable[[Sequence[str]], str]) -> Iterator[str]:
    """The function's body: over slices where arrays are large, straight on where they aren't."""
    straight = list(scope.program.instructions)
    plan = units(scope.program) if len(straight) <= MOST_PLANNED else straight
    widest = [_widest(each, scope) for each in plan if isinstance(each, Loop)]
    if not widest or any(isinstance(each, int) for each in widest) or len(straight) > MOST_TWICE:
        yield from _body(scope, texts, result, plan, 1, reuses=True)
        return
    yield f"    if {' or '.join(f'{each} > {tiling.WORTH_TILING}' for each in dict.fromkeys(map(str, widest)))}:"
    yield from _body(scope, texts, result, plan, 2, reuses=True)
    yield from _body(scope, texts, result, straight, 1, reuses=False)


def _widest(loop: Loop, scope: Scope) -> Dim:
    """The bytes of the largest value that a loop makes or slices, where named sizes are taken for usual ones."""
    members = {each.value: each for each in loop.members}
    sliced = [members[value].operands[position] for value, position in loop.sliced]
    sizes = [bytes_of(scope.types[value]) for value in (*loop.axis, *dict.fromkeys(sliced))]
    return max(sizes, key=at_sizes, default=0)


def _body(
    scope: Scope,
    texts: Mapping[int, Text],
    result: Callable[[Sequence[str]], str],
    plan: Sequence[Unit],
    depth: int,
    *,
    reuses: bool,
) -> list[str]:
    """The lines that compute the program by this plan, and return its results."""
    outputs = set(scope.program.outputs)
    plan = [part for unit in plan for part in _views_apart(unit, scope.uses, outputs)]
    if reuses and len(plan) <= MOST_PLANNED and any(map(scope.is_large, scope.types)):
        plan = _scheduled(plan, scope, outputs)
    inlined = _inlined(plan, scope, outputs)
    root = roots(plan)
    body = Body(scope, texts, depth, reuses, root)
    singles = [unit for unit in plan if isinstance(unit, Instruction)]
    body.wanted.update(each.type for each in singles if filler_of(each.op) and scope.is_large(each.value))
    turns = _in_turn(plan, outputs, root)
    filled = [value for unit, _, needed in turns if isinstance(unit, Loop) for value in needed & unit.axis.keys()]
    body.wanted.update(scope.types[each] for each in filled if reuses and scope.is_large(each))
    last = next((unit for unit, *_ in reversed(turns) if isinstance(unit, Loop)), None)
    for unit, gone, needed in turns:
        if isinstance(unit, Loop):
            LoopBody(body, unit, needed).write(unit is last)
            made = unit.values
            body.after([each for each in gone if each not in made])
        else:
            body.single(unit, gone, unit.value in inlined)
    body.line(f"return {result([_result(body, each) for each in scope.program.outputs])}")
    return body.lines


def roots(plan: Sequence[Unit]) -> dict[int, int]:
    """Of each view, the value whose memory it shares."""
    root: dict[int, int] = {}
    for unit in plan:
        for each in instructions(unit):
            if each.op.is_view:
                root[each.value] = root.get(each.operands[0], each.operands[0])
    return root


def _in_turn(
    plan: Sequence[Unit], outputs: set[int], root: Mapping[int, int]
) -> list[tuple[Unit, list[int], set[int]]]:
    """Each unit, the values whose memory nothing needs after it, and those that a loop makes for others.

    Memory is needed while the value or a view of it is.
    """
    apart = _apart_of(plan)
    needed = outputs | {root[each] for each in outputs if each in root}
    used = set(outputs)
    found: list[tuple[Unit, list[int], set[int]]] = []
    for unit in reversed(plan):
        taken = list(dict.fromkeys(operand for each in instructions(unit) for operand in each.operands))
        kept = (unit.values - apart) & used if isinstance(unit, Loop) else set[int]()
        used.update(taken)
        taken += [root[each] for each in taken if each in root]
        found.append((unit, [each for each in dict.fromkeys(taken) if each not in needed], kept))
        needed.update(taken)
    return found[::-1]


def _views_apart(unit: Unit, uses: Mapping[int, int], outputs: set[int]) -> list[Unit]:
    """A loop, and behind it those views in it that are needed outside: of a whole array they cost nothing."""
    if not isinstance(unit, Loop) or not any(each.op.is_view for each in unit.members):
        return [unit]
    inner = Counter(operand for each in unit.members for operand in each.operands)
    outside = {value for value in unit.values if value in outputs or uses[value] > inner[value]}
    apart: list[Instruction] = []
    inside: list[Instruction] = []
    read: set[int] = set()
    for each in reversed(unit.members):
        is_apart = each.op.is_view and each.value in outside and each.value in unit.axis
        if is_apart:
            outside.update(each.operands)
            apart.append(each)
        if not is_apart or each.value in read:
            inside.append(each)
            read.update(each.operands)
    return [unit._replace(members=tuple(inside[::-1])), *reversed(apart)]


def _scheduled(plan: Sequence[Unit], scope: Scope, outputs: set[int]) -> list[Unit]:
    """The plan in an order in which values live short, stage by stage."""
    stage = scope.program.stage_of()
    apart = _apart_of(plan)
    found: list[list[Unit]] = []
    later = set(outputs)
    for _, units_ in groupby(reversed(plan), key=lambda unit: stage[instructions(unit)[0].value]):
        steps = [_as_step(each, apart) for each in units_][::-1]
        found.append(short_lived(steps, later, scope.memory))
        later.update(value for step in steps for value in step.taken)
    return [unit for each in reversed(found) for unit in each]


def _apart_of(plan: Sequence[Unit]) -> set[int]:
    """The values that are made outside of loops."""
    return {unit.value for unit in plan if isinstance(unit, Instruction)}


def _as_step(unit: Unit, apart: set[int]) -> Step:
    """A unit as a step: a loop makes what isn't made outside of it, too."""
    if not isinstance(unit, Loop):
        return step_of(unit)
    made, taken = unit.values, dict.fromkeys(operand for each in unit.members for operand in each.operands)
    return Step(unit, tuple(made - apart), tuple(operand for operand in taken if operand not in made))


def instructions(unit: Unit) -> Sequence[Instruction]:
    """The instructions of a unit."""
    return unit.members if isinstance(unit, Loop) else (unit,)


def _inlined(plan: Sequence[Unit], scope: Scope, outputs: set[int]) -> set[int]:
    """The values that are used once, by an instruction outside of loops, and so may be written into it."""
    singles = {operand for unit in plan if not isinstance(unit, Loop) for operand in unit.operands}
    return {value for value in singles if scope.uses[value] == 1 and value not in outputs}


def _result(body: Body, value: int) -> str:
    """An output as a fresh array, whose memory is nobody else's, or as a NumPy scalar where it has no axes."""
    node = body.scope.program.graph.arena.nodes[value]
    text = body.texts[value]
    if isinstance(node.type, ArrayType) and not node.type.shape:
        is_scalar = ufunc_of(node.op) is not None or node.op in (sum_op, DOT)
        return text.code if is_scalar else f"{text.within(ATOM)}[()]"
    shared = node.op.is_view or node.op in (INPUT, CONSTANT) or body.scope.program.outputs.count(value) > 1
    if shared:
        return f"np.array({text.code})"
    return text.code if value in body.fresh else f"{text.code} if {text.code}.base is None else {text.code}.copy()"
