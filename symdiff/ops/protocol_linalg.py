"""NumPy's linear algebra where its arguments or meanings differ from the standard's: what `np.linalg` calls become."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.ops.arranging import diagonal, trace
from symdiff.ops.singular import matrix_rank, pinv, qr, svd, svdvals_op


def _diagonal(x: Any, /, *, offset: int = 0) -> Any:
    return diagonal(x, offset, -2, -1)


def _trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    return trace(x, offset, -2, -1, dtype)


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    return svd(a, full_matrices=full_matrices) if compute_uv else svdvals_op(a)


def _qr(a: Any, mode: str = "reduced") -> Any:
    return qr(a).R if mode == "r" else qr(a, mode=mode)


def _pinv(a: Any, rcond: Any = None, *, rtol: Any = None) -> Any:
    return pinv(a, rtol=rcond if rtol is None else rtol)


def _matrix_rank(A: Any, *, rtol: Any = None) -> Any:
    return matrix_rank(A, rtol=rtol)


LINALG: Final[Mapping[Callable[..., Any], Callable[..., Any]]] = MappingProxyType(
    {
        np.linalg.diagonal: _diagonal, np.linalg.trace: _trace, np.linalg.svd: _svd, np.linalg.qr: _qr,
        np.linalg.pinv: _pinv, np.linalg.matrix_rank: _matrix_rank,
    }
)  # fmt: skip
"""By NumPy's function; all others of `np.linalg` are found by their names."""
