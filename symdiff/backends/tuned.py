"""The source backend's tuned style: NumPy calls that reuse memory and work on slices that stay in cache."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.backends import scalar
from symdiff.backends.expanding import expanded
from symdiff.backends.loops import LoopBody
from symdiff.backends.lowering import lower
from symdiff.backends.program import Instruction, Program, use_counts
from symdiff.backends.runtime import argument, require
from symdiff.backends.scheduling import Step, short_lived, step_of
from symdiff.backends.signature import Argument, prologue
from symdiff.backends.statements import Body, Scope, filler_of, ufunc_of
from symdiff.backends.text import ATOM, ERRORS, Text, array_text, function_name, helper_text, helpers_of, scalar_text
from symdiff.backends.tiling import WORTH_TILING, Loop, Unit, bytes_of, units
from symdiff.core import CONSTANT, INPUT
from symdiff.naming import distinct, names
from symdiff.sizes import Dim
from symdiff.types import ArrayType, TupleType

MOST_TWICE: Final = 2000
"""Instructions above which one way to compute serves small and large arrays alike."""


class Tuned(NamedTuple):
    """A function tuned for speed, in parts: from them comes a module as text, or the function itself.

    `top` are lines that the module begins with; `helpers` functions that the body calls, or their texts;
    `constants` arrays that it refers to by name; `edges` the function that it leaves rare cases to.
    """

    name: str
    parameters: tuple[str, ...]
    body: tuple[str, ...]
    top: tuple[str, ...]
    helpers: Mapping[str, Any]
    constants: Mapping[str, Any]
    edges: Callable[[], Tuned] | None = None

    @property
    def source(self) -> str:
        """A module that imports NumPy and nothing else that isn't Python's own."""
        parts = [self, *([] if self.edges is None else [self.edges()])]
        top = dict.fromkeys(line for each in parts for line in each.top)
        constants = [f"{name} = {array_text(value)}" for each in parts for name, value in each.constants.items()]
        definitions = ["\n".join([f"def {each.name}({', '.join(each.parameters)}):", *each.body]) for each in parts]
        helpers = {name: text for each in parts for name, text in each._texts().items()}
        texts = ["\n".join([*top, *constants]), *definitions, ERRORS, *map(helper_text, CHECKS), *helpers.values()]
        return "\n\n\n".join(texts) + "\n"

    def fixed(self) -> Tuned:
        """The same with functions as text, as a pickle keeps it."""
        edges = None if self.edges is None else partial(_itself, self.edges().fixed())
        return self._replace(helpers=self._texts(), edges=edges)

    def _texts(self) -> dict[str, str]:
        return {name: each if isinstance(each, str) else helper_text(each) for name, each in self.helpers.items()}

    def load(self, surroundings: Mapping[str, Any]) -> Callable[..., Any]:
        """The function; calls in which something is missing, or given by name, go to `again`.

        `surroundings` holds `missing`, `again`, `argument` and `require`.
        """
        parameters = ", ".join(self.parameters)
        last = f" or {self.parameters[-1]} is missing" if self.parameters else ""
        defaults = "".join(f"{each}=missing, " for each in self.parameters)
        head = [
            f"def {self.name}({defaults}{'/, ' if defaults else ''}*rest, **named):",
            f"    if rest or named{last}: return again(({parameters}{',' if self.parameters else ''}), rest, named)",
        ]
        texts = [each for each in self.helpers.values() if isinstance(each, str)]
        namespace = {**surroundings, **self.constants, **self.helpers}
        if self.edges is not None:
            namespace[_edges_name(self.name)] = _when_first_called(self.edges, surroundings)
        text = "\n".join([*self.top, *texts, *head, *self.body])
        exec(builtins.compile(text, f"<symdiff {self.name}, tuned>", "exec"), namespace)
        return namespace[self.name]


CHECKS: Final = (argument, require)


def _itself(tuned: Tuned) -> Tuned:
    return tuned


def _when_first_called(edges: Callable[[], Tuned], surroundings: Mapping[str, Any]) -> Callable[..., Any]:
    """A function that is written and loaded when it is called for the first time."""

    @cache
    def loaded() -> Callable[..., Any]:
        return edges().load(surroundings)

    return lambda *values: loaded()(*values)


def _edges_name(name: str) -> str:
    return f"{name}_at_edges"


def write_tuned(name: str, graph: Any, result: Callable[[Sequence[str]], str]) -> Tuned:
    """The function that computes the outputs of `graph` quickly; `result` gives the text of what it returns."""
    program = lower(expanded(graph))
    return _with_floats(name, program, result) if scalar.is_scalar(program) else _with_arrays(name, program, result)


def _with_floats(name: str, program: Program, result: Callable[[Sequence[str]], str]) -> Tuned:
    """The function of numbers as lines of Python; what NumPy and Python treat differently is left to NumPy."""
    functions = scalar.functions(program)
    scope = _scope(name, program, {*functions, *scalar.RETURNED.values(), _edges_name(name)})
    arguments = _arguments(scope)
    variables = [each.variable for each in arguments]
    otherwise = f"{_edges_name(name)}({', '.join(variables)})"
    body = [f"    {line}" for line in (*scalar.prologue(arguments), *scalar.lines(scope, result, otherwise))]
    top = ["import numpy as np", "from numpy import bool_, float64"]
    top += [f"from math import {', '.join(sorted(functions))}"] if functions else []
    edges = partial(_with_arrays, _edges_name(name), program, result, qualifies=True)
    return Tuned(name, tuple(variables), tuple(body), tuple(top), {}, {}, edges)


def _with_arrays(
    name: str, program: Program, result: Callable[[Sequence[str]], str], *, qualifies: bool = False
) -> Tuned:
    """The function of arrays as NumPy calls."""
    scope = _scope(name, program, set())._replace(qualifies=qualifies)
    arguments = _arguments(scope)
    head = [f"    {line}" for line in prologue(arguments, program.graph, quick=True)]
    texts = {value: Text(scope.names[value]) for value in program.arguments}
    constants: dict[str, Any] = {}
    for value, array in program.constants.items():
        texts[value] = Text(scope.names[value]) if array.ndim else scalar_text(array, weak=False)
        if array.ndim:
            constants[scope.names[value]] = array
    body = list(_ways(scope, texts, result))
    imports = ", ".join(sorted({"ndarray", *scope.imports}))
    known = _known_types(each.type for each in arguments)
    top = ("import numpy as np", f"from numpy import {imports}", *known, *scope.top_lines)
    helpers = {function_name(each): each for each in scope.helpers}
    return Tuned(name, tuple(each.variable for each in arguments), (*head, *body), top, helpers, constants)


def _arguments(scope: Scope) -> list[Argument]:
    """The function's arguments, under the names they have in it."""
    given = scope.program.graph.arguments
    return [Argument(scope.names[each.id], each.attrs[0], each.type, each.provenance.place) for each in given]


def _known_types(types: Iterable[ArrayType]) -> Iterator[str]:
    """What arguments are compared with: a dtype where they have axes, a scalar's class where they have none."""
    for dtype, has_axes in dict.fromkeys((each.dtype, bool(each.shape)) for each in types):
        yield f'{dtype.name}_dtype = np.dtype("{dtype.name}")' if has_axes else f"{dtype.name}_scalar = np.{dtype.name}"


def _scope(name: str, program: Program, reserved: set[str]) -> Scope:
    graph = program.graph
    types = {value: node.type for value, node in enumerate(graph.arena.nodes)}
    types |= {each.value: each.type for each in program.instructions}
    taken = {name, *_NUMPY, *_TAKEN, *reserved}
    taken.update(each.split(" ")[0] for each in _known_types([each.type for each in graph.arguments]))
    for op in dict.fromkeys(each.op for each in program.instructions):
        taken.update(each.__name__.removesuffix("_kernel") for each in helpers_of(op))
    for type_ in dict.fromkeys(types.values()):
        if not isinstance(type_, TupleType):
            taken.update(dim.text for dim in type_.shape if not isinstance(dim, int))
    named = names(graph)
    wanted = {each.id: named[each.id] for each in graph.arguments} | named
    wanted |= {value: f"constant_{value}" for value in program.constants if value not in wanted}
    known = distinct(wanted, taken)
    taken.update(known.values())
    for instruction in program.instructions:
        if instruction.value not in known:
            name = f"t{instruction.value}"
            while name in taken:
                name += "_"
            taken.add(name)
            known[instruction.value] = name
    return Scope(program, types, known, use_counts(program), taken, {}, {}, {})


_NUMPY: Final = frozenset(name for name in dir(np) if isinstance(getattr(np, name), np.ufunc))
_TAKEN: Final = ("np", "argument", "require", "ndarray", "empty", "ones", "missing", "again", "rest", "named")


def _ways(scope: Scope, texts: Mapping[int, Text], result: Callable[[Sequence[str]], str]) -> Iterator[str]:
    """The function's body: over slices where arrays are large, straight on where they aren't."""
    plan = units(scope.program)
    loops = [each for each in plan if isinstance(each, Loop)]
    unknown = [each for each in map(_widest, loops, [scope] * len(loops)) if not isinstance(each, int)]
    straight = list(scope.program.instructions)
    if not loops or not unknown or len(straight) > MOST_TWICE:
        yield from _body(scope, texts, result, plan, 1, reuses=True)
        return
    yield f"    if {' or '.join(f'{each} > {WORTH_TILING}' for each in dict.fromkeys(map(str, unknown)))}:"
    yield from _body(scope, texts, result, plan, 2, reuses=True)
    yield from _body(scope, texts, result, straight, 1, reuses=False)


def _widest(loop: Loop, scope: Scope) -> Dim:
    """The bytes of the largest value that a loop makes, as far as sizes can be compared."""
    sizes = [bytes_of(scope.types[value]) for value in loop.axis]
    unknown = [each for each in sizes if not isinstance(each, int)]
    known = [each for each in sizes if isinstance(each, int)]
    return max(unknown, key=lambda each: len(each.text)) if unknown else max([0, *known])


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
    plan = [part for unit in plan for part in _views_apart(unit, plan, outputs)]
    if reuses and any(map(scope.is_large, scope.types)):
        plan = _scheduled(plan, scope, outputs)
    inlined = _inlined(plan, scope, outputs)
    root = _roots(plan)
    body = Body(scope, texts, depth, reuses, root)
    body.wanted = Counter(
        unit.type
        for unit in plan
        if isinstance(unit, Instruction) and filler_of(unit.op) and scope.is_large(unit.value)
    )
    apart = apart_of(plan)
    for i, (unit, gone) in enumerate(zip(plan, _done(plan, outputs, root), strict=True)):
        if isinstance(unit, Loop):
            made = {each.value for each in unit.members} - apart
            later = {operand for other in plan[i + 1 :] for each in _instructions(other) for operand in each.operands}
            LoopBody(body, unit, made & (later | outputs)).write()
            body.after([each for each in gone if each not in made])
        else:
            body.single(unit, gone, unit.value in inlined)
    body.line(f"return {result([_result(body, each) for each in scope.program.outputs])}")
    return body.lines


def _roots(plan: Sequence[Unit]) -> dict[int, int]:
    """Of each view, the value whose memory it shares."""
    root: dict[int, int] = {}
    for unit in plan:
        for each in _instructions(unit):
            if each.op.is_view:
                root[each.value] = root.get(each.operands[0], each.operands[0])
    return root


def _done(plan: Sequence[Unit], outputs: set[int], root: Mapping[int, int]) -> list[list[int]]:
    """For each unit, the values whose memory nothing needs after it: neither they nor views of them are used."""
    needed = outputs | {root[each] for each in outputs if each in root}
    done: list[list[int]] = []
    for unit in reversed(plan):
        taken = [operand for each in _instructions(unit) for operand in each.operands]
        taken = list(dict.fromkeys([*taken, *(root[each] for each in taken if each in root)]))
        done.append([each for each in taken if each not in needed])
        needed.update(taken)
    return done[::-1]


def _views_apart(unit: Unit, plan: Sequence[Unit], outputs: set[int]) -> list[Unit]:
    """A loop, and behind it those views in it that are needed outside: of a whole array they cost nothing."""
    if not isinstance(unit, Loop) or not any(each.op.is_view for each in unit.members):
        return [unit]
    outside = outputs | {
        operand for other in plan if other is not unit for each in _instructions(other) for operand in each.operands
    }
    apart: list[Instruction] = []
    inside: list[Instruction] = []
    for each in reversed(unit.members):
        if each.op.is_view and each.value in outside and each.value in unit.axis:
            outside.update(each.operands)
            apart.append(each)
        if each not in apart or any(each.value in later.operands for later in inside):
            inside.append(each)
    return [unit._replace(members=tuple(inside[::-1])), *reversed(apart)]


def _scheduled(plan: Sequence[Unit], scope: Scope, outputs: set[int]) -> list[Unit]:
    """The plan in an order in which values live short, stage by stage."""
    stage = scope.program.stage_of()
    apart = apart_of(plan)
    found: list[list[Unit]] = []
    later = set(outputs)
    for _, units_ in groupby(reversed(plan), key=lambda unit: stage[_instructions(unit)[0].value]):
        steps = [_as_step(each, apart) for each in units_][::-1]
        found.append(short_lived(steps, later, scope.memory))
        later.update(value for step in steps for value in step.taken)
    return [unit for each in reversed(found) for unit in each]


def apart_of(plan: Sequence[Unit]) -> set[int]:
    """The values that are made outside of loops."""
    return {unit.value for unit in plan if isinstance(unit, Instruction)}


def _as_step(unit: Unit, apart: set[int]) -> Step:
    """A unit as a step: a loop makes what isn't made outside of it, too."""
    if not isinstance(unit, Loop):
        return step_of(unit)
    made = tuple(each.value for each in unit.members if each.value not in apart)
    return Step(unit, made, tuple(operand for each in unit.members for operand in each.operands))


def _instructions(unit: Unit) -> Sequence[Instruction]:
    return unit.members if isinstance(unit, Loop) else (unit,)


def _inlined(plan: Sequence[Unit], scope: Scope, outputs: set[int]) -> set[int]:
    """The values that are used once, by an instruction outside of loops, and so may be written into it."""
    singles = {operand for unit in plan if not isinstance(unit, Loop) for operand in unit.operands}
    return {value for value in singles if scope.uses[value] == 1 and value not in outputs}


def _result(body: Body, value: int) -> str:
    """An output as a fresh array, or as a NumPy scalar where it has no axes."""
    node = body.scope.program.graph.arena.nodes[value]
    text = body.texts[value]
    if isinstance(node.type, ArrayType) and not node.type.shape:
        return text.code if ufunc_of(node.op) is not None or node.op.name == "sum" else f"{text.within(ATOM)}[()]"
    shared = node.op.is_view or node.op in (INPUT, CONSTANT) or body.scope.program.outputs.count(value) > 1
    return f"np.array({text.code})" if shared else text.code
