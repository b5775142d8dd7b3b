"""Losses against plain NumPy formulas, their derivatives, extreme predictions, and the targets they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, DtypeError, IndexingError, ShapeError
from symdiff.library.losses import (
    binary_cross_entropy_from_logits,
    cross_entropy,
    cross_entropy_from_logits,
    hinge,
    mean_squared_error,
    zero_one,
)
from tests.library.laws import WAYS, differences, values_and_gradients
from tests.values import assert_close, run

RNG = np.random.default_rng(2)
Z = RNG.uniform(-2, 2, (5, 3))
LABELS = np.array([0, 2, 1, 1, 0])
SPREAD = RNG.dirichlet(np.ones(3), 5)
SIGNS = np.array([1, -1, 1, 1, -1])
COINS = np.array([0, 1, 1, 0, 1])


def softmax(z: Any) -> Any:
    """e^z / sum e^z of small logits."""
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def sigmoid(z: Any) -> Any:
    """1 / (1 + e^-z)."""
    return 1 / (1 + np.exp(-z))


def wrong(scores: Any, labels: Any) -> float:
    """The fraction of rows in which another score than the label's is the largest."""
    return sum(row[label] < max(row) for row, label in zip(scores, labels, strict=True)) / len(labels)


class Case(NamedTuple):
    """A loss with operands, and what it is in plain NumPy."""

    loss: Callable[..., Any]
    values: tuple[Any, Any]
    plain: Callable[..., Any]


def by_label(p: Any, labels: Any) -> Any:
    """The mean of -log p[label], row by row."""
    return np.mean([-math.log(row[label]) for row, label in zip(p.reshape(-1, 3), labels.ravel(), strict=True)])


def by_distribution(p: Any, target: Any) -> Any:
    """The mean of -sum target log p."""
    return np.mean(-np.sum(target * np.log(p), axis=-1))


def coin(z: Any, target: Any) -> Any:
    """The mean of -t log p - (1 - t) log(1 - p)."""
    return np.mean(-target * np.log(sigmoid(z)) - (1 - target) * np.log(1 - sigmoid(z)))


CASES = {
    "mse": Case(mean_squared_error, (Z, SPREAD), lambda y, t: ((y - t) ** 2).sum() / y.size),
    "mse scalar": Case(mean_squared_error, (Z[0, 0], SPREAD[0, 0]), lambda y, t: (y - t) ** 2),
    "mse integers": Case(mean_squared_error, (Z[:, 0], LABELS), lambda y, t: ((y - t) ** 2).sum() / 5),
    "labels": Case(cross_entropy, (softmax(Z), LABELS), by_label),
    "labels of one": Case(cross_entropy, (softmax(Z[0]), np.array(2)), lambda p, t: -math.log(p[t])),
    "labels on axes": Case(cross_entropy, (softmax(Z[:4]).reshape(2, 2, 3), LABELS[:4].reshape(2, 2)), by_label),
    "distributions": Case(cross_entropy, (softmax(Z), SPREAD), by_distribution),
    "logits, labels": Case(cross_entropy_from_logits, (Z, LABELS), lambda z, t: by_label(softmax(z), t)),
    "logits, bytes": Case(cross_entropy_from_logits, (Z, LABELS.astype("uint8")), lambda z, t: by_label(softmax(z), t)),
    "logits, distributions": Case(cross_entropy_from_logits, (Z, SPREAD), lambda z, t: by_distribution(softmax(z), t)),
    "coin, labels": Case(binary_cross_entropy_from_logits, (Z[:, 0], COINS), coin),
    "coin, booleans": Case(
        binary_cross_entropy_from_logits, (Z[:, 0], COINS == 1), lambda z, t: coin(z, t.astype("float64"))
    ),
    "coin, probabilities": Case(binary_cross_entropy_from_logits, (Z, SPREAD), coin),
    "hinge": Case(
        hinge, (Z[:, 0], SIGNS), lambda y, t: np.mean([max(0, 1 - a * b) for a, b in zip(y, t, strict=True)])
    ),
    "hinge, floats": Case(hinge, (Z[:, 1], SIGNS * 1.0), lambda y, t: np.maximum(0, 1 - y * t).mean()),
    "zero_one": Case(zero_one, (Z, LABELS), wrong),
}
TABLE = pytest.mark.parametrize("name", CASES)


@TABLE
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_value_is_the_formula(name: str, level: str, backend: str) -> None:
    loss, values, plain = CASES[name]
    expected = plain(*values)
    found, _ = values_and_gradients(loss, values, level, backend)
    assert np.shape(found) == ()
    assert_close(found, expected, rtol=1e-13)
    assert_close(loss(*values), expected, "called on arrays", rtol=1e-13)
    assert_close(loss(*(np.asarray(each).tolist() for each in values)), expected, "called on lists", rtol=1e-13)


@TABLE
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_derivative_agrees_with_finite_differences(name: str, level: str, backend: str) -> None:
    loss, values, plain = CASES[name]
    _, found = values_and_gradients(loss, values, level, backend)
    for one, other in zip(found, differences(plain, values), strict=True):
        assert_close(one, other, atol=1e-7)


@TABLE
def test_second_derivative_agrees_with_finite_differences(name: str) -> None:
    loss, (y, target), _ = CASES[name]

    def slopes(x: Any) -> Any:
        if isinstance(x, sd.Expr):
            return sd.grad(loss(x, target), x)
        return values_and_gradients(loss, [x, target])[1][0]

    for one, other in zip(values_and_gradients(slopes, [y])[1], differences(slopes, [y]), strict=True):
        assert_close(one, other, atol=1e-6)


@TABLE
def test_named_sizes_and_float32(name: str) -> None:
    loss, (y, target), plain = CASES[name]
    narrow = [each.astype("float32") if each.dtype.kind == "f" else each for each in (y, target)]
    g = sd.Graph()
    names = ("batch", *(f"n{i}" for i in range(1, np.ndim(y))))
    shapes = [names[: np.ndim(each)] for each in narrow]
    inputs = [g.input(name, shape, each.dtype) for name, shape, each in zip("yt", shapes, narrow, strict=True)]
    value = loss(*inputs)
    assert value.dtype == np.float32
    assert loss(*narrow).dtype == np.float32
    assert_close(run(inputs, value, narrow, "default", "python"), plain(y, target), rtol=1e-5)


# Closed forms


def test_gradient_by_logits_is_softmax_minus_target() -> None:
    one_hot = np.eye(3)[LABELS]
    _, (found,) = values_and_gradients(cross_entropy_from_logits, (Z, LABELS))
    assert_close(found, (softmax(Z) - one_hot) / 5, rtol=1e-13)
    _, (found, _) = values_and_gradients(cross_entropy_from_logits, (Z, SPREAD))
    assert_close(found, (softmax(Z) - SPREAD) / 5, rtol=1e-13)
    _, (found,) = values_and_gradients(binary_cross_entropy_from_logits, (Z[:, 0], COINS))
    assert_close(found, (sigmoid(Z[:, 0]) - COINS) / 5, rtol=1e-13)


def test_labels_are_the_distributions_that_they_name() -> None:
    one_hot = np.eye(3)[LABELS]
    for loss, scores in ((cross_entropy, softmax(Z)), (cross_entropy_from_logits, Z)):
        value, (gradient,) = values_and_gradients(loss, (scores, LABELS))
        other, (slopes, _) = values_and_gradients(loss, (scores, one_hot))
        assert_close(value, other, rtol=1e-15)
        assert_close(gradient, slopes, rtol=1e-15)


def test_cross_entropy_of_a_softmax_is_stable() -> None:
    def written_out(z: Any, labels: Any) -> Any:
        return cross_entropy(sd.softmax(z), labels)

    z = np.array([[800.0, 0.0], [-800.0, 0.0]])
    value, (gradient,) = values_and_gradients(written_out, (z, np.array([1, 1])))
    assert value == 400.0
    np.testing.assert_array_equal(gradient, [[0.5, -0.5], [0.0, 0.0]])


# Kinks and extremes


def test_hinge_has_derivative_zero_at_the_corner() -> None:
    y, target = np.array([1.0, -1.0, 1.0 - 1e-12, 1.0 + 1e-12]), np.array([1, -1, 1, 1])
    value, (gradient,) = values_and_gradients(hinge, (y, target))
    assert 0 < value < 1e-12
    np.testing.assert_array_equal(gradient, [0, 0, -0.25, 0])


def test_zero_one_has_no_slope_and_counts_the_first_of_equal_scores() -> None:
    value, (gradient,) = values_and_gradients(zero_one, (np.zeros((2, 3)), np.array([0, 1])))
    assert value == 0.5
    np.testing.assert_array_equal(gradient, np.zeros((2, 3)))


@pytest.mark.parametrize("target", [np.array([0, 1]), np.eye(2)], ids=["labels", "distributions"])
@pytest.mark.parametrize("size", [800.0, 1e300])
def test_large_logits(target: Any, size: float) -> None:
    right = np.array([[size, -size], [-size, size]])
    value, (gradient, *_) = values_and_gradients(cross_entropy_from_logits, (right, target))
    assert value == 0
    np.testing.assert_array_equal(gradient, np.zeros((2, 2)))
    value, (gradient, *_) = values_and_gradients(cross_entropy_from_logits, (-right, target))
    assert value == 2 * size
    np.testing.assert_array_equal(gradient, [[-0.5, 0.5], [0.5, -0.5]])


@pytest.mark.parametrize("target", [np.array([0]), np.array([[0.5, 0.5, 0.0]])], ids=["labels", "distributions"])
def test_a_class_may_be_ruled_out(target: Any) -> None:
    value, (gradient, *_) = values_and_gradients(cross_entropy_from_logits, (np.array([[1.0, 1.0, -np.inf]]), target))
    assert_close(value, math.log(2), rtol=1e-15)
    expected = [[-0.5, 0.5, 0]] if target.ndim == 1 else [[0, 0, 0]]
    assert_close(gradient, expected, atol=1e-16)


@pytest.mark.parametrize("target", [np.array([2]), np.array([[0.0, 0.0, 1.0]])], ids=["labels", "distributions"])
def test_what_was_ruled_out_costs_infinity(target: Any) -> None:
    z = np.array([[1.0, 1.0, -np.inf]])
    assert values_and_gradients(cross_entropy_from_logits, (z, target))[0] == np.inf
    assert cross_entropy(softmax(z), target) == np.inf


def test_probabilities_of_zero_that_do_not_matter() -> None:
    p = np.array([[0.25, 0.75, 0.0]])
    for target in (np.array([0]), np.array([[1.0, 0.0, 0.0]])):
        value, (gradient, *_) = values_and_gradients(cross_entropy, (p, target))
        assert_close(value, math.log(4), rtol=1e-15)
        np.testing.assert_array_equal(gradient, [[-4, 0, 0]])


@pytest.mark.parametrize("target", [np.array([1, 0, 1, 0]), np.array([1.0, 0.0, 1.0, 0.0])], ids=["labels", "floats"])
def test_a_coin_with_large_logits(target: Any) -> None:
    z = np.array([40.0, -40.0, -800.0, 800.0])
    value, (gradient, *_) = values_and_gradients(binary_cross_entropy_from_logits, (z, target))
    assert value == 400
    # (sigmoid(z) - t) / n is 0 where sigmoid(z) rounds to t
    assert_close(gradient, [-math.exp(-40) / 4, math.exp(-40) / 4, -0.25, 0.25], rtol=1e-13, atol=1e-16)


def test_labels_that_are_no_class_add_nothing_when_they_come_late() -> None:
    labels = np.array([0, -1, 1, 3, 0])
    kept = [0, 2, 4]
    for loss, scores in ((cross_entropy, softmax(Z)), (cross_entropy_from_logits, Z)):
        value, (gradient,) = values_and_gradients(loss, (scores, labels))
        fewer, (slopes,) = values_and_gradients(loss, (scores[kept], labels[kept]))
        assert_close(value, fewer * 3 / 5, rtol=1e-14)
        assert_close(gradient[kept], slopes * 3 / 5, rtol=1e-14)
        np.testing.assert_array_equal(gradient[[1, 3]], 0)


# Refusals

ROWS = ("n", 3)
REFUSED = {
    "mse of another shape": (mean_squared_error, (("n", 1), "float64"), (("n",), "float64"), ShapeError),
    "mse of a scalar": (mean_squared_error, (("n",), "float64"), ((), "float64"), ShapeError),
    "float labels": (cross_entropy, (ROWS, "float64"), (("n",), "float64"), DtypeError),
    "float labels of logits": (cross_entropy_from_logits, (ROWS, "float64"), (("n",), "float32"), DtypeError),
    "boolean labels": (cross_entropy_from_logits, (ROWS, "float64"), (("n",), "bool"), DtypeError),
    "integer one-hot rows": (cross_entropy_from_logits, (ROWS, "float64"), (ROWS, "int64"), ShapeError),
    "labels for other rows": (cross_entropy, (ROWS, "float64"), (("m",), "int64"), ShapeError),
    "labels in a column": (cross_entropy, (ROWS, "float64"), (("n", 1), "int64"), ShapeError),
    "distributions over more": (cross_entropy, (ROWS, "float64"), (("n", 4), "float64"), ShapeError),
    "distributions for all": (cross_entropy_from_logits, (ROWS, "float64"), ((3,), "float64"), ShapeError),
    "one probability": (cross_entropy, ((), "float64"), ((), "float64"), ShapeError),
    "one logit": (cross_entropy_from_logits, ((), "float64"), ((), "int64"), ShapeError),
    "coins in a column": (binary_cross_entropy_from_logits, (("n",), "float64"), (("n", 1), "float64"), ShapeError),
    "hinge of another shape": (hinge, (("n", 1), "float64"), (("n",), "int64"), ShapeError),
    "hinge of booleans": (hinge, (("n",), "float64"), (("n",), "bool"), DtypeError),
    "0-1 loss of floats": (zero_one, (ROWS, "float64"), (("n",), "float64"), DtypeError),
    "0-1 loss of distributions": (zero_one, (ROWS, "float64"), (ROWS, "float64"), ShapeError),
}


@pytest.mark.parametrize("name", REFUSED)
def test_targets_that_do_not_fit_are_refused_when_the_graph_is_built(name: str) -> None:
    loss, one, other, error = REFUSED[name]
    g = sd.Graph()
    with pytest.raises(error) as caught:
        loss(g.input("scores", *one), g.input("truth", *other))
    message = str(caught.value)
    assert message.startswith(f"{loss.__name__}: ")
    for part in ("scores: ", "truth: ", "advice: ", "asked at ", "test_losses.py"):
        assert part in message
    arrays = [np.ones([{"n": 5, "m": 4}.get(size, size) for size in shape], dtype) for shape, dtype in (one, other)]
    with pytest.raises(error, match=loss.__name__):
        loss(*arrays)


@pytest.mark.parametrize("loss", [cross_entropy, cross_entropy_from_logits, zero_one])
@pytest.mark.parametrize("label", [-1, 3])
def test_a_known_label_that_is_no_class_is_refused(loss: Callable[..., Any], label: int) -> None:
    z = sd.Graph().input("z", ("n", 3))
    with pytest.raises(IndexingError, match=f"no class {label} among 3"):
        loss(z[:2], [0, label])
    with pytest.raises(IndexingError, match=f"no class {label} among 3"):
        loss(Z[:2], [0, label])


@pytest.mark.parametrize(
    ("loss", "wrong", "right"),
    [
        (hinge, [0, 1], [-1, 1]),
        (hinge, [0.0, 1.0], [-1.0, 1.0]),
        (hinge, [2, 1], [1, 1]),
        (binary_cross_entropy_from_logits, [-1, 1], [0, 1]),
    ],
)
def test_known_labels_that_stand_for_nothing_are_refused(loss: Callable[..., Any], wrong: Any, right: Any) -> None:
    y = sd.Graph().input("y", (2,))
    with pytest.raises(ArgumentError, match=r"labels are -?\d and 1"):
        loss(y, wrong)
    with pytest.raises(ArgumentError, match=r"labels are -?\d and 1"):
        loss([0.5, 0.5], wrong)
    loss(y, right)
