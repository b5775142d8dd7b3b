"""Linear algebra: values against NumPy, derivatives against differences, triangles, singular matrices, kinks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff import linalg
from symdiff.errors import SymdiffError
from tests.values import assert_close, run

STEP: Final = 1e-5
RNG: Final = np.random.default_rng(7)
GENERAL: Final = RNG.uniform(-1, 1, (3, 3)) + 3 * np.eye(3)
STACK: Final = RNG.uniform(-1, 1, (2, 3, 3)) + 3 * np.eye(3)
DEFINITE: Final = STACK @ np.swapaxes(STACK, -1, -2)
TALL: Final = RNG.uniform(-1, 1, (4, 2)) + 2 * np.eye(4, 2)
WIDE: Final = RNG.uniform(-1, 1, (2, 2, 4)) + 2 * np.eye(2, 4)
VECTOR: Final = RNG.uniform(0.5, 2, (3,))
COLUMNS: Final = RNG.uniform(-1, 1, (3, 2))
INF: Final = float("inf")


def expressions(values: Sequence[Any]) -> list[Any]:
    graph = sd.Graph()
    return [graph.input(f"x{i}", np.shape(value), np.asarray(value).dtype) for i, value in enumerate(values)]


def check(function: Callable[..., Any], *values: Any, order: int = 2, rtol: float = 1e-6) -> None:
    """Both modes agree with differences, to this order; `function` gives a real array."""
    inputs = expressions(values)
    weights = np.random.default_rng(1).uniform(0.5, 1.5, function(*inputs).shape)
    target = sd.sum(function(*inputs) * weights)
    directions = [np.random.default_rng(2 + i).uniform(-1, 1, np.shape(each)) for i, each in enumerate(values)]
    for _ in range(order):
        slope = sd.jvp(target, inputs, directions)
        gradients = sd.grad(target, inputs)
        ahead, behind = ([v + s * STEP * d for v, d in zip(values, directions, strict=True)] for s in (1, -1))
        wanted = (run(inputs, target, ahead) - run(inputs, target, behind)) / (2 * STEP)
        forward, *reverse = run(inputs, [slope, *gradients], values, "default", "python")
        assert_close(forward, wanted, "forward", rtol=rtol, atol=1e-7)
        pulled = sum(np.vdot(g, d) for g, d in zip(reverse, directions, strict=True))
        assert_close(pulled, forward, "reverse", rtol=1e-9, atol=1e-10)
        target = sum((sd.sum(g * d) for g, d in zip(gradients, directions, strict=True)), start=0)


def symmetric(x: Any) -> Any:
    return x + x.mT


# name, function of symdiff and of NumPy alike (on arrays it computes with NumPy), values
SAME: Final[list[tuple[str, Callable[..., Any], Callable[..., Any], list[Any]]]] = [
    ("solve", linalg.solve, np.linalg.solve, [GENERAL, COLUMNS]),
    ("solve a vector", linalg.solve, np.linalg.solve, [GENERAL, VECTOR]),
    ("solve a stack for a vector", linalg.solve, np.linalg.solve, [STACK, VECTOR]),
    ("solve a stack", linalg.solve, np.linalg.solve, [STACK, COLUMNS]),
    ("solve_triangular", linalg.solve_triangular, lambda a, b: np.linalg.solve(np.triu(a), b), [GENERAL, COLUMNS]),
    ("solve_triangular, lower", lambda a, b: linalg.solve_triangular(a, b, lower=True),
     lambda a, b: np.linalg.solve(np.tril(a), b), [STACK, VECTOR]),
    ("inv", linalg.inv, np.linalg.inv, [STACK]),
    ("det", linalg.det, np.linalg.det, [STACK]),
    ("logabsdet", lambda x: linalg.slogdet(x).logabsdet, lambda x: np.linalg.slogdet(x)[1], [-STACK]),
    ("cholesky", linalg.cholesky, np.linalg.cholesky, [DEFINITE]),
    ("cholesky, upper", lambda x: linalg.cholesky(x, upper=True), lambda x: np.linalg.cholesky(x, upper=True),
     [DEFINITE]),
    ("eigenvalues", lambda x: linalg.eigh(x).eigenvalues, lambda x: np.linalg.eigh(x)[0], [STACK]),
    ("eigenvectors", lambda x: linalg.eigh(x).eigenvectors, lambda x: np.linalg.eigh(x)[1], [STACK]),
    ("eigenvectors, upper", lambda x: linalg.eigh(x, "U")[1], lambda x: np.linalg.eigh(x, "U")[1], [STACK]),
    ("eigvalsh", linalg.eigvalsh, np.linalg.eigvalsh, [STACK]),
    ("eigvalsh, upper", lambda x: linalg.eigvalsh(x, "U"), lambda x: np.linalg.eigvalsh(x, "U"), [GENERAL]),
    ("Q of a square", lambda x: linalg.qr(x).Q, lambda x: np.linalg.qr(x)[0], [STACK]),
    ("R of a tall matrix", lambda x: linalg.qr(x).R, lambda x: np.linalg.qr(x)[1], [TALL]),
    ("Q of a tall matrix", lambda x: linalg.qr(x).Q, lambda x: np.linalg.qr(x)[0], [TALL]),
    ("R of wide matrices", lambda x: linalg.qr(x).R, lambda x: np.linalg.qr(x)[1], [WIDE]),
    ("U of a tall matrix", lambda x: linalg.svd(x, full_matrices=False).U,
     lambda x: np.linalg.svd(x, full_matrices=False)[0], [TALL]),
    ("V of wide matrices", lambda x: linalg.svd(x, full_matrices=False).Vh,
     lambda x: np.linalg.svd(x, full_matrices=False)[2], [WIDE]),
    ("U of a square", lambda x: linalg.svd(x).U, lambda x: np.linalg.svd(x)[0], [GENERAL]),
    ("svdvals", linalg.svdvals, np.linalg.svdvals, [WIDE]),
    ("pinv of a tall matrix", linalg.pinv, np.linalg.pinv, [TALL]),
    ("pinv of wide matrices", lambda x: linalg.pinv(x, rtol=1e-10), np.linalg.pinv, [WIDE]),
    ("matrix_power", lambda x: linalg.matrix_power(x, 5), lambda x: np.linalg.matrix_power(x, 5), [STACK]),
    ("negative power", lambda x: linalg.matrix_power(x, -3), lambda x: np.linalg.matrix_power(x, -3), [STACK]),
    ("vecdot", lambda a, b: linalg.vecdot(a, b, axis=-2), lambda a, b: np.vecdot(a, b, axis=-2), [STACK, GENERAL]),
    ("dot", linalg.dot, np.dot, [STACK, WIDE[:, :, :3].reshape(4, 3).T]),
    ("inner", linalg.inner, np.inner, [STACK, GENERAL]),
    ("outer", linalg.outer, np.outer, [VECTOR, COLUMNS]),
    ("kron", linalg.kron, np.kron, [COLUMNS, WIDE]),
    ("kron of a vector", linalg.kron, np.kron, [VECTOR, COLUMNS]),
    ("cross", linalg.cross, np.linalg.cross, [STACK, VECTOR]),
    ("cross along the first axis", lambda a, b: linalg.cross(a, b, axis=0),
     lambda a, b: np.linalg.cross(a, b, axis=0), [COLUMNS, COLUMNS + 1]),
    ("multi_dot", lambda *a: linalg.multi_dot(a), lambda *a: np.linalg.multi_dot(a), [VECTOR, COLUMNS, WIDE[0], TALL]),
    ("tensordot", linalg.tensordot, np.tensordot, [STACK, GENERAL]),
    ("tensordot over an axis", lambda a, b: linalg.tensordot(a, b, axes=([1], [0])),
     lambda a, b: np.tensordot(a, b, axes=([1], [0])), [STACK, COLUMNS]),
    ("tensordot over none", lambda a, b: linalg.tensordot(a, b, axes=0),
     lambda a, b: np.tensordot(a, b, axes=0), [VECTOR, COLUMNS]),
    ("diagonal", lambda x: linalg.diagonal(x, offset=1), lambda x: np.linalg.diagonal(x, offset=1), [STACK]),
    ("trace", linalg.trace, np.linalg.trace, [STACK]),
    *[
        (f"matrix_norm {ord}", lambda x, ord=ord: linalg.matrix_norm(x, ord=ord),
         lambda x, ord=ord: np.linalg.matrix_norm(x, ord=ord), [WIDE])
        for ord in ("fro", "nuc", 1, -1, 2, -2, INF, -INF)
    ],
    *[
        (f"vector_norm {ord}", lambda x, ord=ord: linalg.vector_norm(x, ord=ord, axis=1, keepdims=True),
         lambda x, ord=ord: np.linalg.vector_norm(x, ord=ord, axis=1, keepdims=True), [COLUMNS])
        for ord in (1, 2, 3, 2.5, 0.5, -1, -2, INF, -INF)
    ],
    *[
        (f"norm {args}", lambda x, args=args: linalg.norm(x, *args), lambda x, args=args: np.linalg.norm(x, *args),
         [STACK if len(args) > 1 else COLUMNS])
        for args in ((), ("fro",), (1,), ("nuc",), (None, 1), (3, 0), (2, (2, 0)), (None, (0, 2), True))
    ],
]  # fmt: skip


@pytest.mark.parametrize(("ours", "numpys", "values"), [pytest.param(*row[1:], id=row[0]) for row in SAME])
def test_values_and_derivatives(ours: Any, numpys: Any, values: list[Any]) -> None:
    """Values are NumPy's, on arrays and in both backends; both modes agree with differences, to second order."""
    wanted = numpys(*values)
    assert_close(ours(*values), wanted, rtol=1e-12, atol=1e-13)
    inputs = expressions(values)
    y = ours(*inputs)
    assert y.shape == np.shape(wanted)
    for backend in ("interpreter", "python"):
        assert_close(run(inputs, y, values, "default", backend), wanted, rtol=1e-12, atol=1e-13)
    check(ours, *values)
    narrow = [np.asarray(each, np.float32) for each in values]
    assert ours(*expressions(narrow)).dtype == np.float32


@pytest.mark.parametrize("row", [row for row in SAME if "," not in row[0]], ids=lambda row: row[0])
def test_named_batch(row: Any) -> None:
    """A stack's leading axis may have a name."""
    _, ours, _, values = row
    if len(values) != 1 or np.ndim(values[0]) != 3 or row[0].startswith("norm"):
        return
    graph = sd.Graph()
    x = graph.input("x", ("batch", *np.shape(values[0])[1:]))
    y = ours(x)
    assert str(y.shape[0]) == "batch"
    found = run([x], [y, sd.grad(sd.sum(y), x)], values)
    assert_close(found[0], ours(*values), rtol=1e-12)


def test_numpy_names() -> None:
    """NumPy's functions called on expressions add nodes, with their own arguments and meanings."""
    x, b = expressions([STACK, VECTOR])
    calls: list[Callable[..., Any]] = [
        lambda a, b: np.linalg.solve(a, b), lambda a, b: np.linalg.inv(a), lambda a, b: np.linalg.det(a),
        lambda a, b: np.linalg.slogdet(a)[1], lambda a, b: np.linalg.eigh(a, UPLO="U")[0],
        lambda a, b: np.linalg.eigvalsh(a), lambda a, b: np.linalg.qr(a, mode="r"), lambda a, b: np.linalg.qr(a)[1],
        lambda a, b: np.linalg.svd(a, compute_uv=False), lambda a, b: np.linalg.svd(a)[1],
        lambda a, b: np.linalg.pinv(a, rtol=1e-9), lambda a, b: np.linalg.matrix_rank(a),
        lambda a, b: np.linalg.matrix_power(a, 3), lambda a, b: np.linalg.norm(a, axis=(1, 2)),
        lambda a, b: np.linalg.matrix_norm(a, ord="nuc"), lambda a, b: np.linalg.trace(a),
        lambda a, b: np.linalg.diagonal(a, offset=1), lambda a, b: np.einsum("bij,j->bi", a, b),
        lambda a, b: np.einsum(a, [0, 1, 1], [0]), lambda a, b: np.tensordot(a, b, axes=1),
        lambda a, b: np.kron(a, b), lambda a, b: np.outer(b, b), lambda a, b: np.inner(a, b),
        lambda a, b: np.dot(a, b), lambda a, b: np.linalg.cross(a, b), lambda a, b: np.vecdot(a, b),
        lambda a, b: np.linalg.cholesky(a @ a.mT), lambda a, b: np.linalg.multi_dot([b, a[0], b]),
    ]  # fmt: skip
    for call in calls:
        assert_close(run([x, b], call(x, b), [STACK, VECTOR]), call(STACK, VECTOR), rtol=1e-10, atol=1e-12)


# subscripts, shapes
EINSUM: Final[list[tuple[str, list[tuple[int, ...]]]]] = [
    ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("ji,jk->ik", [(3, 2), (3, 4)]),
    ("ij,kj->ki", [(2, 3), (4, 3)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]), ("ij,j->i", [(2, 3), (3,)]),
    ("bij,bkj->bki", [(2, 3, 4), (2, 5, 4)]), ("...ij,...jk->...ik", [(2, 3, 4), (4, 5)]), ("ij,ij->", [(2, 3)] * 2),
    ("...ij,...jk", [(2, 1, 3, 4), (5, 4, 5)]), ("ii", [(3, 3)]), ("ii->i", [(3, 3)]), ("iij->j", [(3, 3, 2)]),
    ("iii->i", [(3, 3, 3)]), ("iii", [(3, 3, 3)]), ("ij->ji", [(2, 3)]), ("ji", [(2, 3)]), ("ij->", [(2, 3)]),
    ("ij->j", [(2, 3)]), ("i,j->ij", [(2,), (3,)]), ("i,i", [(3,), (3,)]), ("i,i->i", [(3,), (3,)]),
    ("ij,i,j->", [(2, 3), (2,), (3,)]), ("ab,bc,cd->ad", [(2, 3), (3, 4), (4, 2)]), ("j,ij->i", [(3,), (2, 3)]),
    ("...,...", [(2, 3), (3,)]), ("i...->...", [(2, 3, 4)]), ("...i->i...", [(2, 3, 4)]),
    ("ij,jk->ik", [(2, 1), (3, 4)]), ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]), (",ij->ij", [(), (2, 3)]),
    ("ijij->ij", [(2, 3, 2, 3)]), ("ij,jj->i", [(2, 3), (3, 3)]), ("ij,ik,il->jkl", [(2, 2), (2, 3), (2, 4)]),
    ("i...j,j...->i...", [(2, 5, 3), (3, 5)]), ("i,j->j", [(3,), (4,)]), ("ij, jk -> ki", [(2, 3), (3, 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("subscripts", "shapes"), EINSUM)
def test_einsum(subscripts: str, shapes: list[tuple[int, ...]]) -> None:
    """Values are NumPy's, derivatives those of differences, and the implicit result is the explicit one."""
    rng = np.random.default_rng(3)
    values = [rng.uniform(-1, 1, shape) for shape in shapes]
    wanted = np.einsum(subscripts, *values)
    inputs = expressions(values)
    y = linalg.einsum(subscripts, *inputs)
    assert y.shape == wanted.shape
    for backend in ("interpreter", "python"):
        assert_close(run(inputs, y, values, "default", backend), wanted, rtol=1e-12, atol=1e-14)
    check(lambda *xs: linalg.einsum(subscripts, *xs), *values)


def test_einsum_of_lists_and_names() -> None:
    graph = sd.Graph()
    a, b = graph.input("a", ("n", "m")), graph.input("b", ("m", "k"))
    assert linalg.einsum(a, [0, 1], b, [1, 2], [2, 0]) is linalg.einsum("ij,jk->ki", a, b)
    assert linalg.einsum(a, [..., 0], b, [0, 1]).shape == (*a.shape[:1], b.shape[1])
    square = graph.input("square", ("n", "n"))
    gradient = sd.grad(sd.sum(linalg.einsum("ii->i", square) ** 2), square)
    assert_close(gradient.eval({square: np.ones((2, 2))}), 2 * np.eye(2))


@pytest.mark.parametrize(("rank", "wanted"), [(2, None), (1, np.zeros((3, 3))), (0, np.zeros((3, 3)))])
def test_det_of_singular_matrices(rank: int, wanted: Any) -> None:
    """The gradient is the adjugate's transpose: of rank 1 for a matrix of rank n - 1, and 0 below."""
    x = COLUMNS[:, :rank] @ (COLUMNS + 1)[:, :rank].T if rank else np.zeros((3, 3))
    (e,) = expressions([x])
    found = run([e], sd.grad(linalg.det(e), e), [x])
    minors = [
        [np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) * (-1) ** (i + j) for j in range(3)] for i in range(3)
    ]
    assert_close(found, minors, rtol=1e-12, atol=1e-13)
    if wanted is not None:
        assert_close(found, wanted, atol=1e-13)
    check(linalg.det, x)


def test_det_to_the_third_order() -> None:
    """d^3 det / dx_00 dx_11 dx_22 = 1, everywhere."""
    (x,) = expressions([STACK[0]])
    found = linalg.det(x)
    for i in range(3):
        found = sd.jvp(found, x, np.eye(3)[i][:, None] * np.eye(3)[i])
    assert_close(run([x], found, [STACK[0]]), 1, rtol=1e-12)


@pytest.mark.parametrize("upper", [False, True])
def test_one_triangle_is_read(upper: bool) -> None:
    """What the other triangle holds bears neither on the value nor on the derivative."""
    keep, drop = (np.triu, np.tril) if upper else (np.tril, np.triu)
    k = -1 if upper else 1
    half = keep(DEFINITE[0]) + drop(np.full((3, 3), 7.0), k)
    uplo = "U" if upper else "L"
    for function in (
        lambda x: linalg.cholesky(x, upper=upper),
        lambda x: linalg.eigh(x, UPLO=uplo).eigenvectors,
        lambda x: linalg.eigvalsh(x, UPLO=uplo),
    ):
        (x,) = expressions([half])
        y = function(x)
        for values in (half, DEFINITE[0]):
            assert_close(run([x], y, [values]), function(DEFINITE[0]), rtol=1e-12)
        gradient = run([x], sd.vjp(y, x, np.ones(y.shape)), [half])
        assert np.all(drop(gradient, k) == 0)
        check(function, half)


@pytest.mark.parametrize("point", [np.eye(3), np.zeros((3, 3)), np.diag([1.0, 1.0, 2.0])])
def test_equal_eigenvalues(point: Any) -> None:
    """What is symmetric in equal values stays finite, and right where it depends on the values alone."""
    (x,) = expressions([point])
    w, v = linalg.eigh(x)
    s = linalg.svdvals(x + 3 * np.eye(3))
    traces = sd.grad(sd.sum(w), x), sd.grad(sd.sum(linalg.eigvalsh(x) ** 2), x), sd.grad(sd.sum(s), x)
    found = run([x], [*traces, sd.grad(sd.sum((v * w) @ v.mT), x)], [point])
    for gradient, wanted in zip(found, (np.eye(3), 2 * point, np.eye(3)), strict=False):
        assert_close(gradient, wanted, rtol=1e-12, atol=1e-14)
    assert np.all(np.isfinite(found[-1]))


def kinks() -> list[Any]:
    zeros = np.zeros((2, 2))
    table: list[Any] = [
        *[(f"vector_norm {o} at 0", lambda x, o=o: linalg.vector_norm(x, ord=o), [0.0, 0.0], [0, 0])
          for o in (0, 1, 2, 3, 1.5, 0.5, -1, INF, -INF)],
        ("vector_norm 1 beside 0", lambda x: linalg.vector_norm(x, ord=1), [0.0, -2.0], [0, -1]),
        ("vector_norm 3 beside 0", lambda x: linalg.vector_norm(x, ord=3), [0.0, -2.0], [0, -1]),
        ("vector_norm 1/2 beside 0", lambda x: linalg.vector_norm(x, ord=0.5), [0.0, -2.0], [0, -1]),
        ("vector_norm -1 beside 0", lambda x: linalg.vector_norm(x, ord=-1), [0.0, -2.0], [0, 0]),
        ("vector_norm inf at a tie", lambda x: linalg.vector_norm(x, ord=INF), [2.0, -2.0], [0.5, -0.5]),
        ("vector_norm 3 of huge values", lambda x: linalg.vector_norm(x, ord=3), [0.0, 1e200], [0, 1]),
        *[(f"matrix_norm {o} at 0", lambda x, o=o: linalg.matrix_norm(x, ord=o), zeros, zeros)
          for o in ("fro", "nuc", 1, -1, 2, -2, INF, -INF)],
        ("matrix_norm 2 at a tie", lambda x: linalg.matrix_norm(x, ord=2), np.eye(2), np.eye(2) / 2),
        ("matrix_norm 1 at a tie", lambda x: linalg.matrix_norm(x, ord=1), np.eye(2), np.eye(2) / 2),
    ]  # fmt: skip
    return [pytest.param(*row[1:], id=row[0]) for row in table]


@pytest.mark.parametrize(("function", "point", "gradient"), kinks())
def test_kinks(function: Any, point: Any, gradient: Any) -> None:
    """A norm is even in each element, so it has derivative 0 where one is 0; ties share evenly."""
    (x,) = expressions([np.asarray(point)])
    y = function(x)
    ways = [sd.grad(y, x), *(sd.jvp(y, x, unit) for unit in np.eye(np.size(point)).reshape(-1, *np.shape(point)))]
    for level in ("none", "default"):
        reverse, *forward = run([x], ways, [point], level)
        assert_close(reverse, gradient, atol=1e-14)
        assert_close(np.reshape(forward, np.shape(point)), gradient, atol=1e-14)


def test_exponential() -> None:
    """exp(A) exp(-A) = 1, of a diagonal matrix the exponentials, of a rotation's generator the rotation."""
    (x,) = expressions([GENERAL])
    assert_close(run([x], linalg.expm(x) @ linalg.expm(-x), [GENERAL]), np.eye(3), rtol=1e-11, atol=1e-11)
    assert_close(linalg.expm(np.diag([1.0, -50.0])), np.diag(np.exp([1.0, -50.0])), rtol=1e-13, atol=0)
    turn = linalg.expm(np.array([[0.0, -10.0], [10.0, 0.0]]))
    assert_close(turn, [[np.cos(10), -np.sin(10)], [np.sin(10), np.cos(10)]], rtol=1e-13)
    check(linalg.expm, STACK)


def test_general_eigenvalues() -> None:
    """Eigenvalues are complex, in NumPy's order, and solve their equation with vectors of length 1."""
    turned = GENERAL + np.array([[0, 5, 0], [-5, 0, 0], [0, 0, 0.0]])
    (x,) = expressions([turned])
    w, v = linalg.eig(x)
    assert_close(run([x], w, [turned]), np.linalg.eigvals(turned), rtol=1e-12)
    assert_close(run([x], x @ v - v * w, [turned]), np.zeros((3, 3)), atol=1e-12)
    check(lambda x: sd.abs(linalg.eigvals(x)), turned)
    change = run([x], sd.jvp(v, x, COLUMNS @ COLUMNS.T), [turned])
    along = (np.conj(linalg.eig(turned).eigenvectors) * change).sum(axis=0)
    assert_close(along, np.zeros(3), atol=1e-14)


REFUSED: Final[list[tuple[str, Callable[[Any], Any], str]]] = [
    ("inv of no square", lambda g: linalg.inv(g.input("x", (2, 3))), "square"),
    ("det of a vector", lambda g: linalg.det(g.input("x", (2,))), "two axes"),
    ("solve with other rows", lambda g: linalg.solve(g.input("x", (2, 2)), g.input("b", (3,))), "3 rows"),
    ("solve with a scalar", lambda g: linalg.solve(g.input("x", (2, 2)), 1.0), "scalar"),
    ("named, not square", lambda g: linalg.cholesky(g.input("x", ("n", "m"))), "square"),
    ("svd of unknown sizes", lambda g: linalg.svd(g.input("x", ("n", "m"))), "smaller"),
    ("einsum of other sizes", lambda g: linalg.einsum("ij,ij", g.input("x", (2, 3)), np.ones((3, 2))), "sizes"),
    ("einsum of too many labels", lambda g: linalg.einsum("ijk", g.input("x", (2, 3))), "labels"),
    ("einsum of two terms", lambda g: linalg.einsum("ij,k", g.input("x", (2, 3))), "operands"),
    ("einsum to an unknown label", lambda g: linalg.einsum("ij->k", g.input("x", (2, 3))), "labels"),
    ("einsum of signs", lambda g: linalg.einsum("i+j", g.input("x", (2, 3))), "subscripts"),
    ("einsum without its ...", lambda g: linalg.einsum("...i->i", g.input("x", (2, 3))), "no ..."),
    ("tensordot of other sizes", lambda g: linalg.tensordot(g.input("x", (2, 3)), np.ones((2, 4))), "meet"),
    ("cross of pairs", lambda g: linalg.cross(g.input("x", (2,)), np.ones(2)), "3 elements"),
    ("a power of halves", lambda g: linalg.matrix_power(g.input("x", (2, 2)), 0.5), "integer"),
    ("an unknown norm", lambda g: linalg.matrix_norm(g.input("x", (2, 2)), ord=3), "order"),
    ("an unknown mode", lambda g: linalg.qr(g.input("x", (2, 2)), mode="raw"), "mode"),
    ("an unknown triangle", lambda g: linalg.eigh(g.input("x", (2, 2)), UPLO="X"), "UPLO"),
    ("complete U", lambda g: sd.grad(sd.sum(linalg.svd(g.input("x", (3, 2))).U), g.arguments[0]), "no derivative"),
]


@pytest.mark.parametrize(("build", "message"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_refused(build: Callable[[Any], Any], message: str) -> None:
    """What can't be is refused when the graph is built, with advice."""
    with pytest.raises(SymdiffError, match=message) as caught:
        build(sd.Graph())
    assert "advice" in str(caught.value)


def test_integers_become_floats_and_inverses_stay() -> None:
    graph = sd.Graph()
    x, b = graph.input("x", (3, 3), "int32"), graph.input("b", (3,))
    for y in (linalg.inv(x), linalg.det(x), linalg.svdvals(x), linalg.vector_norm(x, ord=0), linalg.matrix_norm(x)):
        assert y.dtype == np.float64
    assert "inv" in sd.compile([x, b], linalg.inv(x) @ b).source
    rank = linalg.matrix_rank(x)
    assert rank.dtype == np.int64
    assert run([x, b], rank, [np.ones((3, 3), np.int32), VECTOR]) == 1
