"""Bodies: the lines of a function that computes with arrays, for large ones and for small ones."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from symdiff.backends import tiling
from symdiff.backends.expanding import DOT
from symdiff.backends.liveness import Turn, in_turn, roots, wanted_later
from symdiff.backends.loops import LoopBody
from symdiff.backends.plans import Loop, Unit, made_apart, members_of, taken_by
from symdiff.backends.program import Instruction, shared_outputs
from symdiff.backends.scheduling import Step, short_lived, step_of
from symdiff.backends.spelling import filler_of, may_overwrite, read_by, ufunc_of
from symdiff.backends.statements import Body, Scope
from symdiff.backends.text import ATOM, Text
from symdiff.backends.tiling import units
from symdiff.cost import at_sizes, bytes_of
from symdiff.ops.reduction import sum_op
from symdiff.sizes import Dim
from symdiff.types import ArrayType, Type

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
    if any(isinstance(unit, Loop) for unit in plan):
        plan = [part for unit in plan for part in _views_apart(unit, scope.uses, outputs)]
    if reuses and len(plan) <= MOST_PLANNED and scope.large:
        plan = _scheduled(plan, scope, outputs)
    inlined = _inlined(plan, scope, outputs)
    root = roots(plan)
    body = Body(scope, texts, depth, reuses, root)
    turns = in_turn(plan, outputs, root)
    wanted = _wanted_later(turns, scope, root) if reuses and scope.large else itertools.repeat(body.wanted)
    for (unit, gone, made), later in zip(turns, wanted, strict=False):
        body.wanted = later
        if isinstance(unit, Loop):
            done = body.settled(gone)
            LoopBody(body, unit, made, done).write()
            body.release(done)
        else:
            body.single(unit, gone, unit.value in inlined)
    shared = shared_outputs(scope.program.graph.arena.nodes, scope.program.outputs)
    body.line(f"return {result([_result(body, each, each in shared) for each in scope.program.outputs])}")
    return body.lines


def _wanted_later(turns: Sequence[Turn], scope: Scope, root: Mapping[int, int]) -> list[dict[Type, int]]:
    """For each turn, how much of the memory that it lets go of later results can be put into."""

    def wants(turn: Turn) -> list[int]:
        fills = turn.made if isinstance(turn.unit, Loop) else [turn.unit.value] if filler_of(turn.unit.op) else []
        return [each for each in fills if scope.is_large(each)]

    def inherits(turn: Turn, value: int) -> bool:
        return isinstance(turn.unit, Loop) or may_overwrite(turn.unit, value, read_by(turn.unit, root))

    return wanted_later(turns, wants, inherits, scope.types)


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
    return [*([unit._replace(members=tuple(inside[::-1]))] if inside else []), *reversed(apart)]


def _scheduled(plan: Sequence[Unit], scope: Scope, outputs: set[int]) -> list[Unit]:
    """The plan in an order in which values live short, stage by stage."""
    stage = scope.program.stage_of()
    apart = made_apart(plan)
    found: list[list[Unit]] = []
    later = set(outputs)
    for _, units_ in groupby(reversed(plan), key=lambda unit: stage[members_of(unit)[0].value]):
        steps = [_as_step(each, apart) for each in units_][::-1]
        found.append(short_lived(steps, later, scope.memory))
        later.update(value for step in steps for value in step.taken)
    return [unit for each in reversed(found) for unit in each]


def _as_step(unit: Unit, apart: set[int]) -> Step:
    """A unit as a step: a loop makes what isn't made outside of it, too."""
    if not isinstance(unit, Loop):
        return step_of(unit)
    made, taken = unit.values, dict.fromkeys(taken_by(unit))
    return Step(unit, tuple(made - apart), tuple(operand for operand in taken if operand not in made))


def _inlined(plan: Sequence[Unit], scope: Scope, outputs: set[int]) -> set[int]:
    """The values that are used once, by an instruction outside of loops, and so may be written into it."""
    singles = {operand for unit in plan if not isinstance(unit, Loop) for operand in unit.operands}
    return {value for value in singles if scope.uses[value] == 1 and value not in outputs}


def _result(body: Body, value: int, shared: bool) -> str:
    """An output as a fresh array, whose memory is nobody else's, or as a NumPy scalar where it has no axes."""
    node = body.scope.program.graph.arena.nodes[value]
    text = body.texts[value]
    if isinstance(node.type, ArrayType) and not node.type.shape:
        is_scalar = ufunc_of(node.op) is not None or node.op in (sum_op, DOT)
        return text.code if is_scalar else f"{text.within(ATOM)}[()]"
    if shared:
        return f"np.array({text.code})"
    return text.code if value in body.fresh else f"{text.code} if {text.code}.base is None else {text.code}.copy()"
