"""Complex numbers: their parts and their conjugate, whose derivatives follow one convention.

For a real target L and z = x + iy the cotangent of z is dL/dx - i dL/dy, so that dL = Re(g dz). Holomorphic
functions then have the plain rule g f'(z), and linear ones the plain transpose, without conjugation; only what
is here, and what is written in it, tells a number from its conjugate.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from symdiff.errors import DtypeError
from symdiff.op import Expression, Sample, graph_of, keep
from symdiff.ops.family import fit, linear, operands
from symdiff.types import ArrayType, DType, Inferred

NUMBERS: Final = [
    operands(Sample(-2, 2, (3,), "complex128")),
    operands(Sample(-2, 2, (2, 3), "complex64")),
]


def real_part(dtype: DType) -> DType:
    """The dtype of a complex number's parts; a real dtype itself.

    >>> real_part(np.dtype("complex64"))
    dtype('float32')
    """
    return np.dtype(f"f{dtype.itemsize // 2}") if dtype.kind == "c" else dtype


def _check_complex(x: ArrayType) -> None:
    if x.dtype.kind != "c":
        raise DtypeError(f"{x.dtype} has no imaginary part", advice='cast it first: x.astype("complex128")')


def _complex_type(x: ArrayType) -> Inferred:
    _check_complex(x)
    return Inferred(x)


def _part_type(x: ArrayType) -> Inferred:
    _check_complex(x)
    return Inferred(ArrayType(real_part(x.dtype), x.shape))


def real_kernel(x: Any) -> Any:
    """The real part."""
    return x.real


def imag_kernel(x: Any) -> Any:
    """The imaginary part."""
    return x.imag


def _imag_transpose(g: Expression, y: Expression, x: Expression) -> Expression:
    return g if g.dtype.kind == "b" else fit(g, x.dtype) * -1j


real_op = linear(
    "real", real_kernel, source="{0}.real", promote=keep, infer=_part_type, elementwise=True,
    carries_mask=True, is_view=True, flops=0,
    transpose=[lambda g, y, x: g if g.dtype.kind == "b" else fit(g, x.dtype)],
    samples=NUMBERS, law="d Re(z) = Re(dz)", doc="The real part, elementwise.",
)  # fmt: skip

imag_op = linear(
    "imag", imag_kernel, source="{0}.imag", promote=keep, infer=_part_type, elementwise=True,
    carries_mask=True, is_view=True, flops=0,
    transpose=[_imag_transpose],
    samples=NUMBERS, law="d Im(z) = Im(dz) = Re(-i dz)", doc="The imaginary part, elementwise.",
)  # fmt: skip

conj_op = linear(
    "conj", np.conj, source="np.conj({0})", promote=keep, infer=_complex_type, elementwise=True,
    carries_mask=True,
    transpose=[lambda g, y, x: conj(g)],
    samples=NUMBERS, law="d conj(z) = conj(dz)", doc="The complex conjugate, elementwise.",
)  # fmt: skip

COMPLEXES = (real_op, imag_op, conj_op)


def _array(x: Any) -> Any:
    graph = graph_of([x])
    return np.asarray(x) if graph is None else graph.lift(x)


def real(x: Any, /) -> Any:
    """The real part of x, elementwise: of a complex dtype's own precision; real numbers as they are.

    >>> import symdiff as sd
    >>> from symdiff.ops.complexes import real
    >>> z = sd.Graph().input("z", dtype="complex64")
    >>> real(z).dtype
    dtype('float32')
    """
    x = _array(x)
    return real_op(x) if x.dtype.kind == "c" else x


def imag(x: Any, /) -> Any:
    """The imaginary part of x, elementwise: of a complex dtype's own precision; 0 for real numbers."""
    x = _array(x)
    if x.dtype.kind == "c":
        return imag_op(x)
    return np.zeros_like(x) if graph_of([x]) is None else x.graph.zeros(x.type)


def conj(x: Any, /) -> Any:
    """The complex conjugate of x, elementwise; real numbers as they are.

    The derivative of a real target by z is given as dL/dx - i dL/dy, so the direction in which it grows is the
    gradient's conjugate.

    >>> import symdiff as sd
    >>> from symdiff.ops.complexes import conj, real
    >>> z = sd.Graph().input("z", dtype="complex128")
    >>> sd.grad(real(z * conj(z)), z).eval({z: 1 + 2j})
    np.complex128(2-4j)
    """
    x = _array(x)
    return conj_op(x) if x.dtype.kind == "c" else x


def adjoint(x: Any) -> Any:
    """The conjugate transpose of an expression's matrices."""
    return conj(x.mT)


def angle(x: Any, /, deg: bool = False) -> Any:
    """The angle of x from the positive real axis, elementwise, in (-pi, pi]; with `deg` in degrees.

    d arg(z) = Im(dz / z). Integers give float64.

    >>> import symdiff as sd
    >>> from symdiff.ops.complexes import angle
    >>> z = sd.Graph().input("z", dtype="complex128")
    >>> float(angle(z).eval({z: -1j}) * 2)
    -3.141592653589793
    """
    x = _array(x)
    if graph_of([x]) is None:
        return np.angle(x, deg)
    found = x.graph.ops.atan2(imag(x), real(x))
    return found * (180 / np.pi) if deg else found
