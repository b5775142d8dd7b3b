"""Linear algebra against 50 digits: values and derivatives of small matrices within some tens of units of rounding.

What is compared is |found - true| in the largest element against eps |true|, along one direction in each mode.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import mpmath as mp
import numpy as np
import pytest

import symdiff as sd
from symdiff import linalg
from tests.values import run

DIGITS: Final = 50
WITHIN: Final = 40
"""How many eps a value or a derivative may be off, for matrices whose condition is below 20."""
RNG: Final = np.random.default_rng(5)
GENERAL: Final = np.round(RNG.uniform(-1, 1, (3, 3)) + np.diag([2.0, 3.0, 4.0]), 3)
SYMMETRIC: Final = np.round((GENERAL + GENERAL.T) / 2, 3)
TALL: Final = np.round(RNG.uniform(-1, 1, (4, 2)) + np.eye(4, 2) * [2, 3], 3)
TURNED: Final = GENERAL + 1j * np.round(RNG.uniform(-1, 1, (3, 3)), 3)
HERMITIAN: Final = (TURNED + TURNED.conj().T) / 2


class Row(NamedTuple):
    """A function of symdiff, the same one of mpmath's matrices, where they are compared, and how far off one may be."""

    function: Callable[[Any], Any]
    reference: Callable[[Any], Any]
    value: Any
    within: float = WITHIN


def projection(v: Any) -> Any:
    """The first vector's v v^H."""
    return v[:, :1] @ sd.conj(v[:, :1].mT)


def exact_projection(v: Any) -> Any:
    column = v[:, 0] / mp.norm(v[:, 0])
    return column * column.H


def sorted_eigen(a: Any) -> Any:
    """mpmath's eigenvectors of a general matrix, in the order of NumPy's eigenvalues."""
    values, vectors = mp.eig(a)
    wanted = np.linalg.eigvals(plain(a))[0]
    first = min(range(len(values)), key=lambda i: abs(complex(values[i]) - wanted))
    return values[first], vectors[:, first]


def positive_qr(a: Any) -> tuple[Any, Any]:
    """Q and R with the signs of LAPACK's, which are those of NumPy."""
    q, r = mp.qr(a, mode="skinny")
    signs = np.sign(np.diagonal(np.linalg.qr(plain(a))[1]).real)
    for i, sign in enumerate(signs):
        turn = mp.mpf(float(sign)) * abs(r[i, i]) / r[i, i]
        for j in range(r.cols):
            r[i, j] *= turn
        for j in range(q.rows):
            q[j, i] /= turn
    return q, r


def plain(a: Any) -> Any:
    found = np.array([[complex(each) for each in row] for row in a.tolist()])
    return found if found.imag.any() else found.real


def pseudoinverse(a: Any) -> Any:
    return mp.inverse(a.H * a) * a.H


def log_det(a: Any) -> Any:
    return mp.log(abs(mp.det(a)))


ROWS: Final[dict[str, Row]] = {
    "solve": Row(lambda x: linalg.solve(x, x[0]), lambda a: mp.lu_solve(a, a[0, :].T), GENERAL),
    "inv": Row(linalg.inv, mp.inverse, GENERAL),
    "inv, complex": Row(linalg.inv, mp.inverse, TURNED),
    "det": Row(linalg.det, mp.det, GENERAL),
    "det, complex": Row(linalg.det, mp.det, TURNED),
    "logabsdet": Row(lambda x: linalg.slogdet(x).logabsdet, log_det, GENERAL),
    "logabsdet, complex": Row(lambda x: linalg.slogdet(x).logabsdet, log_det, TURNED),
    "cholesky": Row(linalg.cholesky, mp.cholesky, SYMMETRIC),
    "cholesky, complex": Row(linalg.cholesky, mp.cholesky, HERMITIAN),
    "eigvalsh": Row(linalg.eigvalsh, lambda a: mp.eigsy(a, eigvals_only=True), SYMMETRIC),
    "eigvalsh, complex": Row(linalg.eigvalsh, lambda a: mp.eighe(a, eigvals_only=True), HERMITIAN),
    "eigenvectors": Row(lambda x: projection(linalg.eigh(x)[1]), lambda a: exact_projection(mp.eigsy(a)[1]), SYMMETRIC),
    "eigenvectors, complex": Row(
        lambda x: projection(linalg.eigh(x)[1]), lambda a: exact_projection(mp.eighe(a)[1]), HERMITIAN
    ),
    "eig": Row(lambda x: linalg.eigvals(x)[0], lambda a: sorted_eigen(a)[0], TURNED),
    "eig, vectors": Row(
        lambda x: projection(linalg.eig(x)[1]), lambda a: exact_projection(sorted_eigen(a)[1]), TURNED
    ),
    "svdvals": Row(linalg.svdvals, lambda a: mp.svd(a, compute_uv=False), TALL),
    "svdvals, complex": Row(linalg.svdvals, lambda a: mp.svd(a, compute_uv=False), TURNED),
    "svd": Row(
        lambda x: projection(linalg.svd(x, full_matrices=False)[0]), lambda a: exact_projection(mp.svd(a)[0]), TALL
    ),
    "svd, complex": Row(lambda x: projection(linalg.svd(x)[0]), lambda a: exact_projection(mp.svd(a)[0]), TURNED),
    "qr, Q": Row(lambda x: linalg.qr(x).Q, lambda a: positive_qr(a)[0], TALL),
    "qr, R": Row(lambda x: linalg.qr(x).R, lambda a: positive_qr(a)[1], TURNED),
    "pinv": Row(linalg.pinv, pseudoinverse, TALL),
    "pinv, complex": Row(linalg.pinv, pseudoinverse, TURNED, 80),
    "lstsq": Row(
        lambda x: linalg.lstsq(x, [1.0, 2.0, 3.0, 4.0]).x, lambda a: pseudoinverse(a) * mp.matrix([1, 2, 3, 4]), TALL
    ),
    "matrix_power": Row(lambda x: linalg.matrix_power(x, -3), lambda a: a**-3, GENERAL),
    "expm": Row(linalg.expm, mp.expm, GENERAL),
    "expm, complex": Row(linalg.expm, mp.expm, TURNED),
    "expm, wide": Row(linalg.expm, mp.expm, 8 * GENERAL, 400),
    "expm, far from normal": Row(linalg.expm, mp.expm, np.array([[1.0, 1e6], [1e-7, -1.0]]), 400),
    "expm, of huge negatives": Row(linalg.expm, mp.expm, np.diag([1.0, -500.0]), 200),
    "expm, tiny": Row(linalg.expm, mp.expm, 1e-9 * GENERAL),
    "sqrtm": Row(linalg.sqrtm, mp.sqrtm, GENERAL),
    "sqrtm, complex": Row(linalg.sqrtm, mp.sqrtm, TURNED),
    "logm": Row(linalg.logm, mp.logm, GENERAL, 100),
    "logm, complex": Row(linalg.logm, mp.logm, TURNED, 100),
}  # fmt: skip


def exactly(x: Any) -> Any:
    """An mpmath result as an array."""
    values = x.tolist() if isinstance(x, mp.matrix) else [x]
    return np.array(values, dtype=object)


def off(found: Any, true: Any, dtype: str) -> float:
    """How many eps of the largest element the largest error is."""
    found = np.asarray(found)
    true = true.reshape(found.shape)
    error = max(abs(mp.mpmathify(complex(a)) - b) for a, b in zip(found.ravel(), true.ravel(), strict=True))
    return float(error / max(abs(each) for each in true.ravel()) / float(np.finfo(dtype).eps))


def direction_of(value: Any) -> Any:
    """A direction in which the matrix may move: of its kind, complex or symmetric."""
    rng = np.random.default_rng(3)
    found = rng.uniform(-1, 1, value.shape) + (1j * rng.uniform(-1, 1, value.shape) if value.dtype.kind == "c" else 0)
    if value.shape[0] == value.shape[1] and np.array_equal(value, value.conj().T):
        found = found + found.conj().T
    return found.astype(value.dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ROWS)
def test_against_50_digits(name: str, dtype: str) -> None:
    """The value, the tangent, and what the gradient says of the same direction."""
    row = ROWS[name]
    kind = np.result_type(dtype, np.complex64) if row.value.dtype.kind == "c" else np.dtype(dtype)
    value, direction = row.value.astype(kind), direction_of(row.value).astype(kind)
    x = sd.Graph().input("x", value.shape, kind)
    y = row.function(x)
    weight = np.asarray(np.random.default_rng(4).uniform(0.5, 1.5, y.shape), dtype)
    target = sd.sum(sd.real(y) * weight)
    found, tangent, gradient = run([x], [y, sd.jvp(y, x, direction), sd.grad(target, x)], [value])
    with mp.workdps(DIGITS + 15):
        a, e, step = mp.matrix(value.tolist()), mp.matrix(direction.tolist()), mp.mpf(10) ** -25
        true = exactly(row.reference(a))
        slope = (exactly(row.reference(a + step * e)) - exactly(row.reference(a - step * e))) / (2 * step)
        assert off(found, true, dtype) < row.within
        assert off(tangent, slope, dtype) < row.within
        wanted = sum(mp.re(s) * float(w) for s, w in zip(slope.ravel(), weight.ravel(), strict=True))
        scale = sum(abs(s) * float(w) for s, w in zip(slope.ravel(), weight.ravel(), strict=True))
        pulled = np.sum(gradient.astype(complex) * direction).real
        assert abs(pulled - wanted) / scale < row.within * np.finfo(dtype).eps
