"""The exponential, the square root and the logarithm of square matrices, with derivatives of every order.

The derivative of f at A in the direction E is the upper right block of f([[A, E], [0, A]]), and the next one that of
this matrix again (Higham, "Functions of Matrices", 2008, 3.2; Higham & Relton, "Higher order Frechet derivatives of
matrix functions", 2014). So it is right for equal eigenvalues too, and where there are no eigenvectors. Each op takes
the directions behind its matrix; tr(g^T f'(A) E) = tr(f'(A^T)(g)^T E) gives the cotangents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from symdiff.errors import ShapeError
from symdiff.op import Case, Cotangent, Expression, Op, Sample, to_floating
from symdiff.ops.family import total, uniform
from symdiff.ops.shape import asarray
from symdiff.ops.solving import dominant
from symdiff.ops.triangles import square
from symdiff.sizes import product
from symdiff.types import ArrayType, Inferred, shape_text


def nested(x: Any, *directions: Any) -> Any:
    """[[X, E], [0, X]] for each direction in turn, each made as large as x by a power of 2; and what undoes that."""
    undo = np.ones((1, 1), x.real.dtype)
    size = np.abs(x).sum(axis=-1).max(axis=-1, initial=0)[..., None, None]
    for i, each in enumerate(directions):
        largest = np.abs(each).sum(axis=-1).max(axis=-1, initial=0)[..., None, None]
        regular = (size > 0) & (largest > 0) & np.isfinite(size) & np.isfinite(largest)
        ratio = np.exp2(np.round(np.log2(np.where(regular, largest, 1)) - np.log2(np.where(regular, size, 1))))
        undo = (undo * ratio).astype(undo.dtype)
        unit = np.kron(np.eye(2**i, dtype=x.dtype), each / ratio)
        x = np.concatenate(
            [np.concatenate([x, unit], axis=-1), np.concatenate([np.zeros_like(x), x], axis=-1)], axis=-2
        ).astype(x.dtype)
    return x, undo


def halvings(x: Any) -> Any:
    """How often x is halved before exponential's approximant: Al-Mohy & Higham (2009), algorithm 5.1.

    What counts is |x^k|^(1/k), which may be far below |x|; |x|^27 bounds the error of what that leaves out.
    """
    x = x.astype(np.result_type(x, np.float64))
    size = np.abs(x).sum(axis=-2).max(axis=-1, initial=0)
    size = np.where(np.isfinite(size) & (size > 0), size, 1)[..., None, None]
    x = x / size
    x2 = x @ x
    power, roots = x2, []
    for k in (4, 6, 8, 10):
        power = power @ x2
        roots.append(np.abs(power).sum(axis=-2).max(axis=-1, initial=0)[..., None, None] ** (1 / k))
    least = np.minimum.reduce([np.maximum(roots[i], roots[i + 1]) for i in range(3)])
    least = np.where(np.isfinite(least), least, 0)
    steps = np.maximum(np.ceil(np.log2(np.maximum(least * size, 1) / 4.25)), 0)
    grown, error = np.ones((*x.shape[:-1], 1)), 53 - np.log2(1.1325e35) + 26 * (np.log2(size) - steps)
    for _ in range(27):
        grown = np.swapaxes(np.abs(x), -1, -2) @ grown
        largest = np.maximum(grown.max(axis=-2, keepdims=True, initial=0), 1e-300)
        grown, error = grown / largest, error + np.log2(largest)
    return steps + np.maximum(np.ceil(np.where(np.isfinite(error), error, 0) / 26), 0)


def exponential(x: Any, *directions: Any) -> Any:
    """The exponential, or its derivative: by scaling, the Pade approximant of degree 13, and squaring."""
    length = x.shape[-1]
    x, undo = nested(x, *directions)
    steps = halvings(x)
    x = x / (2**steps).astype(undo.dtype)
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    b = [64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600,
         670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1]  # fmt: skip
    b = [each / b[0] for each in b]
    x2 = x @ x
    x4 = x2 @ x2
    x6 = x4 @ x2
    odd = x @ (x6 @ (b[13] * x6 + b[11] * x4 + b[9] * x2) + b[7] * x6 + b[5] * x4 + b[3] * x2 + b[1] * eye)
    even = x6 @ (b[12] * x6 + b[10] * x4 + b[8] * x2) + b[6] * x6 + b[4] * x4 + b[2] * x2 + b[0] * eye
    found = np.linalg.solve(even - odd, even + odd)
    for step in range(int(steps.max(initial=0))):
        found = np.where(steps > step, found @ found, found)
    return found[..., :length, -length:] * undo


def square_root(x: Any, *directions: Any) -> Any:
    """The principal square root, or its derivative: by the scaled product form of Denman and Beavers' iteration."""
    length = x.shape[-1]
    x, undo = nested(x, *directions)
    rest, found = x, x
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    bound = 8 * len(eye) * np.finfo(x.dtype).eps
    for _ in range(50):
        off = np.abs(rest - eye).max(axis=(-2, -1), initial=0, keepdims=True)
        if not np.any(off > bound):
            return np.where(np.isnan(off), np.nan, found)[..., :length, -length:] * undo
        size = np.linalg.slogdet(rest)[1][..., None, None] / (2 * max(len(eye), 1))
        scale = np.where(off > 0.01, np.exp(-size), 1).astype(size.dtype)
        inverse = np.linalg.inv(rest) / scale**2
        found = np.where(off > bound, found @ (eye + inverse) * (scale / 2), found)
        rest = np.where(off > bound, (eye + (rest * scale**2 + inverse) / 2) / 2, rest)
    return np.full_like(found, np.nan)[..., :length, -length:].copy()


def logarithm(x: Any, *directions: Any) -> Any:
    """The principal logarithm, or its derivative: by square roots, then a quadrature of 7 points."""
    length = x.shape[-1]
    x, undo = nested(x, *directions)
    eye = np.eye(x.shape[-1], dtype=x.dtype)
    times = np.ones((*x.shape[:-2], 1, 1), x.real.dtype)
    for _ in range(60):
        far = np.abs(x - eye).sum(axis=-2, keepdims=True).max(axis=-1, keepdims=True, initial=0) > 0.25
        if not np.any(far):
            break
        x, times = np.where(far, square_root(x), x), np.where(far, times * 2, times)
    nodes, weights = np.polynomial.legendre.leggauss(7)
    found = np.zeros_like(x)
    for node, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        found = found + np.linalg.solve(eye + (x - eye) * float(node), x - eye) * float(weight)
    return (found * times)[..., :length, -length:] * undo


def _type(x: ArrayType, *directions: ArrayType) -> Inferred:
    square(x, "functions of matrices are of")
    for each in directions:
        if each.shape != x.shape:
            raise ShapeError(
                f"a direction {shape_text(each.shape)} isn't of the matrix's shape {shape_text(x.shape)}",
                advice="give both the same shape: broadcast_to",
            )
    return Inferred(x)


def _vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    """f(A^T, E^T, ..., g) for A, and the same without its own E^T for each direction."""
    g, f = cotangent.value, y.operation
    x, *directions = (each.mT for each in xs)
    others = [directions, *(directions[:i] + directions[i + 1 :] for i in range(len(directions)))]
    return [Cotangent(f(x, *each, g)) if wanted else None for each, wanted in zip(others, needed, strict=True)]


def _jvp(tangents: Sequence[Expression | None], y: Expression, xs: Sequence[Expression]) -> Expression:
    f, (x, *directions) = y.operation, xs
    terms = [] if tangents[0] is None else [f(x, *directions, tangents[0])]
    for i, tangent in enumerate(tangents[1:]):
        if tangent is not None:
            terms.append(f(x, *directions[:i], tangent, *directions[i + 1 :]))
    return total(terms)


def _function(name: str, kernel: Callable[..., Any], samples: Sequence[Case], *helpers: Any, law: str, doc: str) -> Op:
    return Op(
        name=name, kernel=kernel, infer=_type, arity=None, promote=to_floating, vjp=_vjp, jvp=_jvp, samples=samples,
        helpers=(kernel, *helpers, nested), flops=lambda y, x, *e: product(x.shape) * x.shape[-1] * 20 * 8 ** len(e),
        law=law, doc=doc,
    )  # fmt: skip


def _regular(*directions: tuple[int, ...]) -> list[Case]:
    """Samples of matrices without eigenvalues on the negative axis, and of directions of theirs."""
    return [
        Case((Sample(-2, 2, shape, prepare=dominant), *[Sample(-2, 2, shape)] * count), {})
        for count, shape in enumerate(directions)
    ]


expm_op = _function(
    "expm", exponential,
    [uniform(-2, 2, (3, 3)), uniform(-9, 9, (2, 2, 2)), uniform(-1, 1, (1, 1)), uniform(-2, 2, (2, 2), (2, 2))],
    halvings, law="d exp(A) = the upper right block of exp([[A, dA], [0, A]])",
    doc="The exponential of a square matrix, the sum of A^k / k!; or its derivative in the directions that follow it.",
)  # fmt: skip

sqrtm_op = _function(
    "sqrtm", square_root, _regular((3, 3), (2, 2, 2)),
    law="d sqrt(A) = the X with sqrt(A) X + X sqrt(A) = dA",
    doc="The principal square root of a square matrix; or its derivative in the directions that follow it.",
)  # fmt: skip

logm_op = _function(
    "logm", logarithm, _regular((3, 3), (2, 2, 2)), square_root,
    law="d log(A) = the upper right block of log([[A, dA], [0, A]])",
    doc="The principal logarithm of a square matrix; or its derivative in the directions that follow it.",
)  # fmt: skip

MATRIX_FUNCTIONS: Final = (expm_op, sqrtm_op, logm_op)


def expm(x: Any, /) -> Any:
    """The exponential sum x^k / k! of square matrices (..., n, n), by scaling and squaring (Al-Mohy & Higham,
    "A new scaling and squaring algorithm for the matrix exponential", 2009).


    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> x = sd.Graph().input("x", (2, 2))
    >>> linalg.expm(x).eval({x: [[0.0, 2.0], [0.0, 0.0]]})
    array([[1., 2.],
           [0., 1.]])
    """
    return expm_op(asarray(x))


def sqrtm(x: Any, /) -> Any:
    """The principal square root of matrices (..., n, n): y y = x, no eigenvalue of y left of the imaginary axis.

    For matrices without eigenvalues on the closed negative real axis; others give NaN, or NumPy's LinAlgError
    where they are singular (Cheng, Higham, Kenney & Laub, "Approximating the logarithm of a matrix to specified
    accuracy", 2001). The derivative is right for equal eigenvalues too.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> x = sd.Graph().input("x", (2, 2))
    >>> linalg.sqrtm(x).eval({x: [[4.0, 0.0], [0.0, 9.0]]}).round(12)
    array([[2., 0.],
           [0., 3.]])
    """
    return sqrtm_op(asarray(x))


def logm(x: Any, /) -> Any:
    """The principal logarithm of matrices (..., n, n), by square roots (Higham 2008, 11.5): exp(y) = x.

    For matrices as `sqrtm` takes them; eigenvalues of y have imaginary parts within pi.

    >>> import symdiff as sd
    >>> from symdiff import linalg
    >>> x = sd.Graph().input("x", (2, 2))
    >>> linalg.logm(linalg.expm(x)).eval({x: [[0.5, 0.5], [0.0, 0.25]]}).round(9)
    array([[0.5 , 0.5 ],
           [0.  , 0.25]])
    """
    return logm_op(asarray(x))
