"""The standard's dtypes, constants and functions of dtypes, and what it asks of a namespace about itself."""

from __future__ import annotations

import builtins
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import ArgumentError, DtypeError
from symdiff.op import compute, freeze, graph_of
from symdiff.ops.shape import astype as astype_op
from symdiff.types import DType, as_dtype, check_device, common_dtype

bool: Final = np.dtype("bool")
int8: Final = np.dtype("int8")
int16: Final = np.dtype("int16")
int32: Final = np.dtype("int32")
int64: Final = np.dtype("int64")
uint8: Final = np.dtype("uint8")
uint16: Final = np.dtype("uint16")
uint32: Final = np.dtype("uint32")
uint64: Final = np.dtype("uint64")
float32: Final = np.dtype("float32")
float64: Final = np.dtype("float64")
complex64: Final = np.dtype("complex64")
complex128: Final = np.dtype("complex128")
e: Final = math.e
inf: Final = math.inf
nan: Final = math.nan
newaxis: Final = None
pi: Final = math.pi

DTYPES: Final[Mapping[str, DType]] = {
    each.name: each
    for each in (
        bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64, complex64, complex128,
    )
}  # fmt: skip
CONSTANTS: Final[Mapping[str, Any]] = {"e": e, "inf": inf, "nan": nan, "newaxis": newaxis, "pi": pi}
WEAK: Final = (builtins.bool, int, float, complex)


class FloatInfo(NamedTuple):
    """What is known of a floating-point dtype; of a complex one, of its parts."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    dtype: DType


class IntegerInfo(NamedTuple):
    """What is known of an integer dtype."""

    bits: int
    max: int
    min: int
    dtype: DType


def _dtype_of(x: Any) -> DType:
    return x.dtype if hasattr(x, "shape") and hasattr(x, "dtype") else as_dtype(x)


def astype(x: Any, dtype: Any, /, *, copy: builtins.bool = True, device: Any = None) -> Any:
    """x cast to another dtype; x itself if it has it. `copy` makes no difference, since nothing is written into.

    Raises `DtypeError` where a complex number would lose its imaginary part.

    >>> import symdiff as sd
    >>> from symdiff.ops.dtypes import astype, float32
    >>> astype(sd.Graph().input("x", (3,)), float32).dtype
    dtype('float32')
    """
    check_device(device)
    graph = graph_of([x])
    if graph is None:
        return compute(astype_op, [np.asarray(x)], (freeze(as_dtype(dtype)),))
    try:
        known = as_dtype(dtype) == x.dtype
    except DtypeError:
        known = False  # the op says so, with its operand
    return x if known else graph.apply(astype_op, (x, dtype), {})


def can_cast(from_: Any, to: Any, /) -> builtins.bool:
    """Whether a dtype, or an array's, casts to another without losing anything by NumPy's safe rules.

    >>> can_cast(int8, int16), can_cast(float64, float32)
    (True, False)
    """
    return np.can_cast(_dtype_of(from_), _dtype_of(to))


def finfo(type: Any, /) -> FloatInfo:
    """The limits of a floating-point dtype, or of an array's.

    >>> finfo(complex64).bits, finfo(float64).eps
    (32, 2.220446049250313e-16)
    """
    dtype = _dtype_of(type)
    if dtype.kind not in "fc":
        raise DtypeError(f"{dtype} is not a floating-point dtype", advice="iinfo tells of integers")
    found = np.finfo(dtype)
    eps, high, low, smallest = (float(each) for each in (found.eps, found.max, found.min, found.smallest_normal))
    return FloatInfo(found.bits, eps, high, low, smallest, as_dtype(found.dtype))


def iinfo(type: Any, /) -> IntegerInfo:
    """The limits of an integer dtype, or of an array's.

    >>> iinfo(int8).max
    127
    """
    dtype = _dtype_of(type)
    if dtype.kind not in "iu":
        raise DtypeError(f"{dtype} is not an integer dtype", advice="finfo tells of floats")
    found = np.iinfo(dtype)
    return IntegerInfo(found.bits, int(found.max), int(found.min), dtype)


def isdtype(dtype: Any, kind: Any) -> builtins.bool:
    """Whether a dtype is another, or of a kind: "bool", "signed integer", "unsigned integer", "integral",
    "real floating", "complex floating", "numeric"; or any of a tuple of these.

    >>> isdtype(float32, "real floating"), isdtype(float32, ("integral", int8))
    (True, False)
    """
    try:
        return np.isdtype(as_dtype(dtype), kind)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"{kind!r} is neither a dtype nor a kind of dtypes", advice='such as "numeric", or a tuple of them'
        ) from None


def result_type(*arrays_and_dtypes: Any) -> DType:
    """The dtype that operands of these promote to: expressions, arrays, dtypes, and Python numbers, which are weak.

    >>> import symdiff as sd
    >>> result_type(sd.Graph().input("x", dtype="float32"), int8, 1.0)
    dtype('float32')
    """
    if not arrays_and_dtypes:
        raise ArgumentError("result_type of nothing", advice="give at least one array or dtype")
    return common_dtype(*(type(each) if type(each) in WEAK else _dtype_of(each) for each in arrays_and_dtypes))


class NamespaceInfo:
    """What `__array_namespace_info__()` gives: capabilities, devices and dtypes, by the standard's methods."""

    def capabilities(self) -> dict[str, Any]:
        """What depends on values isn't there, since shapes of a static graph are known when it is built."""
        return {"boolean indexing": False, "data-dependent shapes": False, "max dimensions": 64}

    def default_device(self) -> str:
        """The only one."""
        return "cpu"

    def devices(self) -> Sequence[str]:
        """The only one."""
        return ["cpu"]

    def default_dtypes(self, *, device: Any = None) -> dict[str, DType]:
        """The dtypes that numbers get which have none."""
        check_device(device)
        return {"real floating": float64, "complex floating": complex128, "integral": int64, "indexing": int64}

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, DType]:
        """The dtypes by name; with `kind`, those of a kind, or of one of several."""
        check_device(device)
        return {name: each for name, each in DTYPES.items() if kind is None or isdtype(each, kind)}


def __array_namespace_info__() -> NamespaceInfo:  # noqa: N807 - the standard's name
    """What can be asked about the namespace: its capabilities, devices and dtypes."""
    return NamespaceInfo()
