"""The graph a user builds: inputs, constants, scopes, and the book's three questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import MappingProxyType, SimpleNamespace
from typing import Any, ClassVar, Final

import numpy as np

from symdiff.arena import Arena, Literal
from symdiff.core import CAPTURE, CONSTANT, CORE, INPUT
from symdiff.errors import ArgumentError, DtypeError, GraphError, ShapeError, SymdiffError
from symdiff.expr import Expr, describe_node
from symdiff.language import Language
from symdiff.op import ARRAY, Cotangent, Op, Operation, Signature, graph_of
from symdiff.provenance import Derivative, Place
from symdiff.sizes import Size
from symdiff.transplant import include
from symdiff.types import ArrayType, DType, Requirement, as_dtype, as_shape, common_dtype

WEAK: Final = MappingProxyType({bool: bool, int: int, float: float, complex: complex, Size: int})


class Graph:
    """A static symbolic graph: an append-only list of typed nodes in which equal nodes are one node.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", ("batch", 4))
    >>> y = sd.tanh(x)
    >>> g.operation(y), g.inputs(y) == [x], g.consumers(x) == [y]
    (tanh, True, True)

    A graph with a `parent` is a body: expressions of the parent may be used in it, and become captures.
    A graph is built from one thread. `demands` are requirements on sizes whose nodes rewriting took away.
    """

    standard: ClassVar[Language]

    def __init__(self, *, parent: Graph | None = None, language: Language | None = None) -> None:
        self.language: Language = language or (parent.language if parent else Graph.standard)
        self.parent = parent
        self.arena = Arena()
        self.outputs: tuple[int, ...] = ()
        self.captured: list[Expr] = []
        self.names: dict[int, str] = {}
        self.checkpoints: set[int] = set()
        self.demands: dict[Requirement, Place | None] = {}
        self.is_derived = False
        self.adjoint_of: dict[int, int] = {}
        self.derivatives: dict[Derivative, None] = {}
        self.stable: dict[int | None, dict[int, int]] = {}
        self.swallowed: set[int] = set()
        self.rewrites: list[Any] = []
        self.inner: set[int] | None = None
        self.live: set[int] | None = None
        self.unreached: dict[int, list[int]] = {}
        self._arguments: dict[str, int] = {}
        self._handles: list[Expr | None] = []

    def __len__(self) -> int:
        return len(self.arena.nodes)

    def __repr__(self) -> str:
        return f"<Graph of {len(self)} nodes, inputs {', '.join(self._arguments) or 'none'}>"

    @property
    def ops(self) -> SimpleNamespace:
        """The callables of the graph's language: what a derivative rule asks for other ops by."""
        return self.language.ops

    @property
    def arguments(self) -> list[Expr]:
        """The graph's inputs, in the order they were made."""
        return [self.expr(node) for node in self._arguments.values()]

    def input(self, name: str, shape: Any = (), dtype: Any = "float64") -> Expr:
        """A value that the caller of a compiled function gives.

        `shape` is a size or a tuple of sizes: integers, names (`"batch"`), or expressions of names
        (`"2*batch"`). Raises `GraphError` where the graph has an input of that name.
        """
        if not isinstance(name, str) or not name:
            raise ArgumentError(f"an input's name is a string, not {name!r}", advice='g.input("x", shape, dtype)')
        if name in self._arguments:
            raise GraphError(
                f"this graph has an input named {name!r} already",
                advice="use the expression that the first call returned, or another name",
                context=[describe_node(self.expr(self._arguments[name]))],
            )
        try:
            type_ = ArrayType(as_dtype(dtype), as_shape(shape))
        except SymdiffError as error:
            raise error.located(f"input {name!r}", []) from None
        node = self.arena.add(INPUT, (), (name, *type_), type_)
        self._arguments[name] = node
        return self.expr(node)

    def constant(self, value: Any, dtype: Any = None) -> Expr:
        """A value fixed now: copied, so that later changes of the array don't reach the graph."""
        return self.expr(self._constant(value, None if dtype is None else as_dtype(dtype)))

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Nodes made inside belong to the scope `name`, below the scopes around it: `encoder/layer1`."""
        before = self.arena.scope
        self.arena.scope = f"{before}/{name}" if before else name
        try:
            yield
        finally:
            self.arena.scope = before

    def expr(self, node: int) -> Expr:
        """The handle of a node: always the same object, so that containers may compare by identity."""
        handles = self._handles
        if node >= len(handles):
            handles.extend([None] * (len(self.arena.nodes) - len(handles)))
        found = handles[node]
        if found is None:
            found = handles[node] = Expr(self, node)
        return found

    def apply(self, op: Op, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Expr:
        """Add the application of `op` to the graph, with Python numbers and arrays lifted and dtypes made equal."""
        try:
            operands, attrs = op.bind(args, kwargs)
        except SymdiffError as error:
            raise _refused(error, op, args) from None
        arena = self.arena
        ids: list[Any] = []
        signature: list[Signature] = []
        for operand in operands:
            if type(operand) is Expr:
                if operand.graph is not self:
                    return self._apply_across(op, operands, kwargs, attrs)
                ids.append(operand.id)
                signature.append(arena.nodes[operand.id].type)
            elif type(operand) in WEAK:
                ids.append(operand)
                signature.append(WEAK[type(operand)])
            else:
                ids.append(self._lifted(operand, None, op, operands))
                signature.append(arena.nodes[ids[-1]].type)
        try:
            plan = arena.plan(op, signature, attrs)
        except SymdiffError as error:
            raise self._located(error, op, ids, signature) from None
        for position, dtype in plan.casts:
            given = ids[position]
            if isinstance(signature[position], type):
                ids[position] = self._lifted(given, dtype, op, operands)
            else:
                ids[position] = self.apply(self.language.table["astype"], (self.expr(given), dtype), {}).id
        return self.expr(arena.add(op, tuple(ids), plan.attrs, plan.type, plan.requirements))

    def operation(self, expr: Expr) -> Operation:
        """The operation that computes `expr`, with its attributes (the book's get_operation)."""
        node = self.arena.nodes[self._own(expr)]
        return Operation(node.op, node.attrs)

    def inputs(self, expr: Expr) -> list[Expr]:
        """What `expr` is computed from, in operand order (the book's get_inputs)."""
        return [self.expr(node) for node in self.arena.nodes[self._own(expr)].inputs]

    def consumers(self, expr: Expr) -> list[Expr]:
        """What is computed from `expr`, once for each edge (the book's get_consumers)."""
        return [self.expr(node) for node in self.arena.consumers(self._own(expr))]

    def lift(self, value: Any, like: Expr | None = None) -> Expr:
        """An expression of this graph for `value`; with `like`, of its dtype and exactly its shape."""
        if isinstance(value, (list, tuple)) and graph_of(value):
            value = self.ops.asarray(value)
        if isinstance(value, Size):
            value = self._size(value, None if like is None else like.dtype)
        expr = value if isinstance(value, Expr) else self.constant(value, None if like is None else like.dtype)
        if expr.graph is not self:
            expr = self.capture(expr)
        if like is not None and expr.type != like.type:
            if expr.shape != like.shape or common_dtype(expr.dtype, like.dtype) != like.dtype:
                raise ShapeError(
                    f"{expr.type} was given where {like.type} is wanted",
                    advice="shapes must be equal, and the dtype one that casts safely; reshape or astype makes them so",
                    context=[f"given: {describe_node(expr)}", f"for: {describe_node(like)}"],
                )
            expr = expr.astype(like.dtype)
        return expr

    def zeros(self, type_: ArrayType) -> Expr:
        """A zero of an array type."""
        zero = self.constant(0, type_.dtype)
        return self.ops.broadcast_to(zero, type_.shape) if type_.shape else zero

    def zero_gradient(self, source: Expr) -> Expr:
        """The gradient by a source that the target doesn't depend on: a zero, labelled as such."""
        zero = self.zeros(source.type)
        self.unreached.setdefault(zero.id, []).append(source.id)
        return zero

    def scatter(self, parts: Sequence[Cotangent], like: Expr) -> Expr:
        """Parts of an array of `like`'s type put in their places and added up; what no part covers is 0."""
        operands: list[Expr] = []
        indices: list[Any] = []
        for part in parts:
            index = part.at or ()
            operands += [part.value, *(each for each in index if isinstance(each, Expr))]
            indices.append(tuple(ARRAY if isinstance(each, Expr) else each for each in index))
        return self.ops.scatter_add(*operands, indices=tuple(indices), shape=like.shape)

    def capture(self, expr: Expr) -> Expr:
        """The input of this body that stands for an expression of a graph around it."""
        if expr.graph is self:
            return expr
        if self.parent is None:
            raise _strangers(self, expr)
        outer = self.parent.capture(expr)
        index = next((i for i, known in enumerate(self.captured) if known is outer), len(self.captured))
        if index == len(self.captured):
            self.captured.append(outer)
        return self.expr(self.arena.add(CAPTURE, (), (index, *outer.type), outer.type))

    def include(self, expr: Expr) -> Expr:
        """A copy, in this graph, of an expression of another graph; inputs are found by name, or made."""
        return include(self, expr)

    def adopt_argument(self, node: int) -> None:
        """Count an input node, put there by a copy, among the arguments."""
        self._arguments.setdefault(self.arena.nodes[node].attrs[0], node)

    def mark_adjoint(self, adjoint: Expr, of: int) -> None:
        """Remember that `adjoint` is the whole adjoint of a node, for its name."""
        self.adjoint_of.setdefault(adjoint.id, of)

    def _own(self, expr: Expr) -> int:
        if not isinstance(expr, Expr) or expr.graph is not self:
            raise GraphError(
                f"{expr!r} is not an expression of this graph",
                advice="ask the graph it belongs to, expr.graph; graph.include(expr) copies it over",
                context=[describe_node(expr)] if isinstance(expr, Expr) else [],
            )
        return expr.id

    def _constant(self, value: Any, dtype: DType | None) -> int:
        try:
            array = np.asarray(value, dtype)
        except (OverflowError, ValueError, TypeError) as error:
            raise DtypeError(
                f"{_brief(value)} can't be a constant: {str(error).partition('.')[0]}",
                advice="give an array of numbers or booleans, of a dtype that holds them",
            ) from None
        if dtype is None:
            try:
                array = array.astype(as_dtype(array.dtype), copy=False)
            except DtypeError:
                raise DtypeError(
                    f"{_brief(value)} can't be a constant or an operand",
                    advice="operands are expressions, numbers, and arrays of numbers or booleans",
                ) from None
        return self.arena.add(CONSTANT, (), (Literal(array),), ArrayType(array.dtype, array.shape))

    def _size(self, value: Size, dtype: DType | None) -> Expr:
        """A named size as a value."""
        return self.apply(self.language.table["size"], (), {"value": value, **({"dtype": dtype} if dtype else {})})

    def _lifted(self, value: Any, dtype: DType | None, op: Op, operands: Sequence[Any]) -> int:
        """A constant for an operand of `op` that is no expression; a size's value; a list of expressions made one."""
        if isinstance(value, Size):
            return self._size(value, dtype).id
        if isinstance(value, (list, tuple)) and graph_of(value):
            return self.capture(self.ops.asarray(value)).id
        try:
            return self._constant(value, dtype)
        except SymdiffError as error:
            raise _refused(error, op, operands) from None

    def _apply_across(self, op: Op, operands: Sequence[Any], kwargs: dict[str, Any], attrs: Any) -> Expr:
        """Apply in the innermost graph among the operands' graphs, capturing what lies further out."""
        graphs = {id(each.graph): each.graph for each in operands if isinstance(each, Expr)}
        inner = max(graphs.values(), key=_depth)
        lifted = [inner.capture(each) if isinstance(each, Expr) else each for each in operands]
        return inner.apply(op, tuple(lifted), dict(zip(op.attributes, attrs, strict=True)))

    def _located(self, error: SymdiffError, op: Op, ids: Sequence[Any], signature: Sequence[Signature]) -> SymdiffError:
        operands = [
            each if isinstance(kind, type) else self.expr(each) for each, kind in zip(ids, signature, strict=True)
        ]
        return _refused(error, op, operands)

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle keeps: nodes with ops by name, and provenance as text."""
        arena = self.arena
        return {
            "nodes": [(node.op.name, node.inputs, node.attrs, node.type) for node in arena.nodes],
            "provenance": [each.fixed() for each in arena.provenance],
            "requirements": arena.requirements,
            "requests": arena.requests,
            "kept": {name: self.__dict__[name] for name in _PICKLED},
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(parent=state["kept"]["parent"])
        arena = self.arena
        for (name, inputs, attrs, type_), arena.context in zip(state["nodes"], state["provenance"], strict=True):
            op = CORE.get(name) or self.language.table.get(name)
            if op is None:
                raise GraphError(f"the graph has an op {name!r} that symdiff doesn't have", advice="pickle functions")
            arena.add(op, inputs, attrs, type_)
        arena.context = None
        arena.requirements = state["requirements"]
        arena.requests = state["requests"]
        self.__dict__.update(state["kept"])


_PICKLED: Final = (
    "parent", "outputs", "captured", "names", "is_derived", "adjoint_of", "derivatives", "demands", "_arguments",
)  # fmt: skip


def _refused(error: SymdiffError, op: Op, operands: Sequence[Any]) -> SymdiffError:
    """The error of an application that can't be, with its operands and their types."""
    lines = [
        f"operand {i}: {describe_node(each) if isinstance(each, Expr) else _brief(each)}"
        for i, each in enumerate(operands)
    ]
    return error.located(op.name, lines, advice=f"{op.spelling}: {op.doc}")


def _strangers(graph: Graph, expr: Expr) -> GraphError:
    if graph in _around(expr.graph):
        return GraphError(
            "an expression of a body can't be used outside it",
            advice="make it a result of the body, or build it in the outer graph",
            context=[describe_node(expr)],
        )
    return GraphError(
        "expressions of different graphs can't be used together",
        advice="copy one over: graph.include(expr); or build both in one graph",
        context=[
            f"one graph: {graph!r}",
            f"the other: {expr.graph!r}, of {describe_node(expr)}",
        ],
    )


def _brief(value: Any) -> str:
    text = repr(value)
    return f"{text if len(text) < 60 else text[:57] + '...'} ({type(value).__name__})"


def _around(graph: Graph) -> Iterator[Graph]:
    """The graphs around a body, from the innermost outwards."""
    while graph.parent is not None:
        graph = graph.parent
        yield graph


def _depth(graph: Graph) -> int:
    return sum(1 for _ in _around(graph))
