"""The source backend's readable style: NumPy code that a person could have written, with its reasons beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from symdiff.backends.runtime import argument, require
from symdiff.backends.signature import Argument, prologue
from symdiff.backends.text import (
    ATOM,
    ERRORS,
    Text,
    application,
    array_text,
    function_name,
    helper_text,
    helpers_of,
    printable,
    scalar_text,
    value_text,
)
from symdiff.core import CONSTANT, INPUT
from symdiff.cost import flops
from symdiff.errors import ArgumentError
from symdiff.naming import distinct, names
from symdiff.provenance import describe, place_of
from symdiff.types import TupleType, shape_text

LONGEST_LINE: Final = 88
DEEPEST_NESTING: Final = 4
CONVENTIONS: Final = "ties split evenly, relu'(0) = 0, |x|'(0) = 0, where selects last"


class Written(NamedTuple):
    """A function as text: its definition, the helpers it calls, the array constants it refers to."""

    name: str
    definition: str
    helpers: dict[str, str]
    constants: dict[str, str]
    summary: str

    def renamed(self, name: str) -> Written:
        """The same function under another name."""
        return self._replace(
            name=name,
            definition=self.definition.replace(f"def {self.name}(", f"def {name}(", 1),
            summary=self.summary.replace(self.name, name, 1),
        )


class Line(NamedTuple):
    """A line of the body, and the comment beside it in two columns."""

    code: str
    shape: str
    reason: str


def write_function(name: str, graph: Any, rules: Sequence[Any] = ()) -> Written:
    """The definition of a function that computes the outputs of `graph` from its arguments."""
    return _Writer(name, graph).written(rules)


def module_text(functions: Sequence[Written], version: str) -> str:
    """A module of such functions that imports NumPy and nothing else; the same bytes every time."""
    helpers: dict[str, str] = {}
    constants: dict[str, str] = {}
    for function in functions:
        helpers |= function.helpers
        constants |= function.constants
    clash = [function.name for function in functions if function.name in helpers or function.name in constants]
    if clash:
        raise ArgumentError(
            f"generated code calls a helper {clash[0]!r} of its own", advice="name the function otherwise"
        )
    title = ", ".join(function.name for function in functions)
    parts = [
        f'"""{title}: written by symdiff {version}; imports NumPy only.\n\n'
        + "\n".join(function.summary for function in functions)
        + f'\n\nconventions  {CONVENTIONS}\n"""',
        "import numpy as np",
        *(f"{name} = {text}" for name, text in constants.items()),
    ]
    definitions = [*(function.definition for function in functions), ERRORS, *helpers.values()]
    return "\n\n".join(parts) + "\n\n\n" + "\n\n\n".join(definitions) + "\n"


def digest(graph: Any) -> str:
    """Six hexadecimal digits that stand for a graph: its ops, edges, attributes, types and outputs."""
    state = hashlib.blake2b(digest_size=3)
    types = {type_: str(type_) for type_ in {node.type for node in graph.arena.nodes}}
    for op, inputs, attrs, type_ in graph.arena.nodes:
        key = attrs[0].key if op is CONSTANT else value_text(attrs)
        state.update(f"{op.name}{inputs}{key}{types[type_]};".encode())
    state.update(repr(graph.outputs).encode())
    return state.hexdigest()


class _Writer:
    """The state of writing one function: what each node is called, or is written as where it is used."""

    def __init__(self, name: str, graph: Any) -> None:
        self.name = name
        self.graph = graph
        self.nodes = graph.arena.nodes
        self.names = names(graph)
        self.text: dict[int, Text] = {}
        self.depth: dict[int, int] = {}
        self.helpers: dict[Callable[..., Any], None] = {}
        self.constants: dict[str, str] = {}
        self.uses = self._count_uses()

    def written(self, rules: Sequence[Any]) -> Written:
        taken = self._variables()
        arguments = [
            Argument(self.names[each.id], each.attrs[0], each.type, each.provenance.place)
            for each in self.graph.arguments
        ]
        head = f"def {self.name}({', '.join(each.variable for each in arguments)}):"
        body = [f"    {line}" for line in prologue(arguments, self.graph)]
        for each in arguments:
            self.text[self._node_of(each)] = Text(each.variable)
        lines = list(self._lines(taken))
        result = ", ".join(map(self._result, self.graph.outputs))
        code = [head, *body, *([""] if body and lines else []), *_aligned(lines), f"    return {result}"]
        used = {function_name(each): helper_text(each) for each in (argument, require, *self.helpers)}
        return Written(self.name, "\n".join(code), used, self.constants, self._summary(rules))

    def _node_of(self, argument: Argument) -> int:
        return next(each.id for each in self.graph.arguments if each.attrs[0] == argument.name)

    def _count_uses(self) -> list[int]:
        uses = [0] * len(self.nodes)
        for node in self.nodes:
            for parent in node.inputs:
                uses[parent] += 1
        for output in self.graph.outputs:
            uses[output] += 1
        return uses

    def _variables(self) -> set[str]:
        """Give every argument and named node its identifier, apart from the sizes' and helpers' names."""
        taken = {self.name}
        for node in self.nodes:
            for helper in helpers_of(node.op) if node.inputs else ():
                taken.add(helper.__name__.removesuffix("_kernel"))
            if not isinstance(node.type, TupleType):
                taken.update(dim.text for dim in node.type.shape if not isinstance(dim, int))
        arguments = {each.id: self.names[each.id] for each in self.graph.arguments}
        self.names = distinct({**arguments, **self.names}, taken)
        return taken | set(self.names.values())

    def _lines(self, taken: set[str]) -> Iterator[Line]:
        counts: dict[str, int] = {}
        role = ""
        outputs = set(self.graph.outputs)
        for node, (op, inputs, attrs, type_) in enumerate(self.nodes):
            if op is INPUT:
                continue
            if op is CONSTANT:
                self._constant(node, attrs[0].value, taken)
                continue
            text = self._application(node)
            name = self.names.get(node)
            nested = 1 + max((self.depth.get(parent, 0) for parent in inputs), default=0)
            if name is None and self.uses[node] == 1 and node not in outputs and self._inlines(text, nested):
                self.text[node], self.depth[node] = text, nested
                continue
            while name is None or (name in taken and node not in self.names):
                counts[op.name] = counts.get(op.name, 0) + 1
                name = f"{op.name}_{counts[op.name]}"
            self.text[node], self.depth[node] = Text(name), 0
            provenance = self.graph.arena.provenance[node]
            if provenance.role != "forward" and role == "forward":
                yield Line("", "", "")
            role = provenance.role
            shape = str(type_) if isinstance(type_, TupleType) else shape_text(type_.shape)
            yield Line(f"{name} = {text.code}", shape, _reason(provenance))

    def _inlines(self, text: Text, nested: int) -> bool:
        return nested <= DEEPEST_NESTING and len(text.code) <= LONGEST_LINE // 2

    def _application(self, node: int) -> Text:
        op, inputs, attrs, _ = self.nodes[node]
        self.helpers |= dict.fromkeys(helpers_of(op))
        operands = [self._operand(parent, inputs, op) for parent in inputs]
        return application(op, operands, dict(zip(op.attributes, attrs, strict=True)))

    def _operand(self, node: int, siblings: Sequence[int], op: Any) -> Text:
        """An operand's text; a scalar constant is a bare number where another operand decides the dtype."""
        of, _, attrs, type_ = self.nodes[node]
        if of is not CONSTANT or type_.shape:
            return self.text[node]
        weak = op.elementwise and any(
            self.nodes[other].op is not CONSTANT and self.nodes[other].type.dtype == type_.dtype for other in siblings
        )
        return scalar_text(attrs[0].value, weak)

    def _constant(self, node: int, value: Any, taken: set[str]) -> None:
        if value.ndim == 0:
            self.text[node] = scalar_text(value, weak=False)
            return
        text = array_text(value)
        if len(text) <= LONGEST_LINE // 2:
            self.text[node] = Text(text)
            return
        name = self.names.get(node) or f"constant_{node}"
        name = f"{self.name}_{name}"
        while name in taken:
            name += "_"
        self.constants[name] = text
        self.text[node] = Text(name)

    def _result(self, node: int) -> str:
        """An output as a fresh array, or as a NumPy scalar where it has no axes."""
        op, _, _, type_ = self.nodes[node]
        text = self.text[node]
        if not type_.shape:
            return f"{text.within(ATOM)}[()]"
        shared = op.is_view or op in (INPUT, CONSTANT) or self.graph.outputs.count(node) > 1
        return f"np.array({text.code})" if shared else text.code

    def _summary(self, rules: Sequence[Any]) -> str:
        kinds: dict[str, list[str]] = {"exact": [], "rounding": [], "domain": []}
        for rule in dict.fromkeys(rules):
            kinds.setdefault(rule.kind, []).append(rule.name)
        fired = "; ".join(f"{kind}: {', '.join(sorted(set(each))) or 'none'}" for kind, each in kinds.items())
        return "\n".join(
            [
                f"{self.name}, from graph {digest(self.graph)}",
                f"cost         {flops(self.graph)} flops",
                f"rewrites     {fired}",
            ]
        )


def _reason(provenance: Any) -> str:
    if provenance.via is not None:
        place = place_of(provenance.via.origin)
        return f"via {place} {provenance.via.rule}" if place else f"via {provenance.via.rule}"
    return describe(provenance.place)


def _aligned(lines: Sequence[Line]) -> Iterator[str]:
    """The lines with their comments in columns; long lines don't push the columns out."""
    code_width = min(max((len(line.code) for line in lines if len(line.code) <= 48), default=0), 48)
    shape_width = max((len(line.shape) for line in lines), default=0)
    for line in lines:
        if not line.code:
            yield ""
            continue
        comment = f"# {line.shape:<{shape_width}}  {printable(line.reason)}".rstrip()
        yield f"    {line.code:<{code_width}}  {comment}"
