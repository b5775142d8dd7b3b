"""Both modes as a user asks for them: to any order, by any node, of operations with several results."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

import symdiff as sd
from symdiff.op import Op
from symdiff.ops.family import uniform
from symdiff.sizes import product
from symdiff.types import ArrayType, Inferred, TupleType
from tests.values import assert_close, run

STEP = 1e-5


@pytest.mark.parametrize("ways", [(a, b, c) for a in "rf" for b in "rf" for c in "rf"], ids="".join)
def test_third_derivatives(ways: tuple[str, ...]) -> None:
    """Reverse and forward mode in any order give SymPy's third derivative."""
    x = sd.Graph().input("x")
    y = sd.exp(sd.sin(x)) / (1 + x**2) + sd.tanh(x) * sd.sqrt(x) - x**4
    for way in ways:
        y = sd.grad(y, x) if way == "r" else sd.jvp(y, x, 1.0)
    symbol = sympy.Symbol("x")
    twin = sympy.exp(sympy.sin(symbol)) / (1 + symbol**2) + sympy.tanh(symbol) * sympy.sqrt(symbol) - symbol**4
    wanted = float(sympy.diff(twin, symbol, 3).evalf(20, {symbol: sympy.Rational(7, 5)}))
    for level in ("none", "default"):
        assert_close(run([x], y, [1.4], level), wanted, rtol=1e-11)


def test_hvp_against_differences() -> None:
    """H v is the change of the gradient along v, over several sources at once, and H is symmetric."""
    graph = sd.Graph()
    x, w = graph.input("x", (2, 3)), graph.input("w", (3, 2))
    y = sd.sum(sd.logsumexp(sd.tanh(x @ w), axis=1) * sd.vector_norm(x, axis=1)) + sd.prod(w) * sd.max(x)
    rng = np.random.default_rng(3)
    point = [rng.uniform(0.5, 1.5, each.shape) for each in (x, w)]
    v, u = ([rng.uniform(-1, 1, each.shape) for each in (x, w)] for _ in range(2))
    function = sd.compile([x, w], sd.grad(y, [x, w]), name="gradient")
    ahead, behind = (function(*(p + s * STEP * d for p, d in zip(point, v, strict=True))) for s in (1, -1))
    products, others = (run([x, w], sd.hvp(y, [x, w], d), point, "default") for d in (v, u))
    for curvature, right, left in zip(products, ahead, behind, strict=True):
        assert_close(curvature, (right - left) / (2 * STEP), rtol=1e-6, atol=1e-7)
    left, right = (sum(np.vdot(a, b) for a, b in zip(*pair, strict=True)) for pair in ((u, products), (v, others)))
    assert_close(left, right, rtol=1e-12)


def test_adjoints_are_the_tables_of_the_book() -> None:
    """f = ln x1 + x1 x2 - sin x2 at (2, 5): every adjoint, and every tangent in direction (1, 0)."""
    graph = sd.Graph()
    x1, x2 = graph.input("x1"), graph.input("x2")
    v1, v2, v3 = sd.log(x1), x1 * x2, sd.sin(x2)
    v4 = v1 + v2
    v5 = v4 - v3
    nodes = [v1, v2, v3, v4, v5, x1, x2]
    adjoints, tangents = sd.adjoints(v5), sd.tangents(v5, [x1, x2], [1.0, 0.0])
    found = run([x1, x2], [adjoints[node] for node in nodes], [2.0, 5.0])
    assert_close(found, [1, 1, -1, 1, 1, 5.5, 2 - np.cos(5.0)])
    found = run([x1, x2], [tangents[node] for node in (v1, v2, v3, v4, v5)], [2.0, 5.0])
    assert_close(found, [0.5, 5, 0, 5.5, 5.5])
    assert set(adjoints) == set(nodes)


def test_adjoints_are_of_the_graph_as_written() -> None:
    """The table holds the nodes a user wrote, which the stable form would look through."""
    x = sd.Graph().input("x")
    inner = sd.exp(x)
    total = 1 + inner
    table = sd.adjoints(sd.log(total))
    assert_close(run([x], [table[total], table[inner], table[x]], [0.0]), [0.5, 0.5, 0.5])


def test_tables_leave_out_what_does_not_matter() -> None:
    """A node that doesn't affect the target, or that nothing differentiable leads through, has no adjoint."""
    graph = sd.Graph()
    x, other, count = graph.input("x"), graph.input("other"), graph.input("count", dtype="int64")
    step = sd.floor(x)
    y = x * step * count + 0 * sd.sin(x)
    aside = sd.cos(other)
    table = sd.adjoints(y)
    assert x in table
    assert not {step, aside, other, count} & set(table)


@pytest.mark.parametrize("value", [0.5, 800.0, -800.0])
def test_derivatives_by_nodes_a_pattern_would_swallow(value: float) -> None:
    """log(1 + s) by s = e^x is 1/(1 + s) at s itself, while by x it is the sigmoid: each source is its own barrier."""
    x = sd.Graph().input("x")
    s = sd.exp(x)
    t = 1 + s
    y = sd.log(t)
    with np.errstate(all="ignore"):
        exponential = np.exp(value)
        wanted = [1 / (1 + exponential), 1 / (1 + exponential), 1 / (1 + np.exp(-value))]
    sources = [s, t, x]
    ways = [sd.grad(y, sources), [sd.grad(y, each) for each in sources], [sd.jvp(y, each, 1.0) for each in sources]]
    for found in run([x], ways, [value], "default"):
        np.testing.assert_allclose(found, wanted, rtol=1e-15)
    together = sd.jvp(y, sources, [1.0, 10.0, 100.0])
    assert_close(run([x], together, [value], "default"), np.dot(wanted, [1, 10, 100]), rtol=1e-14)


def test_a_swallowed_source_of_a_root() -> None:
    """sqrt(s) by s = x x stays infinite at 0, sqrt(x x) by x is |x| with slope 0."""
    x = sd.Graph().input("x")
    s = x * x
    by_s, by_x = sd.grad(sd.sqrt(s), [s, x])
    assert run([x], [by_s, by_x], [0.0]) == [np.inf, 0.0]


def test_second_order_by_an_inner_node() -> None:
    """Derivatives of a derivative by a node that patterns look through are right too."""
    x = sd.Graph().input("x")
    s = sd.exp(x)
    y = sd.log(1 + s)
    mixed = sd.grad(sd.grad(y, s), s)
    assert_close(run([x], mixed, [0.0]), -0.25, rtol=1e-14)
    assert_close(run([x], sd.grad(sd.grad(y, x), x), [0.0]), 0.25, rtol=1e-14)


def test_a_source_that_is_a_target() -> None:
    """A node's derivative by itself is the seed; by a node above it, nothing."""
    graph = sd.Graph()
    x = graph.input("x")
    y = sd.sin(x)
    assert run([x], [sd.grad(y, y), sd.grad(x, y), sd.jvp(y, y, 3.0), sd.jvp(x, y, 3.0)], [1.0]) == [1, 0, 3, 0]
    assert_close(run([x], sd.grad(y * y, [x, y]), [1.0]), [np.sin(2.0), 2 * np.sin(1.0)])


def test_a_source_given_twice_and_targets_given_twice() -> None:
    """Repeated sources get the same gradient; cotangents and tangents of repeated ends are added."""
    x = sd.Graph().input("x")
    y = x * x
    assert run([x], sd.grad(y, [x, x]), [3.0]) == [6, 6]
    assert run([x], sd.vjp([y, y], x, [1.0, 10.0]), [3.0]) == 66
    assert run([x], sd.jvp([y, y], [x, x], [1.0, 10.0]), [3.0]) == [66, 66]


def test_an_unused_source_gets_a_labelled_zero() -> None:
    """The gradient by what the target doesn't depend on is 0, of the source's type, and the report says so."""
    graph = sd.Graph()
    x, y = graph.input("x"), graph.input("y", ("n", 2), "float32")
    dx, dy = sd.grad(x * x, [x, y])
    assert dy.type == y.type
    function = sd.compile([x, y], [dx, dy], name="gradients")
    assert function(3.0, np.ones((4, 2), np.float32))[1].tolist() == [[0, 0]] * 4
    assert len(function.report.notes) == 1
    assert "y" in function.report.notes[0]


def _sincos_kernel(x: Any) -> Any:
    return np.sin(x), np.cos(x)


def _sincos_type(x: ArrayType) -> Inferred:
    return Inferred(TupleType((x, x)))


def _sincos_vjp(cotangents: Any, y: Any, xs: Any, needed: Any) -> Any:
    sine, cosine = (_part(y, i) for i in range(2))
    return [type(cotangents[0])(cotangents[0].value * cosine - cotangents[1].value * sine)]


def _sincos_jvp(tangents: Any, y: Any, xs: Any) -> Any:
    return [tangents[0] * _part(y, 1), -tangents[0] * _part(y, 0)]


def _part(pair: Any, index: int) -> Any:
    return sd.project(pair, index)


SINCOS = Op(
    name="sincos",
    kernel=_sincos_kernel,
    infer=_sincos_type,
    arity=1,
    vjp=_sincos_vjp,
    jvp=_sincos_jvp,
    flops=lambda y, x: 20 * product(x.shape),
    samples=[uniform(-3, 3, (3,))],
    law="d (sin x, cos x) = (cos x, -sin x) dx",
    doc="Sine and cosine.",
)


@pytest.mark.parametrize("used", ["both", "first", "second"])
def test_operations_with_several_results(used: str) -> None:
    """Each result is projected out; results nobody uses count as 0; both modes, second order, both backends."""
    graph = sd.Graph(language=sd.Graph.standard.extended(SINCOS))
    x = graph.input("x", (3,))
    pair = SINCOS(x * 2)
    sine, cosine = _part(pair, 0), _part(pair, 1)
    y = sd.sum({"both": sine * cosine**2, "first": sine, "second": cosine}[used])
    plain = {"both": sd.sin(2 * x) * sd.cos(2 * x) ** 2, "first": sd.sin(2 * x), "second": sd.cos(2 * x)}[used]
    point, v = np.array([0.3, -1.2, 2.0]), np.array([1.0, -2.0, 0.5])

    def ways(target: Any) -> list[Any]:
        return [sd.grad(target, x), sd.jvp(target, x, v), sd.hvp(target, x, v), sd.grad(sd.jvp(target, x, v), x)]

    for backend in ("interpreter", "python"):
        for level in ("none", "default"):
            found, wanted = run([x], [ways(y), ways(sd.sum(plain))], [point], level, backend)
            for left, right in zip(found, wanted, strict=True):
                assert_close(left, right, rtol=1e-12)


def test_several_results_by_an_inner_source() -> None:
    """A projected result can be a source itself."""
    graph = sd.Graph(language=sd.Graph.standard.extended(SINCOS))
    x = graph.input("x")
    pair = SINCOS(x)
    sine, cosine = _part(pair, 0), _part(pair, 1)
    found = sd.grad(sine * sine * cosine, [sine, cosine, x])
    assert_close(run([x], found, [0.5]), [
        2 * np.sin(0.5) * np.cos(0.5), np.sin(0.5) ** 2,
        2 * np.sin(0.5) * np.cos(0.5) ** 2 - np.sin(0.5) ** 3,
    ])  # fmt: skip


def test_tables_hold_expressions_only_where_an_operation_has_several_results() -> None:
    """Adjoints and tangents are of arrays: of the projections, not of the operation itself."""
    g = sd.Graph()
    x = g.input("x", (2, 2))
    target = sd.linalg.slogdet(x).logabsdet
    for table in (sd.adjoints(target), sd.tangents(target, x, np.eye(2))):
        assert all(isinstance(each, sd.Expr) for each in table.values())
        assert target in table
