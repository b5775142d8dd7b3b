"""Types of nodes: what is known of a value before there is one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from symdiff.errors import DtypeError, ShapeError, UnsupportedError
from symdiff.sizes import Dim, Shape, Size, evaluate, is_nonnegative, names_in, size

DType: TypeAlias = np.dtype[Any]
Weak: TypeAlias = type[bool] | type[int] | type[float] | type[complex]

INT: Final = np.dtype(np.int64)
FLOAT: Final = np.dtype(np.float64)
_DTYPES: Final = frozenset(
    np.dtype(name)
    for name in (
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
        "float32", "float64", "complex64", "complex128",
    )
)  # fmt: skip


class ArrayType(NamedTuple):
    """The type of an array: its dtype, and its shape in integers and named sizes.

    >>> print(array_type("float32", ("batch", 4)))
    float32 (batch, 4)
    """

    dtype: DType
    shape: Shape

    def __str__(self) -> str:
        return f"{self.dtype} {shape_text(self.shape)}"


class TupleType(NamedTuple):
    """The type of an operation with several results; `project` takes one of them out."""

    elements: tuple[ArrayType, ...]

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.elements))})"


Type: TypeAlias = ArrayType | TupleType


class Requirement(NamedTuple):
    """A condition on sizes that only a call can decide: `left >= right`, `left == right`, or right divides left."""

    left: Dim
    relation: Literal[">=", "==", "%"]
    right: Dim

    def __str__(self) -> str:
        if self.relation == "%":
            return f"{self.left} divisible by {self.right}"
        return f"{self.left} {self.relation} {self.right}"


class Inferred(NamedTuple):
    """What type inference says of one application: its type, its attributes in normal form, its requirements."""

    type: Type
    attrs: tuple[Any, ...] | None = None
    requirements: tuple[Requirement, ...] = ()


def array_type(dtype: Any, shape: Any) -> ArrayType:
    """The array type with this dtype and shape, both checked; sizes are ints, names or size expressions."""
    return ArrayType(as_dtype(dtype), as_shape(shape))


def as_dtype(dtype: Any) -> DType:
    """The NumPy dtype, in native byte order, that `dtype` names.

    Raises `DtypeError` where it is none of the thirteen of the Array API standard.
    """
    try:
        found = np.dtype(dtype).newbyteorder("=")
    except TypeError:
        found = None
    if found is None or found not in _DTYPES:
        raise DtypeError(
            f"{dtype!r} is not a dtype that symdiff computes with",
            advice=f"use one of {', '.join(sorted(str(known) for known in _DTYPES))}",
        )
    return found


def check_device(device: Any) -> None:
    """Complain of a device that isn't there: everything is computed on the CPU."""
    if device not in (None, "cpu"):
        raise UnsupportedError(f"there is no device {device!r}", advice='everything is computed on the "cpu"')


def as_dim(dim: Any) -> Dim:
    """A size from an int, a `Size` or the text of one."""
    if isinstance(dim, Size):
        return dim
    if isinstance(dim, str):
        return size(dim)
    try:
        number = int(dim.__index__())
    except (AttributeError, TypeError):
        raise ShapeError(
            f"{dim!r} is not a size", advice="a size is an int, a name, or an expression of names"
        ) from None
    if isinstance(dim, bool) or number < 0:
        raise ShapeError(f"{dim!r} is not a size", advice="a size is an integer of at least 0")
    return number


def as_shape(shape: Any) -> Shape:
    """A shape from a tuple or list of sizes, or from one size."""
    if isinstance(shape, (str, Size)) or not hasattr(shape, "__iter__"):
        return (as_dim(shape),)
    return tuple(as_dim(dim) for dim in shape)


def shape_text(shape: Shape) -> str:
    """A shape as Python writes a tuple, with sizes by name."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def is_differentiable(dtype: DType) -> bool:
    """Whether values of this dtype can carry a derivative: floats and complex numbers do."""
    return dtype.kind in "fc"


@lru_cache(maxsize=4096)
def common_dtype(*dtypes: DType | Weak) -> DType:
    """The dtype NumPy promotes these to; Python's own number types are weak.

    >>> common_dtype(np.dtype("float32"), float), common_dtype(int, float)
    (dtype('float32'), dtype('float64'))
    """
    if all(isinstance(dtype, type) for dtype in dtypes):
        return np.result_type(*(np.dtype(dtype) for dtype in dtypes))
    return np.result_type(*(dtype(0) if isinstance(dtype, type) else dtype for dtype in dtypes))


@lru_cache(maxsize=4096)
def floating_dtype(*dtypes: DType | Weak) -> DType:
    """The common dtype, or float64 where that is an integer or a boolean one."""
    common = common_dtype(*dtypes)
    return common if is_differentiable(common) else FLOAT


def broadcast(*shapes: Shape) -> Shape:
    """The shape these broadcast to; only the literal 1 stretches, names must agree.

    >>> broadcast((size("n"), 1), (4,))
    (n, 4)

    Raises `ShapeError` where two sizes of one axis differ.
    """
    result: list[Dim] = [1] * max(map(len, shapes), default=0)
    for shape in shapes:
        for axis, dim in enumerate(shape, start=len(result) - len(shape)):
            if result[axis] == 1:
                result[axis] = dim
            elif dim != 1 and dim != result[axis]:
                raise ShapeError(
                    f"sizes {result[axis]} and {dim} of axis {axis} can't be broadcast together",
                    advice="equal sizes, or an axis of size 1, broadcast; reshape or expand_dims aligns axes",
                )
    return tuple(result)


def normalise_axis(axis: Any, ndim: int) -> int:
    """An axis counted from the front; raises `ShapeError` where there is no such axis."""
    try:
        index = axis.__index__()
    except AttributeError:
        raise ShapeError(f"axis {axis!r} is not an integer", advice="give an int, or a tuple of ints") from None
    if not -ndim <= index < ndim:
        raise ShapeError(f"there is no axis {index} in {ndim} dimensions", advice=_axis_advice(ndim))
    return int(index % ndim)


def normalise_axes(axes: Any, ndim: int) -> tuple[int, ...]:
    """A sorted tuple of distinct axes; None stands for all."""
    if axes is None:
        return tuple(range(ndim))
    each = axes if isinstance(axes, tuple) else (axes,)
    found = sorted(normalise_axis(axis, ndim) for axis in each)
    if len(set(found)) != len(found):
        raise ShapeError(f"an axis is named twice in {axes}", advice=_axis_advice(ndim))
    return tuple(found)


def _axis_advice(ndim: int) -> str:
    return f"axes run from 0 to {ndim - 1}, or from -{ndim} to -1" if ndim else "a scalar has no axes"


def at_least(left: Dim, right: Dim) -> tuple[Requirement, ...]:
    """The requirement `left >= right`, or none where it holds whatever the names stand for.

    >>> [str(each) for each in at_least(size("n") - 1, 2)], at_least(size("n"), 0)
    (['n >= 3'], ())
    """
    excess = left - right
    if is_nonnegative(excess):
        return ()
    if isinstance(excess, int):
        return (Requirement(left, ">=", right),)
    constant = evaluate(excess, dict.fromkeys(names_in(excess), 0))
    return (Requirement(excess - constant, ">=", -constant),)


SizeValues: TypeAlias = Mapping[str, int]
