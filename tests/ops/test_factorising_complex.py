"""Factorisations of complex matrices, and eigenvectors of real ones: derivatives by both parts against differences.

Vectors are determined up to a factor of size 1, so what is tested doesn't depend on it: projections, reconstructions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff import linalg
from symdiff.ops.complexes import adjoint
from tests.ops.test_complex import check

RNG: Final = np.random.default_rng(11)


def drawn(*shape: int) -> Any:
    """Complex numbers, both parts in [-1, 1)."""
    return RNG.uniform(-1, 1, shape) + 1j * RNG.uniform(-1, 1, shape)


SQUARE: Final = drawn(3, 3) + np.diag([1.0, 3.0, 6.0])
STACK: Final = drawn(2, 3, 3) + np.diag([1.0, 3.0, 6.0])
TALL: Final = drawn(2, 4, 2) + np.eye(4, 2) * [2.0, 5.0]
WIDE: Final = drawn(2, 4) + np.eye(2, 4) * [[2.0], [5.0]]
REAL: Final = STACK.real
TURNING: Final = REAL + np.array([[0, 7, 0], [-7, 0, 0], [0, 0, 0.0]])
DEFINITE: Final = STACK @ np.conj(np.swapaxes(STACK, -1, -2)) + np.eye(3)


def projections(v: Any) -> Any:
    """The matrix v v^H of each column: (..., vector, row, column)."""
    columns = v.mT
    return columns[..., :, None] * sd.conj(columns)[..., None, :]


def pairs(x: Any) -> Any:
    """u v^H of each pair of singular vectors, which a common factor leaves as it is."""
    u, _, vh = linalg.svd(x, full_matrices=False)
    return u.mT[..., :, None] * vh[..., None, :]


def spectral(x: Any) -> Any:
    w, v = linalg.eigh(x)
    return (v * sd.expand_dims(sd.sin(w), -2)) @ adjoint(v)


CASES: Final[list[tuple[str, Callable[..., Any], Any]]] = [
    ("cholesky", linalg.cholesky, DEFINITE),
    ("cholesky, upper", lambda x: linalg.cholesky(x, upper=True), DEFINITE),
    ("eigh, values", lambda x: linalg.eigh(x).eigenvalues, STACK),
    ("eigh, vectors", lambda x: projections(linalg.eigh(x).eigenvectors), STACK),
    ("eigh, vectors, upper", lambda x: projections(linalg.eigh(x, "U").eigenvectors), SQUARE),
    ("eigh, a function", spectral, STACK),
    ("eigh, of a Hermitian form", lambda x: spectral(x @ adjoint(x)), SQUARE),
    ("eigvalsh", linalg.eigvalsh, STACK),
    ("eigvalsh, upper", lambda x: linalg.eigvalsh(x, "U"), STACK),
    ("svd, square", pairs, SQUARE),
    ("svd, tall", pairs, TALL),
    ("svd, wide", pairs, WIDE),
    ("svd, left", lambda x: projections(linalg.svd(x, full_matrices=False).U), TALL),
    ("svd, right", lambda x: projections(linalg.svd(x, full_matrices=False).Vh.mT), WIDE),
    ("svd, values", lambda x: linalg.svd(x, full_matrices=False).S, TALL),
    ("svdvals", linalg.svdvals, WIDE),
    ("qr, Q", lambda x: linalg.qr(x).Q, TALL),
    ("qr, R", lambda x: linalg.qr(x).R, TALL),
    ("qr, square", lambda x: linalg.qr(x).Q, SQUARE),
    ("qr, wide", lambda x: linalg.qr(x).R, WIDE),
    ("pinv, tall", linalg.pinv, TALL),
    ("pinv, wide", linalg.pinv, WIDE),
    ("pinv, of rank 1", lambda x: linalg.pinv(x[..., :, :1] @ x[..., :1, :], rtol=1e-9), SQUARE),
    ("slogdet, sign", lambda x: linalg.slogdet(x).sign, STACK),
    ("slogdet, logarithm", lambda x: linalg.slogdet(x).logabsdet, STACK),
    ("eig, values", lambda x: linalg.eig(x).eigenvalues, STACK),
    ("eig, vectors", lambda x: projections(linalg.eig(x).eigenvectors), STACK),
    ("eig, vectors of real matrices", lambda x: projections(linalg.eig(x).eigenvectors), REAL),
    ("eig, values of turning ones", lambda x: linalg.eig(x).eigenvalues, TURNING),
    ("eig, vectors of turning ones", lambda x: projections(linalg.eig(x).eigenvectors), TURNING),
    ("eigvals", linalg.eigvals, STACK),
    ("eigvals, of turning ones", linalg.eigvals, TURNING),
    ("inv", linalg.inv, STACK),
    ("det", linalg.det, STACK),
    ("matrix_power", lambda x: linalg.matrix_power(x, -3), SQUARE),
    ("expm", linalg.expm, drawn(3, 3)),
    *[(f"matrix_norm {each}", lambda x, each=each: linalg.matrix_norm(x, ord=each), TALL)
      for each in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)],
    *[(f"vector_norm {each}", lambda x, each=each: linalg.vector_norm(x, ord=each, axis=-1), SQUARE)
      for each in (1, 2, 3, 0.5, np.inf, -np.inf)],
]  # fmt: skip


@pytest.mark.parametrize(("function", "value"), [pytest.param(*row[1:], id=row[0]) for row in CASES])
def test_derivatives(function: Callable[..., Any], value: Any) -> None:
    """Both modes agree with differences in the real and the imaginary parts, to second order."""
    check(function, [value])
