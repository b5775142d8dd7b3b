"""NumPy's linear algebra where its arguments or meanings differ from the standard's: what `np.linalg` calls become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.ops.arranging import diagonal, trace
from symdiff.ops.complexes import conj
from symdiff.ops.functions import moveaxis
from symdiff.ops.orthogonal import qr
from symdiff.ops.products import cross, vecdot
from symdiff.ops.pseudoinverse import matrix_rank, pinv
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import as_arrays, asarray, expand_dims
from symdiff.ops.singular import svd, svdvals_op
from symdiff.ops.triangles import mirror


def _diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return diagonal(x, offset, -2, -1)


def _trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return trace(x, offset, -2, -1, dtype)


def _whole(x: Any, hermitian: bool) -> Any:
    """The Hermitian matrix whose lower triangle NumPy reads where it is told that a matrix is such."""
    return mirror(x) if hermitian else x


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    a = _whole(a, hermitian)
    return svd(a, full_matrices=full_matrices) if compute_uv else svdvals_op(a)


def _qr(a: Any, mode: str = "reduced") -> Any:
    return qr(a).R if mode == "r" else qr(a, mode=mode)


def _pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    return pinv(_whole(a, hermitian), rtol=rcond if rtol is None else rtol)


def _matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    x = _whole(A, hermitian)
    if tol is None:
        return matrix_rank(x, rtol=rtol)
    return total(svdvals_op(x) > expand_dims(asarray(tol), -1), axis=-1)


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = as_arrays(a, b)
    return moveaxis(cross(moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)), -1, axisc)


def _vdot(a: Any, b: Any) -> Any:
    a, b = as_arrays(a, b)
    return vecdot(a.reshape(-1), b.reshape(-1))


def _matvec(a: Any, x: Any) -> Any:
    return (asarray(a) @ expand_dims(asarray(x), -1))[..., 0]


def _vecmat(x: Any, a: Any) -> Any:
    return (expand_dims(conj(asarray(x)), -2) @ asarray(a))[..., 0, :]


LINALG: Final[Mapping[Callable[..., Any], Callable[..., Any]]] = MappingProxyType(
    {
        np.linalg.diagonal: _diagonal, np.linalg.trace: _trace, np.linalg.svd: _svd, np.linalg.qr: _qr,
        np.linalg.pinv: _pinv, np.linalg.matrix_rank: _matrix_rank, np.cross: _cross, np.vdot: _vdot,
        np.matvec: _matvec, np.vecmat: _vecmat,
    }
)  # fmt: skip
"""By NumPy's function; all others of `np.linalg` are found by their names."""
