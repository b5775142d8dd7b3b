"""The source backend's readable style: NumPy code that a person could have written, with its reasons beside it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from symdiff.backends.carried import carried
from symdiff.backends.dialect import NUMPY_DIALECT, Dialect, Operand
from symdiff.backends.layout import Line, folded, laid_out
from symdiff.backends.module import NO_BREAK, Written
from symdiff.backends.program import shared_outputs
from symdiff.backends.signature import Argument, check_sizes
from symdiff.backends.text import ATOM, Text, array_text, function_name, helper_text, value_text
from symdiff.core import CONSTANT, INPUT
from symdiff.cost import flops, moved, peak
from symdiff.naming import distinct, names
from symdiff.ops.kinks import stop_gradient
from symdiff.provenance import Derivative, Provenance, describe, place_of
from symdiff.sizes import names_in
from symdiff.types import TupleType, shape_text

LONGEST_PART: Final = 44
LONGEST_VIEW: Final = 14
DEEPEST_NESTING: Final = 4
KINDS: Final = ("exact", "rounding", "domain")


def write_function(name: str, graph: Any, rules: Sequence[Any] = (), dialect: Dialect = NUMPY_DIALECT) -> Written:
    """The definition of a function that computes the outputs of `graph` from its arguments.

    `rules` are the rewrite rules that led to the graph, to be named in the header.
    """
    return _Writer(name, graph, dialect).written(rules)


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

    def __init__(self, name: str, graph: Any, dialect: Dialect) -> None:
        self.name = name
        self.graph = graph
        self.dialect = dialect
        self.nodes = graph.arena.nodes
        self.names = names(graph)
        self.text: dict[int, Text] = {}
        self.depth: dict[int, int] = {}
        self.counts: dict[str, int] = {}
        self.outputs = frozenset(graph.outputs)
        self.shared = shared_outputs(self.nodes, graph.outputs)
        self.helpers: dict[Callable[..., Any], None] = {}
        self.constants: dict[str, str] = {}
        self.uses = self._count_uses()
        self.places: set[str] = set()

    def written(self, rules: Sequence[Any]) -> Written:
        taken = self._variables()
        arguments = [
            Argument(self.names[each.id], each.attrs[0], each.type, each.provenance.place)
            for each in self.graph.arguments
        ]
        head = f"def {self.name}({', '.join(each.variable for each in arguments)}):"
        body = [f"    {line}" for line in self.dialect.prologue(arguments, self.graph)]
        for each in self.graph.arguments:
            self.text[each.id] = Text(self.names[each.id])
        lines = list(self._lines(taken))
        result = f"return {', '.join(map(self._result, range(len(self.graph.outputs))))}"
        blank = [""] if body and lines else []
        code = [*_broken(head, ""), *body, *blank, *laid_out(lines), *_broken(result, "    ")]
        text = "\n".join(code)
        used = [*(each for each in self.dialect.checks if f"{each.__name__}(" in text), *self.helpers]
        helpers = {function_name(each): helper_text(each) for each in used}
        derivatives = tuple(self._checkable())
        return Written(
            self.name, text, helpers, self.constants, self._summary(rules), self._inputs(arguments), derivatives,
            digest(self.graph), carried(self.graph, rules),
        )  # fmt: skip

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
        taken = set(self.dialect.reserved)
        for node in self.nodes:
            for helper in self.dialect.helpers(node.op) if node.inputs else ():
                taken.add(function_name(helper))
        shapes = [node.type.shape for node in self.nodes if not isinstance(node.type, TupleType)]
        sizes = {name for shape in shapes for dim in shape for name in names_in(dim)}
        check_sizes(sorted(sizes), taken)
        taken.update(sizes)
        for kind, result, targets, sources, along in self.graph.derivatives:
            if kind == "pull" and result not in self.names and sources[0] in self.names and self.nodes[result].inputs:
                self.names[result] = f"d_{self.names[sources[0]]}"
            elif kind == "push" and result not in self.names and targets[0] in self.names and self.nodes[result].inputs:
                self.names[result] = f"{self.names[targets[0]]}_along_{self.names.get(along[0], 'v')}"
        arguments = {each.id: self.names[each.id] for each in self.graph.arguments}
        self.names = distinct({**arguments, **dict(sorted(self.names.items()))}, taken)
        return taken | set(self.names.values())

    def _lines(self, taken: set[str]) -> Iterator[Line]:
        group = ("forward", 0)
        for node, (op, inputs, attrs, type_) in enumerate(self.nodes):
            if op is INPUT:
                continue
            if op is CONSTANT:
                self._constant(node, attrs[0].value, taken)
                continue
            text = self._application(node)
            nested = 1 + max((self.depth.get(parent, 0) for parent in inputs), default=0)
            if node not in self.names and self._inlines(node, text, nested):
                self.text[node], self.depth[node] = text, nested
                continue
            name = self._name(node, taken)
            self.text[node], self.depth[node] = Text(name), 0
            provenance = self.graph.arena.provenance[node]
            if (provenance.role != "forward", provenance.order) > (group[0] != "forward", group[1]):
                group = (provenance.role, provenance.order)
                yield Line("")
            shape = str(type_) if isinstance(type_, TupleType) else shape_text(type_.shape)
            yield Line(f"{name} = {text.code}", shape, self._reason(node, provenance))

    def _inlines(self, node: int, text: Text, nested: int) -> bool:
        """Whether a nameless node is written where it is used: once and short, or for nothing."""
        op, inputs, _, type_ = self.nodes[node]
        if node in self.outputs or isinstance(type_, TupleType):
            return False
        if not inputs and not type_.shape:
            return True
        if op.is_view and op.flops == 0 and nested == 1 and len(text.code) <= LONGEST_VIEW:
            return True
        return self.uses[node] == 1 and nested <= DEEPEST_NESTING and len(text.code) <= LONGEST_PART

    def _name(self, node: int, taken: set[str]) -> str:
        """What a node's variable is called: the user's name, `d_h` for the adjoint of h, `exp_x`, or `add_1`."""
        if node in self.names:
            return self.names[node]
        op, inputs, _, _ = self.nodes[node]
        of = self.text.get(self.graph.adjoint_of.get(node, -1))
        if of is not None and of.code.isidentifier():
            base, first = f"d_{of.code}", 1
        elif len(inputs) == 1 and inputs[0] in self.names and len(self.names[inputs[0]]) <= 12:
            base, first = f"{op.name}_{self.names[inputs[0]]}", 1
        else:
            base, first = op.name, 0
        name, count = base, self.counts.get(base, first)
        while first == 0 or name in taken:
            count += 1
            name = f"{base}_{count}"
            if name not in taken:
                break
        self.counts[base] = count
        taken.add(name)
        return name

    def _application(self, node: int) -> Text:
        op, inputs, attrs, type_ = self.nodes[node]
        self.helpers |= dict.fromkeys(self.dialect.helpers(op))
        operands = [self._operand(parent, inputs, op) for parent in inputs]
        attributes = dict(zip(op.attributes, attrs, strict=True))
        return self.dialect.application(op, operands, attributes, type_, self.graph.arena.provenance[node].place)

    def _operand(self, node: int, siblings: Sequence[int], op: Any) -> Operand:
        """An operand's text; a scalar constant is a bare number where another operand decides the dtype."""
        of, _, attrs, type_ = self.nodes[node]
        if not self._is_number(node):
            return Operand(self.text[node], type_)
        alike = [other for other in siblings if self.nodes[other].type.dtype == type_.dtype]
        if of is CONSTANT:
            weak = op.elementwise and any(self.nodes[other].op is not CONSTANT for other in alike)
            return Operand(self.dialect.scalar(attrs[0].value, weak, op), type_, is_number=True)
        weak = op.elementwise and not all(map(self._is_number, alike))
        size = str(attrs[0])
        # A size binds as loosely as can be: in parentheses but where it is a plain name.
        return Operand(Text(size, ATOM if size.isidentifier() else 0) if weak else self.text[node], type_)

    def _is_number(self, node: int) -> bool:
        """Whether a node is a number known when the function starts: a constant, or a size, without axes."""
        op, inputs, _, type_ = self.nodes[node]
        return (op is CONSTANT and not type_.shape) or (not inputs and next(iter(op.attributes), "") == "value")

    def _constant(self, node: int, value: Any, taken: set[str]) -> None:
        if value.ndim == 0:
            self.text[node] = self.dialect.scalar(value, False, None)
            return
        text = array_text(value)
        if len(text) > LONGEST_PART:
            base = name = f"{self.name}_{self.names.get(node) or 'constant'}"
            while name in taken:
                name = f"{base}_{node}"
                base = f"{base}_"
            taken.add(name)
            self.constants[name] = text
            text = name
        self.text[node] = self.dialect.array(Text(text), value)

    def _reason(self, node: int, provenance: Provenance) -> str:
        """Where a line comes from; the text of the user's line where it is first spoken of."""
        via = provenance.via
        place = provenance.place if via is None else place_of(via.origin)
        said = describe(place) if str(place) not in self.places else "" if place is None else str(place)
        self.places.add(str(place))
        if via is not None:
            return f"via {f'{said}  ' if said else ''}{via.rule}"
        of = self.graph.adjoint_of.get(node)
        if of is not None and provenance.role != "forward":
            return f"all ways to {self.text[of].code}" if of in self.text else said
        return said

    def _result(self, position: int) -> str:
        """An output as an array that owns its memory, or as a NumPy scalar where it has no axes."""
        node = self.graph.outputs[position]
        op, _, _, type_ = self.nodes[node]
        return self.dialect.result(self.text[node], op, type_, node in self.shared)

    def _inputs(self, arguments: Sequence[Argument]) -> str:
        """The text of a function of the named sizes that gives the arguments' dtypes and shapes."""
        sizes = dict.fromkeys(name for each in arguments for dim in each.type.shape for name in names_in(dim))
        pairs = [f"{each.variable!r}: ({str(each.type.dtype)!r}, {shape_text(each.type.shape)})" for each in arguments]
        return f"lambda{' ' if sizes else ''}{', '.join(sizes)}: {{{', '.join(pairs)}}}"

    def _checkable(self) -> Iterator[tuple[Any, ...]]:
        """The outputs that are derivatives of other outputs by arguments, which a caller can check."""
        outputs = {node: position for position, node in reversed(list(enumerate(self.graph.outputs)))}
        arguments = {each.id: self.names[each.id] for each in self.graph.arguments}
        known = {**outputs, **arguments}
        stops = [node for node, each in enumerate(self.nodes) if each.op is stop_gradient]
        for kind, result, targets, sources, along in self.graph.derivatives:
            if (
                {result, *targets} <= outputs.keys()
                and set(sources) <= arguments.keys()
                and set(along) <= known.keys()
                and not any(self.nodes[each].type.dtype.kind not in "fc" for each in (result, *targets, *sources))
            ):
                label = self._label(Derivative(kind, result, targets, sources, along), outputs)
                how = "stopped" if self._is_stopped(stops, targets, sources) else kind
                yield (
                    label, how, outputs[result], tuple(outputs[each] for each in targets),
                    tuple(arguments[each] for each in sources), tuple(known[each] for each in along),
                )  # fmt: skip

    def _is_stopped(self, stops: Sequence[int], targets: Sequence[int], sources: Sequence[int]) -> bool:
        """Whether a derivative takes one of these nodes for a constant, so that differences say another thing."""
        if not stops:
            return False
        below = self.graph.arena.ancestors(targets)
        return any(not set(sources).isdisjoint(self.graph.arena.ancestors([each])) for each in stops if each in below)

    def _label(self, derivative: Derivative, outputs: dict[int, int]) -> str:
        _, result, targets, sources, _ = derivative
        spelled = [self.names.get(each, f"output {outputs.get(each)}") for each in (*targets, *sources)]
        own = self.names.get(result, f"output {outputs[result]}")
        return f"{own}, of {', '.join(spelled[: len(targets)])} by {', '.join(spelled[len(targets) :])}"

    def _summary(self, rules: Sequence[Any]) -> tuple[tuple[str, str], ...]:
        provenance = self.graph.arena.provenance
        forward = [node for node, each in enumerate(provenance) if each.role == "forward"]
        total, first = flops(self.graph), flops(self.graph, forward)
        alone = f" (forward alone: {first} flops)" if len(forward) < len(provenance) and first != total else ""
        cost = f"{total} flops{alone}, {moved(self.graph)} bytes moved, peak {peak(self.graph)} floats"
        cost = re.sub(r" (?=[-+*])|(?<=[-+*]) ", NO_BREAK, cost)
        used = {each.via.rule.partition(".")[0] for each in provenance if each.via is not None}
        table = self.graph.language.table
        chosen = dict.fromkeys(table[name].convention for name in sorted(used & table.keys()))
        conventions = ", ".join(filter(None, chosen)) or "none"
        kinds: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for rule in rules:
            kinds.setdefault(rule.kind, set()).add(rule.name)
        fired = "; ".join(f"{kind}: {', '.join(sorted(each)) or 'none'}" for kind, each in kinds.items())
        return ("cost", cost), ("conventions", conventions), ("rewrites", fired)


def _broken(code: str, indent: str) -> list[str]:
    """A long first or last line in several."""
    if len(code) > 100 and code.startswith("return "):
        code = f"return ({code.removeprefix('return ')})"
    return [f"{indent}{line}" for line in folded(code)]
