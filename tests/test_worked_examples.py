"""Worked examples from the literature, to the digits that are printed there."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.library.activations import binary_step, elu, leaky_relu, softplus
from symdiff.library.layers import linear
from symdiff.library.losses import binary_cross_entropy_from_logits, cross_entropy_from_logits, mean_squared_error
from symdiff.library.optimisers import sgd
from symdiff.library.regularisers import l2
from tests.values import assert_close, run

WAYS = pytest.mark.parametrize(
    ("level", "backend"), [("none", "interpreter"), ("none", "python"), ("default", "python"), ("fast", "python")]
)


def assert_digits(found: Any, printed: Any, digits: int = 3) -> None:
    """Complain where numbers don't round to the printed ones."""
    assert np.round(np.asarray(found, float), digits).tolist() == np.asarray(printed, float).tolist()


def assert_nodes(found: Sequence[Any], expected: Sequence[Any]) -> None:
    """Complain where these aren't the same nodes in the same order (`==` of expressions is elementwise)."""
    assert len(found) == len(expected)
    assert all(one is other for one, other in zip(found, expected, strict=True))


# f = (x + y) z, the first example of the Stanford course CS231n


@WAYS
def test_sum_times_factor(level: str, backend: str) -> None:
    g = sd.Graph()
    x, y, z = g.input("x"), g.input("y"), g.input("z")
    f = (x + y) * z
    value, gradient = run([x, y, z], [f, sd.grad(f, [x, y, z])], [-2.0, 5.0, -4.0], level, backend)
    assert value == -12
    assert gradient == [-4, -4, 3]


# f = ln x1 + x1 x2 - sin x2, of Baydin et al., Automatic Differentiation in Machine Learning: a Survey, 2018


class Baydin:
    """The evaluation trace of the survey's tables 2 and 3, at (2, 5)."""

    def __init__(self) -> None:
        self.graph = g = sd.Graph()
        self.x1, self.x2 = g.input("x1"), g.input("x2")
        v1 = sd.log(self.x1)
        v2 = self.x1 * self.x2
        v3 = sd.sin(self.x2)
        v4 = v1 + v2
        v5 = v4 - v3
        self.v = [v1, v2, v3, v4, v5]
        self.f = v5

    def at(self, outputs: Any, level: str = "none", backend: str = "interpreter") -> Any:
        """What these are at (2, 5)."""
        return run([self.x1, self.x2], outputs, [2.0, 5.0], level, backend)


@WAYS
def test_survey_value_and_gradient(level: str, backend: str) -> None:
    example = Baydin()
    value, *gradient = example.at([example.f, *sd.grad(example.f, [example.x1, example.x2])], level, backend)
    assert_digits(value, 11.652)
    assert_digits(gradient, [5.5, 1.716])


@WAYS
def test_survey_adjoints(level: str, backend: str) -> None:
    example = Baydin()
    table = sd.adjoints(example.f)
    assert set(table) == {example.x1, example.x2, *example.v}
    assert example.at([table[v] for v in example.v], level, backend) == [1, 1, -1, 1, 1]
    assert_digits(example.at([table[example.x1], table[example.x2]], level, backend), [5.5, 1.716])


def test_survey_contributions() -> None:
    example = Baydin()
    g, table = example.graph, sd.adjoints(example.f)

    def contributions(x: Any) -> list[Any]:
        consumers = [y for y in g.consumers(x) if y in table]
        return [example.at(g.operation(y).bprop(g.inputs(y), x, table[y])) for y in consumers]

    assert sorted(contributions(example.x1)) == [0.5, 5]
    assert_digits(sorted(contributions(example.x2)), [-0.284, 2])
    assert_digits(sum(contributions(example.x2)), 1.716)


@WAYS
def test_survey_tangents(level: str, backend: str) -> None:
    example = Baydin()
    table = sd.tangents(example.f, [example.x1, example.x2], [1.0, 0.0])
    assert example.at([table[v] for v in example.v], level, backend) == [0.5, 5, 0, 5.5, 5.5]
    alone = sd.jvp(example.f, example.x1, 1.0)
    assert example.at(alone, level, backend) == 5.5
    table = sd.tangents(example.f, [example.x1, example.x2], [0.0, 1.0])
    assert_digits(example.at([table[v] for v in example.v], level, backend), [0, 2, 0.284, 2, 1.716])


# The sigmoid neuron, CS231n


@WAYS
@pytest.mark.parametrize("sigmoid", [lambda z: 1 / (1 + sd.exp(-z)), sd.sigmoid], ids=["as written", "as an op"])
def test_sigmoid_neuron(sigmoid: Callable[..., Any], level: str, backend: str) -> None:
    g = sd.Graph()
    w, x = [g.input(f"w{i}") for i in range(3)], [g.input(f"x{i}") for i in range(2)]
    f = sigmoid(w[0] * x[0] + w[1] * x[1] + w[2])
    value, dw, dx = run([*w, *x], [f, sd.grad(f, w), sd.grad(f, x)], [2.0, -3.0, -3.0, -1.0, -2.0], level, backend)
    assert_digits(value, 0.731)
    assert_digits(dw, [-0.197, -0.393, 0.197])
    assert_digits(dx, [0.393, -0.590])


# A network of one layer: L = (sigmoid(w x + b) - c)^2 / 2


@WAYS
def test_one_layer_network(level: str, backend: str) -> None:
    g = sd.Graph()
    x, c, w, b = (g.input(name) for name in "xcwb")
    z = w * x + b
    y = sd.sigmoid(z)
    loss = (y - c) ** 2 / 2
    value, table = run([x, c, w, b], [[y, loss], sd.grad(loss, [y, z, w, b])], [1.0, 1.0, 0.0, 0.0], level, backend)
    assert value == [0.5, 0.125]
    assert table == [-0.5, -0.125, -0.125, -0.125]


# Logistic regression on one example, Jurafsky & Martin, Speech and Language Processing, 3rd edition, 5.6


@WAYS
@pytest.mark.parametrize("form", ["probability", "logit"])
def test_logistic_regression_on_one_example(form: str, level: str, backend: str) -> None:
    g = sd.Graph()
    x, t, w, b = g.input("x", (2,)), g.input("t"), g.input("w", (2,)), g.input("b")
    z = linear(x, w, b)
    p = sd.sigmoid(z)
    written = -(t * sd.log(p) + (1 - t) * sd.log(1 - p))
    loss = written if form == "probability" else binary_cross_entropy_from_logits(z, t)
    dw, db = sd.grad(loss, [w, b])
    outputs = [loss, dw, db, *sgd([w, b], [dw, db], 0.1)]
    value, *found = run([x, t, w, b], outputs, [[3.0, 2.0], 1.0, [0.0, 0.0], 0.0], level, backend)
    assert_close(value, math.log(2), rtol=1e-15)
    for each, printed in zip(found, [[-1.5, -1.0], -0.5, [0.15, 0.1], 0.05], strict=True):
        assert_close(each, printed, rtol=1e-14)
    elsewhere = [[3.0, 2.0], 0.0, [0.3, -0.7], 0.2]
    probability = 1 / (1 + math.exp(-(0.3 * 3 - 0.7 * 2 + 0.2)))
    _, dw, db, *_ = run([x, t, w, b], outputs, elsewhere, level, backend)
    assert_close(dw, [probability * 3, probability * 2], rtol=1e-14)
    assert_close(db, probability, rtol=1e-14)


# A network of two layers on a batch of three, against matrix formulas derived by hand

RNG = np.random.default_rng(5)
X, T = RNG.uniform(-1, 1, (3, 4)), np.array([1, 0, 1])
PARAMETERS = [RNG.uniform(-1, 1, shape) for shape in ((4, 5), (5,), (5, 2), (2,))]


def by_hand(x: Any, target: Any, w: Any, b: Any, v: Any, c: Any) -> list[Any]:
    """Gradients of the mean squared error of tanh(x w + b) v + c: outer products and sums over the batch."""
    h = np.tanh(x @ w + b)
    d_y = 2 * (h @ v + c - target) / target.size
    return _backwards(x, h, d_y, v)


def _backwards(x: Any, h: Any, d_y: Any, v: Any) -> list[Any]:
    d_z = (d_y @ v.T) * (1 - h * h)
    return [
        sum(np.outer(x[i], d_z[i]) for i in range(3)), d_z.sum(axis=0),
        sum(np.outer(h[i], d_y[i]) for i in range(3)), d_y.sum(axis=0),
    ]  # fmt: skip


def two_layers(classes: bool) -> tuple[list[Any], Any, list[Any]]:
    """Inputs, loss and parameters of the network, with a named batch size."""
    g = sd.Graph()
    x, w, b, v, c = (
        g.input(name, shape)
        for name, shape in zip("xWbVc", [("batch", 4), *(each.shape for each in PARAMETERS)], strict=True)
    )
    t = g.input("t", ("batch",), "int64") if classes else g.input("t", ("batch", 2))
    y = linear(sd.tanh(linear(x, w, b)), v, c)
    loss = cross_entropy_from_logits(y, t) if classes else mean_squared_error(y, t)
    return [x, t, w, b, v, c], loss, [w, b, v, c]


@WAYS
def test_two_layer_network_with_squared_errors(level: str, backend: str) -> None:
    inputs, loss, parameters = two_layers(classes=False)
    target = np.eye(2)[T]
    found = run(inputs, sd.grad(loss, parameters), [X, target, *PARAMETERS], level, backend)
    for one, other in zip(found, by_hand(X, target, *PARAMETERS), strict=True):
        assert one.shape == other.shape
        assert_close(one, other, rtol=1e-13, atol=1e-15)


@WAYS
def test_two_layer_network_with_classes(level: str, backend: str) -> None:
    inputs, loss, parameters = two_layers(classes=True)
    w, b, v, c = PARAMETERS
    h = np.tanh(X @ w + b)
    weights = np.exp(h @ v + c)
    d_y = (weights / weights.sum(axis=1, keepdims=True) - np.eye(2)[T]) / 3
    found = run(inputs, sd.grad(loss, parameters), [X, T, *PARAMETERS], level, backend)
    for one, other in zip(found, _backwards(X, h, d_y, v), strict=True):
        assert_close(one, other, rtol=1e-13, atol=1e-15)


# A network of l layers with an L2 term, against the recursion of Goodfellow et al., algorithm 6.4

ACTIVATIONS: dict[str, tuple[Callable[..., Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "sigmoid": (sd.sigmoid, lambda a: 1 / (1 + np.exp(-a)), lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2),
    "tanh": (sd.tanh, np.tanh, lambda a: 1 / np.cosh(a) ** 2),
    "relu": (sd.relu, lambda a: np.maximum(a, 0), lambda a: 1.0 * (a > 0)),
    "leaky_relu": (leaky_relu, lambda a: np.where(a >= 0, a, 0.01 * a), lambda a: np.where(a >= 0, 1, 0.01)),
    "elu": (elu, lambda a: np.where(a >= 0, a, np.expm1(a)), lambda a: np.where(a >= 0, 1, np.exp(a))),
    "softplus": (softplus, lambda a: np.log(1 + np.exp(a)), lambda a: 1 / (1 + np.exp(-a))),
    "binary_step": (binary_step, lambda a: 1.0 * (a >= 0), lambda a: 0 * a),
}
WEIGHT = 0.03


def recursion(f: Any, slope: Any, x: Any, t: Any, w: Sequence[Any], b: Sequence[Any]) -> tuple[list[Any], ...]:
    """The adjoints of the pre-activations, and the gradients by the matrices and by the biases, layer by layer."""
    h, a = [x], []
    for matrix, bias in zip(w, b, strict=True):
        a.append(matrix @ h[-1] + bias)
        h.append(f(a[-1]))
    g = h[-1] - t
    signals, dw, db = [], [], []
    for k in reversed(range(len(w))):
        g = g * slope(a[k])
        signals.insert(0, g)
        dw.insert(0, np.outer(g, h[k]) + WEIGHT * w[k])
        db.insert(0, g)
        g = w[k].T @ g
    return signals, dw, db


def drawn_network(layers: int) -> tuple[Any, Any, list[Any], list[Any]]:
    """An input, a target, and the matrices and biases of so many layers, each of another width than the last."""
    rng = np.random.default_rng(layers)
    sizes = [5 + (k * 2) % 4 for k in range(layers + 1)]
    w = [rng.uniform(-0.8, 0.8, (after, before)) for before, after in pairwise(sizes)]
    b = [rng.uniform(-0.1, 0.5, after) for after in sizes[1:]]
    return rng.uniform(-1, 1, sizes[0]), rng.uniform(-1, 1, sizes[-1]), w, b


@pytest.mark.parametrize("layers", range(1, 9))
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_deep_network_is_the_recursion(name: str, layers: int) -> None:
    activation, f, slope = ACTIVATIONS[name]
    x, t, w, b = drawn_network(layers)
    expected = recursion(f, slope, x, t, w, b)
    assert name == "binary_step" or all(abs(signal).max() > 1e-6 for signal in expected[0]), "a layer is cut off"
    graph = sd.Graph()
    weights = [graph.input(f"W{k}", each.shape) for k, each in enumerate(w)]
    biases = [graph.input(f"b{k}", each.shape) for k, each in enumerate(b)]
    h, a = graph.input("x", x.shape), []
    inputs = [h, graph.input("t", t.shape)]
    for matrix, bias in zip(weights, biases, strict=True):
        a.append(matrix @ h + bias)
        h = activation(a[-1])
    loss = sd.sum((h - inputs[1]) ** 2) / 2 + l2(weights, WEIGHT)
    table = sd.adjoints(loss)
    outputs = [[table.get(each, sd.zeros_like(each)) for each in a], sd.grad(loss, weights), sd.grad(loss, biases)]
    arguments = [*inputs, *weights, *biases]
    for level, backend in (("none", "interpreter"), ("default", "python")):
        found = run(arguments, outputs, [x, t, *w, *b], level, backend)
        for ours, theirs in zip(found, expected, strict=True):
            for one, other in zip(ours, theirs, strict=True):
                assert_close(one, other, rtol=1e-11, atol=1e-14)


# Gradient layout: a gradient has its parameter's own shape and dtype


@pytest.mark.parametrize("shape", [(), (3,), (1,), (2, 3), (3, 1), (1, 3), (2, 1, 3), ("n",), ("n", 3), ("n", 1)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_have_their_parameters_layout(shape: Any, dtype: str) -> None:
    g = sd.Graph()
    w = g.input("w", shape, dtype)
    x = g.input("x", tuple(3 if size == 1 else size for size in shape), dtype)
    loss = sd.mean((sd.tanh(w) * x + w) ** 2)
    assert sd.grad(loss, w).type == w.type
    numbers = tuple(2 if size == "n" else size for size in shape)
    value = np.full(numbers, 0.5, dtype)
    there = np.ones([3 if size == 1 else size for size in numbers], dtype)
    for level, backend in (("none", "interpreter"), ("default", "python")):
        found = np.asarray(run([w, x], sd.grad(loss, w), [value, there], level, backend))
        assert (found.shape, found.dtype) == (numbers, dtype)


def test_a_column_stays_a_column() -> None:
    g = sd.Graph()
    w, x = g.input("W", (3, 2)), g.input("x", (2, 1))
    dw, dx = sd.grad(sd.sum(w @ x), [w, x])
    assert (dw.shape, dx.shape) == ((3, 2), (2, 1))


# mul(x, x): one node, two edges


@WAYS
def test_product_of_a_variable_with_itself(level: str, backend: str) -> None:
    g = sd.Graph()
    x = g.input("x")
    y = sd.multiply(x, x)
    assert run([x], sd.grad(y, x), [3.0], level, backend) == 6
    assert run([x], sd.adjoints(y)[x], [3.0], level, backend) == 6
    assert run([x], sd.jvp(y, x, 1.0), [3.0], level, backend) == 6


def test_bprop_pretends_that_inputs_are_distinct() -> None:
    g = sd.Graph()
    x, seed = g.input("x"), g.input("seed")
    y = sd.multiply(x, x)
    for contribution in (
        sd.multiply.bprop([x, x], x, seed),
        sd.multiply.bprop([x, x], 0, seed),
        sd.multiply.bprop([x, x], 1, seed),
        g.operation(y).bprop(g.inputs(y), x, seed),
    ):
        assert run([x, seed], contribution, [3.0, 5.0]) == 15
    whole = sum(sd.multiply.bprop([x, x], i, seed) for i in range(2))
    assert run([x, seed], whole, [3.0, 5.0]) == 30


# The book's three questions (Goodfellow et al., 6.5.6)


def test_operation_consumers_and_inputs() -> None:
    g = sd.Graph()
    x, y = g.input("x", (2, 3)), g.input("y", (2, 3))
    product = sd.multiply(x, y)
    total = sd.sum(product, axis=1)
    square = sd.multiply(x, x)
    assert g.operation(product).op is sd.multiply
    assert g.operation(total).attributes == {"axis": (1,), "keepdims": False}
    assert g.operation(x).op.name == "input"
    assert_nodes(g.inputs(product), [x, y])
    assert_nodes(g.inputs(square), [x, x])
    assert_nodes(g.inputs(x), [])
    assert_nodes(g.consumers(x), [product, square, square])
    assert_nodes(g.consumers(y), [product])
    assert_nodes(g.consumers(total), [])


def test_an_operation_applies_and_differentiates_by_itself() -> None:
    g = sd.Graph()
    x = g.input("x", (2, 3))
    total = sd.sum(x, axis=1)
    assert g.operation(total)(x) is total
    contribution = g.operation(total).bprop([x], x, [1.0, 10.0])
    np.testing.assert_array_equal(run([x], contribution, [np.ones((2, 3))]), [[1, 1, 1], [10, 10, 10]])
