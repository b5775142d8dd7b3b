"""What an operation is: one frozen record with everything that is known of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from symdiff.errors import ArgumentError, DtypeError, ShapeError, SymdiffError
from symdiff.sizes import Size
from symdiff.types import (
    ArrayType,
    DType,
    Inferred,
    Requirement,
    TupleType,
    Type,
    Weak,
    array_type,
    common_dtype,
    floating_dtype,
)

Expression: TypeAlias = Any
"""An `Expr`, which lives a layer above: ops ask things of it, and never import it."""

Attrs: TypeAlias = tuple[Any, ...]
Signature: TypeAlias = Type | Weak


ARRAY: Final = "array"
"""Stands in an index for an array of integers, which is an operand of its own."""


class Cotangent(NamedTuple):
    """What a node is told of the target's derivative: a value, where it may be selected, where it belongs.

    `mask` is None, or a boolean expression: where it is false the value is 0 *whatever is multiplied to it
    later* (`where` selects last). `at` is None, or an index, with expressions for its arrays: the value belongs
    to that part of the operand, and the other parts get nothing; such parts are put together when all are known.
    """

    value: Expression
    mask: Expression | None = None
    at: Attrs | None = None


class Slicing(NamedTuple):
    """Which axes of an op's result and of its operands go together, as labels; None is an axis with no partner.

    Slicing everything that has a label along it gives that slice of the result, so the op may be computed
    slice by slice. A label that the result lacks is reduced: `combine` (the name of a NumPy ufunc) puts the
    slices' results together.
    """

    result: Attrs
    operands: tuple[Attrs, ...]
    combine: str | None = None


class Case(NamedTuple):
    """One sample application of an op, for the laws: its operands and its attributes."""

    operands: tuple[Sample, ...]
    attributes: Mapping[str, Any]


class Sample(NamedTuple):
    """How to draw one operand: uniform in [low, high) of a shape; integers where the dtype is integral.

    `prepare` is None, or makes what is drawn fit for the op: a regular matrix, a positive definite one.
    """

    low: float
    high: float
    shape: tuple[int, ...] = ()
    dtype: str = "float64"
    prepare: Callable[[Any], Any] | None = None


class Plan(NamedTuple):
    """How one application is carried out: operands to cast, attributes, type, requirements."""

    casts: tuple[tuple[int, DType], ...]
    attrs: Attrs
    type: Type
    requirements: tuple[Requirement, ...]


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required()
"""The default of an attribute that has none."""


def to_common(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Cast all operands to their common dtype."""
    return (common_dtype(*dtypes),) * len(dtypes) if dtypes else ()


def to_floating(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Cast all operands to their common floating dtype; integers become float64."""
    return (floating_dtype(*dtypes),) * len(dtypes)


def keep(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Leave every operand's dtype as it is."""
    return tuple(common_dtype(dtype) for dtype in dtypes)


def to_boolean(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Take booleans only."""
    if any(dtype is not bool and dtype != np.dtype(bool) for dtype in dtypes):
        raise DtypeError("logic needs booleans", advice="compare first: (x > 0), (x != 0)")
    return (np.dtype(bool),) * len(dtypes)


def to_real(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Cast all operands to their common dtype, which must not be a complex one: complex numbers have no order."""
    common = to_common(*dtypes)
    if any(dtype.kind == "c" for dtype in common):
        raise DtypeError("complex numbers have no order", advice="take sd.abs(x), sd.real(x) or sd.imag(x) first")
    return common


def to_real_floating(*dtypes: DType | Weak) -> tuple[DType, ...]:
    """Cast all operands to their common real floating dtype; integers become float64."""
    to_real(*dtypes)
    return to_floating(*dtypes)


@dataclass(frozen=True, eq=False, kw_only=True)
class Op:
    """An operation, defined completely: type rule, evaluation, source, derivative, samples, cost.

    `kernel` evaluates it on arrays; `infer` gives its type from the operands' types; both take the
    attributes by keyword. `promote` says which dtypes the operands are cast to (None: this op takes tuples).

    `source` is the text a backend writes: a template over `{0}`, `{1}` and `{attribute}`, a function of the
    operands' texts and the attributes, or None: a call of the kernel, with attributes at their default left
    out. `helpers` are functions that the source calls and that travel with it.

    `vjp(cotangent, y, xs, needed)` gives each operand's cotangent or None; `jvp(tangents, y, xs)` the
    result's tangent; None stands for a derivative of 0 everywhere. `carries_mask` says that it only moves
    elements, so that a mask goes back through its transpose.

    `slicing(y, *xs, **attributes)` says of the types which axes go together (None: nothing can be sliced).
    `expand(*xs, **attributes)` is the op written in simpler ops, bit for bit equal, which generated code
    tuned for speed evaluates instead. `scalar` is a template for Python floats, with functions of `math`.
    `fills` says that the kernel, which is no ufunc, takes `out=` as one does.

    `statements(out, y, *operands, **attributes)`, of texts but for the result's type y, gives lines that
    compute it into a variable where they are quicker than any expression, or None.

    `law` is the derivative in a line; `convention` the choice in it where there was one, for people who read what
    was generated: `relu'(0) = 0`.

    `nodes_per_edge` bounds how many nodes `vjp` adds for one operand (12 at the most, but for some factorisations).
    `is_view` says that its result may be a view, of its operand or of what only the kernel knows. `flops` is
    the cost of one element of the result, or a function of the types (y, *xs). The three families in
    `symdiff.ops.family` write most of these.
    """

    name: str
    kernel: Callable[..., Any]
    infer: Callable[..., Inferred]
    arity: int | None
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    promote: Callable[..., tuple[DType, ...]] | None = to_common
    source: str | Callable[..., str] | None = None
    helpers: tuple[Callable[..., Any], ...] = ()
    vjp: Callable[[Cotangent, Expression, Sequence[Expression], Sequence[bool]], Sequence[Cotangent | None]] | None = (
        None
    )
    jvp: Callable[[Sequence[Expression | None], Expression, Sequence[Expression]], Expression | None] | None = None
    slicing: Callable[..., Slicing] | None = None
    expand: Callable[..., Expression] | None = None
    scalar: str | None = None
    fills: bool = False
    statements: Callable[..., Iterable[str] | None] | None = None
    carries_mask: bool = False
    is_view: bool = False
    elementwise: bool = False
    commutative: bool = False
    nodes_per_edge: int = 8
    samples: Sequence[Case] = ()
    flops: int | Callable[..., Any] = 1
    law: str = ""
    convention: str = ""
    doc: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.doc)
        object.__setattr__(self, "__name__", self.name)

    def __repr__(self) -> str:
        return self.name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply the op: on expressions it adds a node to their graph, on plain arrays it computes."""
        graph = graph_of(args)
        return compute(self, *self.bind(args, kwargs)) if graph is None else graph.apply(self, args, kwargs)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Sequence[Any], Attrs]:
        """Tell the operands of a call from its attributes; positions beyond the operands are attributes in order."""
        if self.arity is None:
            operands = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
            args = ()
        else:
            operands, args = args[: self.arity], args[self.arity :]
        if not self.attributes and not args and not kwargs and (self.arity is None or len(operands) == self.arity):
            return operands, ()
        given = {**dict(zip(self.attributes, args, strict=False)), **kwargs}
        values = {**self.attributes, **given}
        missing = [name for name, value in values.items() if value is REQUIRED]
        if (
            (self.arity is not None and len(operands) != self.arity)
            or len(args) > len(self.attributes)
            or values.keys() != self.attributes.keys()
            or missing
        ):
            extra = sorted(given.keys() - self.attributes.keys())
            raise ArgumentError(
                f"{self.name} can't be called so: {len(operands) + len(args)} positional"
                + (f", unknown {', '.join(extra)}" if extra else "")
                + (f", missing {', '.join(missing)}" if missing else ""),
                advice=f"call {self.spelling}",
            )
        return operands, tuple(freeze(value) for value in values.values())

    @property
    def spelling(self) -> str:
        """How the op is called: `sum(x0, axis=None, keepdims=False)`."""
        operands = ["*operands"] if self.arity is None else [f"x{i}" for i in range(self.arity)]
        keywords = [name if value is REQUIRED else f"{name}={value}" for name, value in self.attributes.items()]
        return f"{self.name}({', '.join(operands + keywords)})"

    @property
    def __signature__(self) -> inspect.Signature:
        """How the op is called, for `help` and `inspect.signature`: operands by position, attributes by name."""
        names = ["x"] if self.arity == 1 else [f"x{i + 1}" for i in range(self.arity or 0)]
        kind = inspect.Parameter
        operands = [kind(name, kind.POSITIONAL_ONLY) for name in names]
        if self.arity is None:
            operands = [kind("operands", kind.VAR_POSITIONAL)]
        attributes = [
            kind(name, kind.KEYWORD_ONLY if self.arity is None else kind.POSITIONAL_OR_KEYWORD, default=default)
            for name, default in sorted(self.attributes.items(), key=lambda each: each[1] is not REQUIRED)
        ]
        required = [each.replace(default=kind.empty) if each.default is REQUIRED else each for each in attributes]
        return inspect.Signature([*operands, *required])

    def bprop(self, inputs: Sequence[Expression], X: Expression | int, G: Expression) -> Expression:
        """The book's rule: see `Operation.bprop`; the attributes are the op's defaults."""
        return Operation(self, tuple(self.attributes.values())).bprop(inputs, X, G)


class Operation(NamedTuple):
    """An applied operation: an op, and the attributes it is applied with."""

    op: Op
    attrs: Attrs = ()

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.attributes.items())
        return f"{self.op.name}({given})" if given else self.op.name

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes by name."""
        return dict(zip(self.op.attributes, self.attrs, strict=True))

    def __call__(self, *operands: Any) -> Any:
        """Apply it to other operands."""
        return self.op(*operands, **self.attributes)

    def bprop(self, inputs: Sequence[Expression], X: Expression | int, G: Expression) -> Expression:
        """The contribution to X's gradient that goes through this operation (Goodfellow et al. 6.5.6).

        sum_i (grad_X op(inputs)_i) G_i: the vector-Jacobian product of `G` for one input. `X` is a position,
        or an expression: its first position. The rule pretends that inputs are distinct even where they
        are not, so `multiply.bprop([x, x], 0, G)` is `x * G`; sum over the positions for the whole.
        """
        position = X if isinstance(X, int) else next(i for i, each in enumerate(inputs) if each is X)
        x = inputs[position]
        y = self.op(*inputs, **self.attributes)
        found: Cotangent | None = None
        if self.op.vjp is not None:
            needed = [i == position for i in range(len(inputs))]
            found = self.op.vjp(Cotangent(y.graph.lift(G, like=y)), y, list(inputs), needed)[position]
        if found is None:
            return x.graph.zeros(x.type)
        return found.value if found.at is None else x.graph.scatter([found], x)


def graph_of(values: Iterable[Any]) -> Any:
    """The graph of the first expression among values and lists of values, or None."""
    for value in values:
        found = getattr(value, "graph", None)
        if found is None and isinstance(value, (list, tuple)):
            found = graph_of(value)
        if found is not None:
            return found
    return None


def plan(op: Op, signature: Sequence[Signature], attrs: Attrs) -> Plan:
    """Decide how `op` applies to operands of these types: pure, so that graphs may remember it."""
    if op.promote is None:
        types, casts = signature, ()
    else:
        arrays = _without_tuples(signature)
        dtypes = op.promote(*(each if isinstance(each, type) else each.dtype for each in arrays))
        types = [
            ArrayType(dtype, () if isinstance(each, type) else each.shape)
            for each, dtype in zip(arrays, dtypes, strict=True)
        ]
        casts = tuple((i, new.dtype) for i, (new, old) in enumerate(zip(types, signature, strict=True)) if new != old)
    inferred = op.infer(*types, **dict(zip(op.attributes, attrs, strict=True)))
    for left, relation, right in inferred.requirements:
        if isinstance(left, int) and isinstance(right, int):
            _check_requirement(left, relation, right)
    open_ones = tuple(r for r in inferred.requirements if isinstance(r.left, Size) or isinstance(r.right, Size))
    return Plan(casts, attrs if inferred.attrs is None else inferred.attrs, inferred.type, open_ones)


def _without_tuples(signature: Sequence[Signature]) -> list[ArrayType | Weak]:
    for each in signature:
        if isinstance(each, TupleType):
            raise DtypeError(
                f"an operation with several results, {each}, is not an array",
                advice="take one result out of it: sd.project(node, i)",
            )
    return [each for each in signature if not isinstance(each, TupleType)]


def _check_requirement(left: int, relation: str, right: int) -> None:
    holds = {">=": left >= right, "==": left == right, "%": right != 0 and left % right == 0}[relation]
    if not holds:
        raise ShapeError(f"the sizes must satisfy {Requirement(left, relation, right)}")  # type: ignore[arg-type]


def compute(op: Op, operands: Sequence[Any], attrs: Attrs) -> Any:
    """Evaluate `op` on plain arrays and numbers, with the dtypes and the checks a graph would use."""
    values = [value if type(value) in (bool, int, float, complex) else native(np.asarray(value)) for value in operands]
    signature = [type(v) if not isinstance(v, np.ndarray) else array_type(v.dtype, v.shape) for v in values]
    try:
        planned = plan(op, signature, attrs)
    except SymdiffError as error:
        raise error.located(op.name, [f"operand {i}: {each}" for i, each in enumerate(signature)]) from None
    arrays = list(values)
    for position, dtype in planned.casts:
        arrays[position] = np.asarray(values[position]).astype(dtype)
    return op.kernel(*arrays, **dict(zip(op.attributes, planned.attrs, strict=True)))


def native(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array, in this machine's byte order."""
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def freeze(value: Any) -> Any:
    """An attribute in the form a node keeps: lists become tuples, NumPy integers Python's; floats are refused."""
    if value is None or isinstance(value, (bool, int, str, np.dtype, Size)):
        return value
    if isinstance(value, (list, tuple)):
        return tuple(freeze(each) for each in value)
    if isinstance(value, (np.integer, np.bool_)):
        return value.item()
    if isinstance(value, type) and issubclass(value, (np.generic, bool, int, float, complex)):
        return np.dtype(value)
    if isinstance(value, slice):
        return (freeze(value.start), freeze(value.stop), freeze(value.step))
    if getattr(type(value), "is_attribute", False):
        return value
    raise ArgumentError(
        f"{value!r} can't be an attribute", advice="numbers that are computed with are operands: pass an expression"
    )


def typed(attrs: Attrs) -> Attrs:
    """Attributes as a key in which 1 and True differ."""
    return tuple([(type(each), typed(each) if isinstance(each, tuple) else each) for each in attrs])
