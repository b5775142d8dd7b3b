"""The source backend's tuned style: NumPy calls that reuse memory and work on slices that stay in cache."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final, NamedTuple

from symdiff.backends import scalar
from symdiff.backends.bodies import ways
from symdiff.backends.expanding import expanded
from symdiff.backends.lowering import lower
from symdiff.backends.program import Program, use_counts
from symdiff.backends.runtime import argument, require
from symdiff.backends.signature import Argument, check_sizes, prologue
from symdiff.backends.statements import UNNAMED, Scope, worth_reusing
from symdiff.backends.text import ERRORS, Text, array_text, function_name, helper_text, helpers_of, scalar_text
from symdiff.backends.threads import IMPORTS, in_threads
from symdiff.naming import distinct, names
from symdiff.sizes import names_in
from symdiff.types import ArrayType


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

        `surroundings` holds `_missing`, `_again`, `argument` and `require`.
        """
        parameters = ", ".join(self.parameters)
        last = f" or {self.parameters[-1]} is _missing" if self.parameters else ""
        defaults = "".join(f"{each}=_missing, " for each in self.parameters)
        given = f"({parameters}{',' if self.parameters else ''})"
        head = [
            f"def {self.name}({defaults}{'/, ' if defaults else ''}*_rest, **_named):",
            f"    if _rest or _named{last}: return _again({given}, _rest, _named)",
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


def write_tuned(name: str, graph: Any, result: Callable[[Sequence[str]], str], threads: int = 1) -> Tuned:
    """The function that computes the outputs of `graph` quickly, in so many threads where arrays are large.

    `result` gives the text of what it returns.
    """
    program = lower(expanded(graph))
    if scalar.is_scalar(program):
        return _with_floats(name, program, result)
    return _with_arrays(name, program, result, threads=threads)


def _with_floats(name: str, program: Program, result: Callable[[Sequence[str]], str]) -> Tuned:
    """The function of numbers as lines of Python; what NumPy and Python treat differently is left to NumPy."""
    functions = scalar.functions(program)
    scope = _scope(name, program, {*functions, *scalar.RETURNED.values(), _edges_name(name)})
    arguments = _arguments(scope)
    variables = [each.variable for each in arguments]
    otherwise = f"{_edges_name(name)}({', '.join(variables)})"
    body = [f"    {line}" for line in (*scalar.prologue(arguments), *scalar.lines(scope, result, otherwise))]
    top = ["import numpy as np", "from numpy import bool_, float64"]
    imported = sorted(name if name == called else f"{name} as {called}" for called, name in functions.items())
    top += [f"from math import {', '.join(imported)}"] if functions else []
    edges = partial(_with_arrays, _edges_name(name), program, result, qualifies=True)
    return Tuned(_apart(name, body, ()), tuple(variables), tuple(body), tuple(top), {}, {}, edges)


def _with_arrays(
    name: str, program: Program, result: Callable[[Sequence[str]], str], *, qualifies: bool = False, threads: int = 1
) -> Tuned:
    """The function of arrays as NumPy calls."""
    clash = not UNNAMED.isdisjoint(_size_names(program))
    scope = _scope(name, program, set())._replace(qualifies=qualifies or clash, threads=threads)
    arguments = _arguments(scope)
    head = [f"    {line}" for line in prologue(arguments, program.graph, quick=True)]
    texts = {value: Text(scope.names[value]) for value in program.arguments}
    constants: dict[str, Any] = {}
    for value, array in program.constants.items():
        texts[value] = Text(scope.names[value]) if array.ndim else scalar_text(array, weak=False)
        if array.ndim:
            constants[scope.names[value]] = array
    body = list(ways(scope, texts, result))
    imports = ", ".join(sorted({"ndarray", *scope.imports}))
    known = _known_types(each.type for each in arguments)
    threading = IMPORTS if in_threads in scope.helpers else ()
    top = (*threading, "import numpy as np", f"from numpy import {imports}", *known, *scope.top_lines)
    helpers = {function_name(each): each for each in scope.helpers}
    lines = (*head, *body)
    parameters = tuple(each.variable for each in arguments)
    return Tuned(_apart(name, lines, helpers), parameters, lines, top, helpers, constants)


def _apart(name: str, body: Sequence[str], helpers: Iterable[str]) -> str:
    """The function's name, or one like it where its body calls another function by that name."""
    called = {*helpers, *_TAKEN}
    if re.search(rf"\b{name}\b", "\n".join(body)):
        found = [each for each in ast.walk(ast.parse("\n".join(["def body():", *body]))) if isinstance(each, ast.Name)]
        called.update({each.id for each in found} - {each.id for each in found if isinstance(each.ctx, ast.Store)})
    while name in called:
        name += "_"
    return name


def _arguments(scope: Scope) -> list[Argument]:
    """The function's arguments, under the names they have in it."""
    given = scope.program.graph.arguments
    return [Argument(scope.names[each.id], each.attrs[0], each.type, each.provenance.place) for each in given]


def _known_types(types: Iterable[ArrayType]) -> Iterator[str]:
    """What arguments are compared with: a dtype where they have axes, a scalar's class where they have none."""
    for dtype, has_axes in dict.fromkeys((each.dtype, bool(each.shape)) for each in types):
        yield f'{dtype.name}_dtype = np.dtype("{dtype.name}")' if has_axes else f"{dtype.name}_scalar = np.{dtype.name}"


def _size_names(program: Program) -> dict[str, None]:
    """The names of sizes, which are variables of the function."""
    types = dict.fromkeys(node.type for node in program.graph.arena.nodes)
    shapes = [type_.shape for type_ in types if isinstance(type_, ArrayType)]
    return dict.fromkeys(name for shape in shapes for dim in shape for name in names_in(dim))


def _scope(name: str, program: Program, reserved: set[str]) -> Scope:
    graph = program.graph
    types = {value: node.type for value, node in enumerate(graph.arena.nodes)}
    types |= {each.value: each.type for each in program.instructions}
    taken = {*_TAKEN, *reserved}
    taken.update(each.split(" ")[0] for each in _known_types([each.type for each in graph.arguments]))
    for op in dict.fromkeys(each.op for each in program.instructions):
        taken.update(each.__name__.removesuffix("_kernel") for each in helpers_of(op))
    sizes = _size_names(program)
    check_sizes(sizes, taken)
    taken.update(sizes, UNNAMED, (name,))
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
    return Scope(program, types, known, use_counts(program), taken, {}, {}, {}, {}, worth_reusing(types))


_TAKEN: Final = (
    "np", "argument", "require", "ndarray", "type", "range", "min", "max", "in_threads", "Thread", "copy_context",
    "_missing", "_again", "_rest", "_named",
)  # fmt: skip
"""What the function's lines call, and what `load` adds."""
