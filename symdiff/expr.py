"""The handle of a node, which has what an array has and adds nodes instead of computing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError, ConcreteError, ShapeError, UnsupportedError
from symdiff.op import Operation
from symdiff.provenance import Provenance, describe
from symdiff.sizes import Dim, Shape, Size, product
from symdiff.types import ArrayType, DType

_CONTROL: Final = "choose values with sd.where, computations with sd.cond, repeat with sd.scan"


def _unary(name: str) -> Callable[[Any], Any]:
    def method(self: Expr) -> Any:
        graph = self.graph
        return graph.apply(getattr(graph.language.ops, name), (self,), {})

    return method


def _binary(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Expr, other: Any) -> Any:
        graph = self.graph
        return graph.apply(getattr(graph.language.ops, name), (self, other), {})

    return method


def _reflected(name: str) -> Callable[[Any, Any], Any]:
    def method(self: Expr, other: Any) -> Any:
        graph = self.graph
        return graph.apply(getattr(graph.language.ops, name), (other, self), {})

    return method


def _as_numpy(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Expr, *args: Any, **kwargs: Any) -> Any:
        return self._dispatch(function, (self, *args), kwargs)

    method.__name__ = method.__qualname__ = function.__name__
    method.__doc__ = f"`np.{function.__name__}` of the expression, with NumPy's arguments; it is left as it is."
    return method


def _no_value(wanted: str, instead: str) -> Callable[..., Any]:
    def method(self: Expr, *_: Any) -> Any:
        raise ConcreteError(
            f"an expression {wanted}: its value is known when a function is run",
            advice=f"{instead}; for one value now, expr.eval({{input: array}})",
            context=[describe_node(self)],
        )

    return method


class Expr:
    """A node of a graph, used like an array: operators and methods add nodes to the graph.

    There is one `Expr` for each node, so `is` and containers compare nodes; `==` is elementwise.

    >>> import symdiff as sd
    >>> g = sd.Graph()
    >>> x = g.input("x", ("n", 3))
    >>> y = (x[1:] * 2).sum(axis=0)
    >>> y.shape, y.dtype, y.ndim, y is (x[1:] * 2).sum(axis=0)
    ((3,), dtype('float64'), 1, True)
    """

    __slots__ = ("graph", "id")
    __array_priority__ = 1000

    graph: Any
    id: int

    def __init__(self, graph: Any, id: int) -> None:
        self.graph = graph
        self.id = id

    def __reduce__(self) -> tuple[Callable[[Any, int], Expr], tuple[Any, int]]:
        return _expr_of, (self.graph, self.id)

    def __repr__(self) -> str:
        return f"<{self.operation!r}: {self.type}>"

    @property
    def type(self) -> ArrayType:
        """The node's type: dtype and shape."""
        return self.graph.arena.nodes[self.id].type

    @property
    def operation(self) -> Operation:
        """The operation that computes this, with its attributes."""
        node = self.graph.arena.nodes[self.id]
        return Operation(node.op, node.attrs)

    @property
    def attrs(self) -> tuple[Any, ...]:
        """The attributes of the operation that computes this."""
        return self.graph.arena.nodes[self.id].attrs

    @property
    def literal(self) -> bool | int | float | complex | None:
        """The value of a scalar constant as a Python number; None for any other node."""
        node = self.graph.arena.nodes[self.id]
        if node.op.name != "constant" or node.type.shape:
            return None
        return node.attrs[0].value.item()

    @property
    def provenance(self) -> Provenance:
        """Who first asked for this node, where, and what for."""
        return self.graph.arena.provenance[self.id]

    @property
    def shape(self) -> Shape:
        """Sizes of the axes: integers and named sizes."""
        return self.type.shape

    @property
    def dtype(self) -> DType:
        """The NumPy dtype."""
        return self.type.dtype

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        return len(self.type.shape)

    @property
    def size(self) -> Dim:
        """How many elements there are: the product of the shape."""
        return product(self.type.shape)

    @property
    def T(self) -> Expr:
        """The transpose: all axes reversed."""
        return self.transpose()

    @property
    def mT(self) -> Expr:
        """The last two axes exchanged."""
        return self.graph.language.ops.matrix_transpose(self)

    def named(self, name: str) -> Expr:
        """Call this node `name` in listings and generated source; returns the expression itself."""
        if not isinstance(name, str) or not name:
            raise ArgumentError(
                f"a name is a string, not {name!r}", advice='expr.named("h")', context=[describe_node(self)]
            )
        self.graph.names[self.id] = name
        return self

    def eval(self, values: Mapping[Any, Any] | None = None) -> Any:
        """The value for given values of the inputs (by expression or by name): a quick look.

        To evaluate often, compile a function.
        """
        return self.graph.language.evaluate(self, values or {})

    def reshape(self, *shape: Any) -> Expr:
        """The same elements in another shape; one size may be -1."""
        return self.graph.language.ops.reshape(self, shape[0] if len(shape) == 1 else shape)

    def ravel(self) -> Expr:
        """All elements along one axis."""
        return self.reshape(-1)

    flatten = ravel

    def astype(self, dtype: Any) -> Expr:
        """The values cast to another dtype."""
        return self.graph.language.ops.astype(self, dtype)

    def transpose(self, *axes: Any) -> Expr:
        """The axes in another order, reversed where none is given."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes
        return self.graph.language.ops.permute_dims(self, tuple(order or reversed(range(self.ndim))))

    def sum(self, axis: Any = None, *, dtype: Any = None, keepdims: bool = False) -> Expr:
        """The sum over axes."""
        return self.graph.language.ops.sum(self, axis=axis, dtype=dtype, keepdims=keepdims)

    def prod(self, axis: Any = None, *, dtype: Any = None, keepdims: bool = False) -> Expr:
        """The product over axes."""
        return self.graph.language.ops.prod(self, axis=axis, dtype=dtype, keepdims=keepdims)

    def mean(self, axis: Any = None, *, keepdims: bool = False) -> Expr:
        """The arithmetic mean over axes."""
        return self.graph.language.ops.mean(self, axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, *, keepdims: bool = False) -> Expr:
        """The largest element over axes."""
        return self.graph.language.ops.max(self, axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None, *, keepdims: bool = False) -> Expr:
        """The smallest element over axes."""
        return self.graph.language.ops.min(self, axis=axis, keepdims=keepdims)

    def any(self, axis: Any = None, *, keepdims: bool = False) -> Expr:
        """Whether any element is true."""
        return self.graph.language.ops.any(self, axis=axis, keepdims=keepdims)

    def all(self, axis: Any = None, *, keepdims: bool = False) -> Expr:
        """Whether all elements are true."""
        return self.graph.language.ops.all(self, axis=axis, keepdims=keepdims)

    argmax, argmin, argsort, sort = map(_as_numpy, (np.argmax, np.argmin, np.argsort, np.sort))
    argpartition, partition, searchsorted = map(_as_numpy, (np.argpartition, np.partition, np.searchsorted))
    clip, round, conj, conjugate = map(_as_numpy, (np.clip, np.round, np.conj, np.conjugate))
    cumprod, cumsum, std, var = map(_as_numpy, (np.cumprod, np.cumsum, np.std, np.var))
    diagonal, dot, trace = map(_as_numpy, (np.diagonal, np.dot, np.trace))
    choose, repeat, squeeze, swapaxes, take = map(_as_numpy, (np.choose, np.repeat, np.squeeze, np.swapaxes, np.take))
    compress, nonzero, copy = map(_as_numpy, (np.compress, np.nonzero, np.copy))

    @property
    def real(self) -> Expr:
        """The real part; of real numbers the expression itself."""
        return self.graph.language.ops.real(self)

    @property
    def imag(self) -> Expr:
        """The imaginary part; of real numbers 0."""
        return self.graph.language.ops.imag(self)

    def __getitem__(self, key: Any) -> Expr:
        return self.graph.language.ops.getitem(self, key)

    @property
    def at(self) -> Any:
        """Functional updates: `x.at[i].set(v)`, and add, multiply, min, max, get."""
        return self.graph.language.ops.at(self)

    def __setitem__(self, key: Any, value: Any) -> None:
        raise ArgumentError(
            "an expression can't be written into",
            advice="x.at[i].set(v) gives a new expression with that part replaced",
            context=[describe_node(self)],
        )

    def __len__(self) -> int:
        return self._leading("so it has no length")

    def __iter__(self) -> Iterator[Expr]:
        return (self[i] for i in range(self._leading("so there is nothing to go through")))

    def _leading(self, wanted: str) -> int:
        if not self.shape:
            raise ConcreteError(
                f"a scalar has no axes, {wanted}",
                advice="x.reshape(1) gives it one",
                context=[describe_node(self)],
            )
        leading = self.shape[0]
        if isinstance(leading, Size):
            raise ShapeError(
                f"the leading size {leading} is known by name only, {wanted}",
                advice="give that axis an integer size, or use x.shape[0], or sd.size(x, 0) as a value",
                context=[describe_node(self)],
            )
        return leading

    __bool__ = _no_value("has no truth value", _CONTROL)
    __float__ = _no_value("can't become a float", _CONTROL)
    __int__ = _no_value("can't become an int", _CONTROL)
    __complex__ = _no_value("can't become a complex number", _CONTROL)
    __index__ = _no_value("can't be an index or a count", _CONTROL)

    item = tolist = _no_value("has no numbers to take out", "index it, x[0]")
    fill = put = resize = _no_value("can't be written into", "x.at[index].set(v) gives a new one")
    _refuse_array = _no_value(
        "can't become an array",
        "x.astype(dtype) casts, sd.asarray([x, y]) makes one of a list; use sd's functions, or NumPy's on expressions",
    )

    __hash__ = object.__hash__
    __eq__ = _binary("equal")  # type: ignore[assignment]
    __ne__ = _binary("not_equal")  # type: ignore[assignment]
    __lt__ = _binary("less")
    __le__ = _binary("less_equal")
    __gt__ = _binary("greater")
    __ge__ = _binary("greater_equal")

    __add__, __radd__ = _binary("add"), _reflected("add")
    __sub__, __rsub__ = _binary("subtract"), _reflected("subtract")
    __mul__, __rmul__ = _binary("multiply"), _reflected("multiply")
    __truediv__, __rtruediv__ = _binary("divide"), _reflected("divide")
    __floordiv__, __rfloordiv__ = _binary("floor_divide"), _reflected("floor_divide")
    __mod__, __rmod__ = _binary("remainder"), _reflected("remainder")
    __pow__, __rpow__ = _binary("pow"), _reflected("pow")
    __matmul__, __rmatmul__ = _binary("matmul"), _reflected("matmul")
    __and__, __rand__ = _binary("bitwise_and"), _reflected("bitwise_and")
    __or__, __ror__ = _binary("bitwise_or"), _reflected("bitwise_or")
    __xor__, __rxor__ = _binary("bitwise_xor"), _reflected("bitwise_xor")
    __lshift__, __rlshift__ = _binary("bitwise_left_shift"), _reflected("bitwise_left_shift")
    __rshift__, __rrshift__ = _binary("bitwise_right_shift"), _reflected("bitwise_right_shift")
    __neg__ = _unary("negative")
    __pos__ = _unary("positive")
    __abs__ = _unary("abs")
    __invert__ = _unary("bitwise_invert")

    def __divmod__(self, other: Any) -> tuple[Expr, Expr]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Expr, Expr]:
        return other // self, other % self

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        return self.graph.language.namespace

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        if any(
            self.graph.arena.nodes[i].op.name in ("input", "capture") for i in self.graph.arena.ancestors([self.id])
        ):
            self._refuse_array()
        return self.eval().__array__(dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        if method != "__call__":
            raise UnsupportedError(
                f"np.{ufunc.__name__}.{method} doesn't take expressions",
                advice="use a function that reduces: sd.sum, sd.prod, sd.max, ...",
                context=[describe_node(self)],
            )
        return self._dispatch(ufunc, args, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return self._dispatch(function, args, kwargs)

    def _dispatch(self, function: Any, args: Any, kwargs: Any) -> Any:
        if kwargs.get("out") is not None:
            raise UnsupportedError(
                f"np.{function.__name__} can't write the value of an expression into an array",
                advice="leave out= away and use the result; instead of total += x, total = total + x",
                context=[describe_node(self)],
            )
        numpy = self.graph.language.numpy
        found = numpy.get(function) or (numpy.get(function.__name__) if isinstance(function, np.ufunc) else None)
        if found is None:
            raise UnsupportedError(
                f"{_spelled(function)} doesn't take expressions",
                advice="build it from the functions of symdiff's namespace",
                context=[describe_node(self)],
            )
        return found(*args, **kwargs)

    @property
    def device(self) -> str:
        """Where values are computed."""
        return "cpu"

    def to_device(self, device: Any, /, *, stream: Any = None) -> Expr:
        """The expression itself: there is one device."""
        if device != self.device or stream is not None:
            raise UnsupportedError(
                f"there is no device {device!r}",
                advice='everything is computed on the "cpu"',
                context=[describe_node(self)],
            )
        return self

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: Any = None
    ) -> Any:
        raise UnsupportedError(
            "an expression has no memory to share",
            advice="compile a function, and share what it returns",
            context=[describe_node(self)],
        )

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)

    def _repr_html_(self) -> str:
        text = self.graph.language.display(self)
        return f"<pre>{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</pre>"


def _spelled(function: Any) -> str:
    """How a user calls a function that NumPy's protocols hand over: it may be another library's."""
    name = function.__name__
    homes = {np: "np", np.linalg: "np.linalg", np.fft: "np.fft"}
    return next((f"{at}.{name}" for home, at in homes.items() if getattr(home, name, None) is function), name)


def describe_node(expr: Expr) -> str:
    """`x: float64 (batch, 4)  model.py:3  x = g.input(...)`: an expression in an error message."""
    operation = expr.operation
    name = f"{operation.attributes['name']}: " if operation.op.name == "input" else ""
    return f"{name}{expr.type}  {describe(expr.provenance.place)}".rstrip()


def _expr_of(graph: Any, id: int) -> Expr:
    return graph.expr(id)
