"""Systems, matrices made of blocks, functions of matrices: values, derivatives, stacks, and what ties leave right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff import linalg
from symdiff.errors import SymdiffError
from tests.ops import test_complex
from tests.ops.test_linalg import COLUMNS, DEFINITE, GENERAL, STACK, TALL, VECTOR, WIDE, check, expressions
from tests.values import assert_close, run

MORE: Final = np.stack([STACK, STACK + 0.5, STACK.mT])
UNIT: Final = np.eye(3) > 0


def lower(x: Any) -> Any:
    return np.tril(x)


def blocks(*each: Any) -> Any:
    """The blocks along the diagonal, by NumPy alone."""
    whole = np.zeros((sum(len(x) for x in each), sum(len(x[0]) for x in each)))
    row = column = 0
    for x in each:
        whole[row : row + len(x), column : column + len(x[0])] = x
        row, column = row + len(x), column + len(x[0])
    return whole


def least_squares(a: Any, b: Any) -> Any:
    return np.stack([np.linalg.lstsq(each, b)[0] for each in a])


def numpys_function(f: Callable[..., Any]) -> Callable[[Any], Any]:
    """A function of a diagonalisable matrix, by its eigenvalues."""

    def apply(x: Any) -> Any:
        w, v = np.linalg.eig(np.asarray(x, complex))
        return np.real((v * f(w)[..., None, :]) @ np.linalg.inv(v))

    return apply


ROWS: Final[list[tuple[str, Callable[..., Any], Callable[..., Any], list[Any]]]] = [
    ("triangular", linalg.solve_triangular, lambda a, b: np.linalg.solve(np.triu(a), b), [STACK, VECTOR]),
    ("triangular, transposed", lambda a, b: linalg.solve_triangular(a, b, trans="T"),
     lambda a, b: np.linalg.solve(np.triu(a).mT, b), [STACK, COLUMNS]),
    ("triangular, lower, transposed", lambda a, b: linalg.solve_triangular(a, b, lower=True, trans=2),
     lambda a, b: np.linalg.solve(lower(a).mT, b), [GENERAL, STACK]),
    ("triangular, of ones", lambda a, b: linalg.solve_triangular(a, b, lower=True, unit_diagonal=True),
     lambda a, b: np.linalg.solve(np.where(UNIT, 1, lower(a)), b), [GENERAL, VECTOR]),
    ("cholesky_solve", lambda a, b: linalg.cholesky_solve(linalg.cholesky(a), b), np.linalg.solve, [DEFINITE, COLUMNS]),
    ("cholesky_solve, upper", lambda a, b: linalg.cholesky_solve(linalg.cholesky(a, upper=True), b, upper=True),
     np.linalg.solve, [DEFINITE, VECTOR]),
    ("lstsq, tall", lambda a, b: linalg.lstsq(a, b).x, lambda a, b: np.linalg.lstsq(a, b)[0], [TALL, WIDE[0].T]),
    ("lstsq, residuals", lambda a, b: linalg.lstsq(a, b).residuals, lambda a, b: np.linalg.lstsq(a, b)[1],
     [TALL, WIDE[0].T]),
    ("lstsq, wide", lambda a, b: linalg.lstsq(a, b).x, least_squares, [WIDE, VECTOR[:2]]),
    ("lstsq, a stack", lambda a, b: linalg.lstsq(a, b).x, least_squares, [WIDE.mT, TALL[:, :1]]),
    ("cond", linalg.cond, np.linalg.cond, [STACK]),
    ("cond of wide matrices", linalg.cond, np.linalg.cond, [WIDE]),
    *[(f"cond {p}", lambda x, p=p: linalg.cond(x, p), lambda x, p=p: np.linalg.cond(x, p), [STACK])
      for p in (-2, 1, -1, np.inf, "fro")],
    ("tensorinv", lambda x: linalg.tensorinv(x.reshape((3, 1, 3))), lambda x: np.linalg.tensorinv(x.reshape(3, 1, 3)),
     [GENERAL]),
    ("tensorsolve", lambda a, b: linalg.tensorsolve(a.reshape((3, 3, 1)), b, axes=(0,)),
     lambda a, b: np.linalg.tensorsolve(a.reshape(3, 3, 1), b, axes=(0,)), [GENERAL, VECTOR.reshape(3, 1)]),
    ("block_diag", linalg.block_diag, blocks, [COLUMNS, GENERAL, VECTOR.reshape(1, 3)]),
    ("toeplitz", linalg.toeplitz, lambda c, r: np.array([[c[0], r[1]], [c[1], c[0]], [c[2], c[1]]]),
     [VECTOR, VECTOR[:2] + 1]),
    ("toeplitz, symmetric", linalg.toeplitz, lambda c: c[np.abs(np.arange(3)[:, None] - np.arange(3))], [VECTOR]),
    ("expm", linalg.expm, numpys_function(np.exp), [STACK]),
    ("sqrtm", linalg.sqrtm, numpys_function(np.sqrt), [STACK]),
    ("logm", linalg.logm, numpys_function(np.log), [STACK]),
    ("sqrtm, of equal eigenvalues", linalg.sqrtm, numpys_function(np.sqrt), [np.stack([np.eye(3), 4 * np.eye(3)])]),
    ("logm, of equal eigenvalues", linalg.logm, numpys_function(np.log), [np.eye(2)]),
    ("expm, of no eigenvectors", linalg.expm, lambda x: np.exp(1) * np.array([[1, 1], [0, 1]]),
     [np.array([[1.0, 1.0], [0.0, 1.0]])]),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "numpys", "values"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_values_and_derivatives(ours: Any, numpys: Any, values: list[Any]) -> None:
    """Values are NumPy's, on arrays and in both backends; both modes agree with differences, to second order."""
    wanted = numpys(*values)
    assert_close(ours(*values), wanted, rtol=1e-11, atol=1e-12)
    inputs = expressions(values)
    y = ours(*inputs)
    assert y.shape == np.shape(wanted)
    for backend in ("interpreter", "python"):
        assert_close(run(inputs, y, values, "default", backend), wanted, rtol=1e-11, atol=1e-12)
    check(ours, *values, rtol=3e-6)
    assert ours(*expressions([np.asarray(each, np.float32) for each in values])).dtype == np.float32


IMAGINARY: Final = 1j * np.random.default_rng(8).uniform(-1, 1, (3, 3))
COMPLEX: Final[list[tuple[str, Callable[..., Any], list[Any]]]] = [
    ("solve", linalg.solve, [STACK + IMAGINARY, COLUMNS * 1j + 1]),
    ("triangular, adjoint", lambda a, b: linalg.solve_triangular(a, b, trans="C"), [STACK + IMAGINARY, VECTOR * 1j]),
    ("lstsq", lambda a, b: linalg.lstsq(a, b).x, [TALL + 1j * TALL[::-1], WIDE[0].T + 1j]),
    ("lstsq, residuals", lambda a, b: linalg.lstsq(a, b).residuals, [TALL + 1j * TALL[::-1], WIDE[1, 0] + 1j]),
    ("lstsq, wide", lambda a, b: linalg.lstsq(a, b).x, [WIDE + 1j * WIDE[:, ::-1, ::-1], VECTOR[:2] + 1j]),
    ("cond", linalg.cond, [STACK + IMAGINARY]),
    ("sqrtm", linalg.sqrtm, [STACK + IMAGINARY]),
    ("logm", linalg.logm, [GENERAL + IMAGINARY]),
    ("toeplitz", linalg.toeplitz, [VECTOR + 1j * VECTOR[::-1]]),
    ("block_diag", linalg.block_diag, [COLUMNS + 1j, GENERAL]),
    ("det of rank 2", linalg.det, [(COLUMNS + 1j) @ (COLUMNS - 2j).T]),
    ("det of rank 1", linalg.det, [(COLUMNS[:, :1] + 1j) @ (COLUMNS[:, :1] - 2j).T]),
    ("kron", linalg.kron, [GENERAL + IMAGINARY, COLUMNS * 1j]),
    ("cross", linalg.cross, [STACK + IMAGINARY, VECTOR * 1j]),
    ("vecdot", linalg.vecdot, [STACK + IMAGINARY, VECTOR * 1j + 1]),
    ("inner", linalg.inner, [STACK + IMAGINARY, VECTOR * 1j + 1]),
    ("outer", linalg.outer, [VECTOR * 1j + 1, VECTOR]),
    ("tensordot", linalg.tensordot, [STACK + IMAGINARY, GENERAL + 1j]),
    ("einsum", lambda a, b: linalg.einsum("bij,kj->bki", a, b), [STACK + IMAGINARY, GENERAL]),
    ("matmul of a vector", linalg.matmul, [STACK + IMAGINARY, VECTOR + 1j]),
    ("norm", linalg.norm, [GENERAL + IMAGINARY]),
]  # fmt: skip


@pytest.mark.parametrize(("function", "values"), [pytest.param(*row[1:], id=row[0]) for row in COMPLEX])
def test_complex_derivatives(function: Callable[..., Any], values: list[Any]) -> None:
    """Derivatives by the real and the imaginary parts are those of differences, to second order."""
    test_complex.check(function, values)
    narrow = [np.asarray(each, np.complex64 if np.iscomplexobj(each) else np.float32) for each in values]
    inputs = expressions(narrow)
    y = function(*inputs)
    assert y.dtype in ("complex64", "float32")
    found = run(inputs, sd.grad(sd.sum(sd.real(y)), inputs), narrow)
    assert [each.dtype for each in found] == [each.dtype for each in narrow]


def test_complex_values() -> None:
    """The conjugate is taken where it belongs."""
    a, b = STACK[0] + IMAGINARY, VECTOR * 1j + 1
    tall, wide = (TALL + 1j * TALL[::-1]), (WIDE[0] + 1j * WIDE[1])
    for found, wanted in [
        (linalg.solve_triangular(a, b, trans="C"), np.linalg.solve(np.conj(np.triu(a).T), b)),
        (linalg.solve_triangular(a, b, trans="T"), np.linalg.solve(np.triu(a).T, b)),
        (linalg.cholesky_solve(np.linalg.cholesky(a @ np.conj(a.T)), b), np.linalg.solve(a @ np.conj(a.T), b)),
        (linalg.lstsq(tall, tall[:, 0] * 1j + TALL[:, 1]).x, np.linalg.lstsq(tall, tall[:, 0] * 1j + TALL[:, 1])[0]),
        (linalg.lstsq(wide, b[:2]).x, np.linalg.lstsq(wide, b[:2])[0]),
        (linalg.lstsq(tall, WIDE[0, 0] * 1j).residuals, np.linalg.lstsq(tall, WIDE[0, 0] * 1j)[1]),
        (linalg.toeplitz(b), np.conj(linalg.toeplitz(b).T) + np.diag(b[:1].repeat(3) - np.conj(b[:1].repeat(3)))),
        (linalg.vecdot(a, b), np.vecdot(a, b)),
    ]:
        assert_close(found, wanted, rtol=1e-12, atol=1e-13)


def test_exponentials_of_a_stack_are_scaled_apart() -> None:
    """A small matrix beside a large one is neither halved nor squared."""
    stack = np.stack([np.zeros((2, 2)), np.eye(2), np.diag([50.0, -300.0])])
    assert_close(linalg.expm(stack), np.exp(stack) * np.eye(2), rtol=1e-13, atol=0)


# What takes a stack for each operand, and both stacks broadcast: (3, 2) and (2,), or (3, 1) and (2,) leading axes.
BROADCAST: Final[list[tuple[str, Callable[..., Any], list[Any]]]] = [
    ("solve", linalg.solve, [MORE[:, :1], STACK[..., :2]]),
    ("solve, the right side larger", linalg.solve, [GENERAL, MORE]),
    ("solve_triangular", lambda a, b: linalg.solve_triangular(a, b, lower=True), [MORE[:, :1], STACK[..., :2]]),
    ("cholesky_solve", linalg.cholesky_solve, [MORE[:, :1], STACK]),
    ("lstsq", lambda a, b: linalg.lstsq(a, b).x, [MORE[:, :1, :, :2], STACK]),
    ("lstsq, wide", lambda a, b: linalg.lstsq(a, b).x, [MORE[:, :1, :2, :], STACK[:, :2]]),
    ("matmul", linalg.matmul, [MORE[:, :1], STACK]),
    ("cross", linalg.cross, [MORE[:, :1], STACK]),
    ("vecdot", linalg.vecdot, [MORE[:, :1], STACK]),
    ("block_diag", linalg.block_diag, [MORE[:, :1], STACK]),
    ("toeplitz", linalg.toeplitz, [MORE[:, :1, 0], STACK[:, 0]]),
]


@pytest.mark.parametrize(("function", "values"), [pytest.param(*row[1:], id=row[0]) for row in BROADCAST])
def test_stacks_broadcast(function: Callable[..., Any], values: list[Any]) -> None:
    """A stack's result is the stack of results, and derivatives sum over what was stretched."""
    inputs = expressions(values)
    y = function(*inputs)
    found = run(inputs, y, values)
    cut = {"vecdot": 1, "cross": 1, "toeplitz": 1}.get(getattr(function, "__name__", ""), 2)
    batch = np.broadcast_shapes(*(each.shape[:-cut] for each in values))
    whole = [np.broadcast_to(each, (*batch, *each.shape[-cut:])) for each in values]
    for place in np.ndindex(batch):
        assert_close(found[place], function(*(each[place] for each in whole)), rtol=1e-11, atol=1e-12)
    check(function, *values, order=1)


@pytest.mark.parametrize("name", ["solve_triangular", "cholesky_solve"])
def test_the_other_triangle_is_not_read(name: str) -> None:
    """What stands in the other triangle bears neither on the value nor on the derivative."""
    a, b = expressions([GENERAL, VECTOR])
    y = getattr(linalg, name)(a, b)
    below = np.tri(3, k=-1) > 0
    other = np.where(below if name == "solve_triangular" else below.T, 7.0, GENERAL)
    gradient = sd.vjp(y, a, np.ones(3))
    for found, moved in zip(*(run([a, b], [y, gradient], [x, VECTOR]) for x in (GENERAL, other)), strict=True):
        assert_close(found, moved, rtol=1e-13)


def test_reconstructions() -> None:
    """What a factorisation is of comes back, with the derivative of the matrix itself."""
    rng = np.random.default_rng(2)
    for z in (STACK, STACK + 1j * rng.uniform(-1, 1, (2, 3, 3))):
        (x,) = expressions([z])
        adjoint = sd.conj(x.mT)
        whole = x @ adjoint
        w, v = linalg.eigh(whole)
        u, s, vh = linalg.svd(x)
        q, r = linalg.qr(x)
        factor = linalg.cholesky(whole)
        values, vectors = linalg.eig(x)
        same = [
            (whole, (v * sd.expand_dims(w, -2)) @ sd.conj(v.mT)),
            (x, (u * sd.expand_dims(s, -2)) @ vh),
            (x, q @ r),
            (whole, factor @ sd.conj(factor.mT)),
            (x, (vectors * sd.expand_dims(values, -2)) @ linalg.inv(vectors)),
            (x, linalg.sqrtm(x) @ linalg.sqrtm(x)),
            (x, linalg.expm(linalg.logm(x))),
            (x, linalg.pinv(linalg.pinv(x))),
        ]
        for wanted, found in same:
            direction = rng.uniform(-1, 1, x.shape)
            results = [run([x], [each, sd.jvp(each, x, direction)], [z]) for each in (wanted, found)]
            for left, right in zip(*results, strict=True):
                assert_close(left, right, rtol=1e-10, atol=1e-11)


def test_traces_and_determinants() -> None:
    """The eigenvalues' sum is the trace and their product the determinant; so are the derivatives."""
    z = STACK + 1j * STACK.mT
    (x,) = expressions([z])
    w = linalg.eigvals(x)
    sign, logarithm = linalg.slogdet(x)
    for wanted, found in [
        (linalg.trace(x), w.sum(axis=-1)),
        (linalg.det(x), sd.prod(w, axis=-1)),
        (linalg.det(x), sign * sd.exp(logarithm)),
        (sd.abs(linalg.det(x)), sd.prod(linalg.svdvals(x), axis=-1)),
        (linalg.det(linalg.expm(x / 4)), sd.exp(linalg.trace(x) / 4)),
        (linalg.trace(linalg.logm(x)), sd.log(w).sum(axis=-1)),
    ]:
        targets = [sd.sum(sd.real(each) + 2 * sd.imag(each)) for each in (wanted, found)]
        results = [run([x], [each, sd.grad(each, x)], [z]) for each in targets]
        for left, right in zip(*results, strict=True):
            assert_close(left, right, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("point", [np.eye(3), np.diag([2.0, 2.0, 5.0]), np.diag([2.0, 5.0, 2.0])])
def test_equal_eigenvalues(point: Any) -> None:
    """What depends evenly on equal values alone is right; functions of matrices are right also by their vectors."""
    turn = np.linalg.qr(GENERAL)[0]
    for value in (point, turn @ point @ turn.T):
        (x,) = expressions([value])
        w = linalg.eigh(x).eigenvalues
        for wanted, found in [
            (np.linalg.inv(value), sd.grad(sd.sum(sd.log(w)), x)),
            (2 * value, sd.grad(sd.sum(w**2), x)),
            (np.linalg.det(value) * np.linalg.inv(value), sd.grad(sd.prod(w), x)),
        ]:
            full = run([x], found, [value])
            symmetrised = (full + full.T) / 2
            assert_close(symmetrised, wanted, rtol=1e-12, atol=1e-13)
        check(linalg.sqrtm, value, rtol=3e-6)
        check(linalg.logm, value, rtol=3e-6)
        check(linalg.expm, value, rtol=3e-6)


@pytest.mark.parametrize("function", [linalg.expm, linalg.sqrtm, linalg.logm])
@pytest.mark.parametrize("size", [1e-200, 1e10, 1e200])
def test_the_size_of_a_cotangent_is_no_matter(function: Callable[..., Any], size: float) -> None:
    """A derivative is linear: a huge direction, or a tiny one, costs no digits."""
    (x,) = expressions([GENERAL])
    y = function(x)
    cotangents = [sd.vjp(y, x, COLUMNS @ COLUMNS.T * factor) for factor in (1, size)]
    unit, scaled = run([x], cotangents, [GENERAL])
    assert_close(scaled / size, unit, rtol=1e-12)


def test_roots_of_what_has_none_are_nan() -> None:
    """A real matrix with a negative eigenvalue has no real root; a complex one has."""
    assert np.isnan(linalg.sqrtm(np.diag([1.0, -4.0]))).all()
    turn = linalg.sqrtm(np.array([[0.0, -1.0], [1.0, 0.0]]))
    assert_close(turn @ turn, [[0.0, -1.0], [1.0, 0.0]], rtol=1e-14)


def test_named_sizes() -> None:
    """Systems and blocks of named sizes."""
    g = sd.Graph()
    a, b, c = g.input("a", ("n", "n")), g.input("b", ("n", "k")), g.input("c", ("m",))
    x = linalg.cholesky_solve(a, linalg.solve_triangular(a, b, trans=1, unit_diagonal=True))
    whole, band = linalg.block_diag(a, b), linalg.toeplitz(c)
    assert [str(each.shape) for each in (x, whole, band)] == ["(n, k)", "(2*n, k + n)", "(m, m)"]
    values = [GENERAL, COLUMNS, VECTOR]
    found = run([a, b, c], [x, whole, band], values)
    assert_close(found[1], blocks(GENERAL, COLUMNS))
    assert_close(found[2], linalg.toeplitz(VECTOR))
    sizes = g.input("tall", ("n + 2", "n"))
    assert str(linalg.lstsq(sizes, g.input("right", ("n + 2",))).x.shape) == "(n,)"


REFUSED: Final[list[tuple[str, Callable[[Any], Any], str]]] = [
    ("an unknown way", lambda x: linalg.solve_triangular(x, x, trans=3), "trans"),
    ("no square", lambda x: linalg.solve_triangular(x[:2], x), "square"),
    ("lstsq of other rows", lambda x: linalg.lstsq(x, np.ones(2)), "rows"),
    ("lstsq of a scalar", lambda x: linalg.lstsq(x, 1.0), "rows"),
    ("no blocks", lambda x: linalg.block_diag(), "no blocks"),
    ("a scalar's diagonals", lambda x: linalg.toeplitz(x[0, 0]), "scalar"),
    ("no axes on a side", lambda x: linalg.tensorinv(x, ind=2), "no axes"),
    ("an unbalanced tensor", lambda x: linalg.tensorinv(x.reshape(3, 3, 1)[:2], ind=1), "no square"),
    ("a tensor of other sizes", lambda x: linalg.tensorsolve(x, np.ones(2)), "first sizes"),
    ("a root of no square", lambda x: linalg.sqrtm(x[:2]), "square"),
    ("an unknown norm", lambda x: linalg.cond(x, 3), "order"),
]  # fmt: skip


@pytest.mark.parametrize(("build", "message"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_refused(build: Callable[[Any], Any], message: str) -> None:
    """What can't be is refused when the graph is built, with advice."""
    with pytest.raises(SymdiffError, match=message) as caught:
        build(sd.Graph().input("x", (3, 3)))
    assert "advice" in str(caught.value)


def test_every_function_of_numpys_is_there() -> None:
    """All of np.linalg but its error adds nodes when called on expressions, with NumPy's arguments."""
    known = sd.Graph.standard.numpy
    assert [name for name in np.linalg.__all__ if getattr(np.linalg, name) not in known] == ["LinAlgError"]
    a, b = expressions([TALL, VECTOR[[0, 1, 2, 0]]])
    s = sd.reshape(a, (2, 2, 2))
    calls: list[Callable[..., Any]] = [
        lambda a, b, s: np.linalg.lstsq(a, b, rcond=None), lambda a, b, s: np.linalg.cond(s, p=1),
        lambda a, b, s: np.linalg.lstsq(a.T, b[:2], rcond=1e-9), lambda a, b, s: np.linalg.cond(a),
        lambda a, b, s: [np.linalg.matrix_rank(s, tol=0.5), np.linalg.matrix_rank(s, hermitian=True)],
        lambda a, b, s: [np.linalg.pinv(s, hermitian=True), np.linalg.svd(s, True, False, True)],
        lambda a, b, s: [np.linalg.tensorinv(a.reshape(2, 2, 2)[:, 0].reshape(2, 1, 2), ind=2), np.linalg.eigvals(s)],
        lambda a, b, s: [np.linalg.vector_norm(a, ord=3, axis=(0, 1)), np.linalg.norm(s, "nuc", (0, 2), True)],
        lambda a, b, s: [np.linalg.tensorsolve(s[0].reshape(1, 2, 2), b[:2].reshape(1, 2))],
        lambda a, b, s: [np.linalg.matmul(s, s), np.linalg.outer(b, b), np.linalg.tensordot(a, s, axes=1)],
        lambda a, b, s: [np.linalg.svdvals(s), np.linalg.matrix_transpose(s), np.linalg.vecdot(b, b)],
    ]  # fmt: skip
    values = [TALL, VECTOR[[0, 1, 2, 0]]]
    for call in calls:
        results = [call(a, b, s), call(*values, values[0].reshape(2, 2, 2))]
        pairs = zip(*(each if isinstance(each, (list, tuple)) else [each] for each in results), strict=True)
        for expression, true in pairs:
            found = run([a, b], expression, values)
            assert np.shape(found) == np.shape(true)
            assert_close(found, true, rtol=1e-11, atol=1e-12)
