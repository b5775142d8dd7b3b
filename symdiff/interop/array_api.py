"""The standard's namespace with arrays that are graph inputs with a value: what the conformance suite is run on.

Every creation function binds its values to an input of one shared graph, every operation adds nodes to it, and a
value is computed, by a compiled function, when Python asks for it: `bool(x)`, `int(x)`, `float(x)`, `np.asarray(x)`.
A value once read is remembered. So a suite that compares values exercises the graph and a backend, not NumPy.

>>> from symdiff.interop import array_api as xp
>>> x = xp.asarray([1.0, 2.0])
>>> float(xp.sum(x * x))
5.0
"""

from __future__ import annotations

import functools
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final, Literal

import numpy as np

import symdiff.fft as fourier
import symdiff.linalg as linear_algebra
from symdiff._version import __version__ as __version__
from symdiff.compiling import compile
from symdiff.core import CONSTANT
from symdiff.errors import ArgumentError, SymdiffError
from symdiff.expr import Expr
from symdiff.graph import Graph
from symdiff.ops import NAMES
from symdiff.ops.dtypes import CONSTANTS, DTYPES
from symdiff.ops.dtypes import __array_namespace_info__ as __array_namespace_info__
from symdiff.types import as_dtype, check_device

__array_api_version__ = "2024.12"


@dataclass
class Session:
    """What the namespace works with: the shared graph, the values of its nodes, and how they are computed."""

    backend: Literal["python", "interpreter"] = "python"
    optimize: Literal["none", "default", "fast"] = "default"
    graph: Graph = field(default_factory=lambda: Graph())
    values: dict[int, Any] = field(default_factory=dict)

    def bind(self, value: Any) -> Expr:
        """A new input of the graph that has this value."""
        array = np.array(value)
        expr = self.graph.input(f"a{len(self.graph.arguments)}", array.shape, as_dtype(array.dtype))
        self.values[expr.id] = array
        return expr

    def value(self, expr: Expr) -> Any:
        """The value of an expression: compiled from the nearest nodes whose values are known, and remembered."""
        if expr.id not in self.values:
            part, inputs = Graph(), list[Expr]()
            known: list[Any] = []
            copies: dict[int, Expr] = {}
            for node in self._needed(expr.id):
                op, operands, attrs, _ = self.graph.arena.nodes[node]
                if node in self.values:
                    known.append(self.values[node])
                    copies[node] = part.input(f"a{node}", known[-1].shape, known[-1].dtype)
                    inputs.append(copies[node])
                elif op is CONSTANT:
                    copies[node] = part.constant(attrs[0].value)
                else:
                    named = dict(zip(op.attributes, attrs, strict=True))
                    copies[node] = part.apply(op, tuple(copies[each] for each in operands), named)
            function = compile(inputs, copies[expr.id], name="f", backend=self.backend, optimize=self.optimize)
            with np.errstate(all="ignore"):
                self.values[expr.id] = np.asarray(function(*known))
        return self.values[expr.id]

    def _needed(self, node: int) -> list[int]:
        """The nodes to compute, and those with values that they start from, in order."""
        found: set[int] = set()
        stack = [node]
        while stack:
            each = stack.pop()
            if each not in found:
                found.add(each)
                stack += () if each in self.values else self.graph.arena.nodes[each].inputs
        return sorted(found)


session: Final = Session()
"""Set its `backend` and `optimize` before the suite is run."""


class Array:
    """An expression that has a value: what the namespace's functions take and return."""

    __slots__ = ("expr",)
    __array_priority__ = 1000

    def __init__(self, expr: Expr) -> None:
        self.expr = expr

    def __repr__(self) -> str:
        return f"Array({session.value(self.expr)!r})"

    def __getattr__(self, name: str) -> Any:
        if name not in ("dtype", "device", "shape", "size", "ndim", "T", "mT", "to_device"):
            raise AttributeError(name)
        return wrap(getattr(self.expr, name))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(session.value(self.expr), dtype)

    def __array_namespace__(self, *, api_version: str | None = None) -> Any:
        if api_version not in (None, "2021.12", "2022.12", "2023.12", "2024.12"):
            raise ArgumentError(f"there is no version {api_version!r}", advice="up to 2024.12")
        return _module()

    def __getitem__(self, key: Any) -> Array:
        return Array(NAMES.getitem(self.expr, unwrap(key)))

    def __setitem__(self, key: Any, value: Any) -> None:
        """Rebind: the array stands for a new expression, with that part replaced."""
        if type(key) is int and self.expr.ndim == 1 and not isinstance(value, Array):
            array = session.value(self.expr).copy()  # how arrays of test data are filled
            array[key] = value
            self.expr = session.bind(array)
        elif isinstance(key, Array) and key.dtype.kind == "b":
            self.expr = NAMES.where(key.expr, unwrap(value), self.expr).astype(self.dtype)
        else:
            self.expr = self.expr.at[unwrap(key)].set(unwrap(value))

    def __bool__(self) -> bool:
        return bool(self._scalar())

    def __int__(self) -> int:
        return int(self._scalar())

    def __float__(self) -> float:
        return float(self._scalar())

    def __complex__(self) -> complex:
        return complex(self._scalar())

    def __index__(self) -> int:
        return operator.index(self._scalar())

    def _scalar(self) -> Any:
        if self.expr.ndim:
            raise ArgumentError(f"an array of shape {self.expr.shape} is no scalar", advice="index one element")
        return session.value(self.expr)[()]

    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: Any = None
    ) -> Any:
        return self.expr.__dlpack__()

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.expr.__dlpack_device__()

    __hash__ = object.__hash__


class ShareError(SymdiffError, ValueError):
    """An array was asked for that shares another's values, and can't."""


def _method(name: str) -> Callable[..., Any]:
    def method(self: Array, *others: Any) -> Any:
        if not all(isinstance(each, (Array, bool, int, float, complex)) for each in others):
            return NotImplemented
        return wrap(getattr(Expr, name)(self.expr, *map(unwrap, others)))

    return method


def _in_place(name: str) -> Callable[..., Any]:
    method = _method(name)

    def rebind(self: Array, other: Any) -> Any:
        result = method(self, other)
        if result is NotImplemented or (result.dtype, result.shape) != (self.dtype, self.shape):
            raise ArgumentError(f"{self!r} can't hold the result", advice="dtype and shape stay the same")
        self.expr = result.expr
        return self

    return rebind


_OPERATORS: Final = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift",
)  # fmt: skip
for _name in _OPERATORS:
    setattr(Array, f"__{_name}__", _method(f"__{_name}__"))
    setattr(Array, f"__r{_name}__", _method(f"__r{_name}__"))
    setattr(Array, f"__i{_name}__", _in_place(f"__{_name}__"))
for _name in ("eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "abs", "invert"):
    setattr(Array, f"__{_name}__", _method(f"__{_name}__"))


def wrap(value: Any) -> Any:
    """Expressions as arrays, NumPy's arrays bound to inputs; in lists and tuples too."""
    if isinstance(value, Expr):
        return Array(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return Array(session.bind(value))
    if isinstance(value, (list, tuple)):
        each: list[Any] = [wrap(item) for item in value]
        return type(value)(*each) if hasattr(value, "_fields") else type(value)(each)
    return value


def unwrap(value: Any) -> Any:
    """Arrays as expressions; in lists, tuples and slices too."""
    if isinstance(value, Array):
        return value.expr
    if isinstance(value, slice):
        return slice(*(operator.index(each) if isinstance(each, Array) else each for each in _bounds(value)))
    if isinstance(value, (list, tuple)):
        return type(value)([unwrap(item) for item in value])
    return value


def _bounds(value: Any) -> Sequence[Any]:
    return value.start, value.stop, value.step


def asarray(obj: Any, /, *, dtype: Any = None, device: Any = None, copy: bool | None = None) -> Array:
    """An input bound to these values; of an array, itself, or what is cast or to be written into alone."""
    check_device(device)
    if isinstance(obj, Array):
        same = dtype is None or as_dtype(dtype) == obj.dtype
        if copy is False and not same:
            raise ShareError(f"{obj.dtype} can't be seen as {dtype}", advice="copy=None casts")
        return obj if same and not copy else Array(obj.expr if same else obj.expr.astype(dtype))
    return Array(session.bind(np.asarray(obj, None if dtype is None else as_dtype(dtype))))


def lifted(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the vocabulary as one of arrays that have values."""

    @functools.wraps(function, updated=())
    def call(*args: Any, **kwargs: Any) -> Any:
        return wrap(function(*unwrap(args), **{name: unwrap(value) for name, value in kwargs.items()}))

    return call


def _namespace(module: Any) -> SimpleNamespace:
    return SimpleNamespace(**{name: lifted(getattr(module, name)) for name in module.__all__})


fft: Final = _namespace(fourier)
linalg: Final = _namespace(linear_algebra)


def __getattr__(name: str) -> Any:
    """The functions, dtypes and constants of the vocabulary."""
    for table in (DTYPES, CONSTANTS):
        if name in table:
            return table[name]
    if name.startswith("_") or not hasattr(NAMES, name):
        raise AttributeError(f"there is no {name} in the namespace")
    return lifted(getattr(NAMES, name))


def _module() -> Any:
    return sys.modules[__name__]
