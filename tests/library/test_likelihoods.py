"""The further losses against plain NumPy formulas, their derivatives, and extreme predictions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.library.likelihoods import contrastive, focal, gaussian_nll, huber, kl_divergence, poisson_nll
from symdiff.library.losses import binary_cross_entropy_from_logits
from tests.library.laws import WAYS, differences, values_and_gradients
from tests.values import assert_close

RNG = np.random.default_rng(7)
Y, T, S = RNG.uniform(-3, 3, (4, 3)), RNG.uniform(-3, 3, (4, 3)), RNG.uniform(-1, 1, (4, 3))
P, R = RNG.dirichlet(np.ones(3), 4), RNG.dirichlet(np.ones(3), 4)
COUNTS, COINS = RNG.integers(0, 6, (4, 3)), RNG.integers(0, 2, (4, 3))


def log_sigmoid(z: Any) -> Any:
    """-log(1 + e^-z) of small logits."""
    return -np.log1p(np.exp(-z))


def focal_plain(z: Any, target: Any, gamma: float = 2.0) -> Any:
    """The focal loss, written out."""
    z = np.where(target, z, -z)
    return -np.mean((1 - 1 / (1 + np.exp(-z))) ** gamma * log_sigmoid(z))


CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], list[Any]]] = {
    "huber": (
        huber, lambda y, t: np.mean(np.where(abs(y - t) <= 1, (y - t) ** 2 / 2, abs(y - t) - 0.5)), [Y, T]
    ),
    "huber(2)": (
        lambda y, t: huber(y, t, 2.0),
        lambda y, t: np.mean(np.where(abs(y - t) <= 2, (y - t) ** 2 / 2, 2 * (abs(y - t) - 1))), [Y, T],
    ),
    "kl_divergence": (kl_divergence, lambda p, q: np.mean((p * np.log(p / q)).sum(-1)), [P, R]),
    "poisson_nll": (
        poisson_nll,
        lambda z, n: np.mean(np.exp(z) - n * z + np.vectorize(math.lgamma)(n + 1.0)), [S, COUNTS],
    ),
    "gaussian_nll": (
        gaussian_nll,
        lambda y, t, s: np.mean(np.log(2 * np.pi * np.exp(s)) + (t - y) ** 2 / np.exp(s)) / 2, [Y, T, S],
    ),
    "focal": (focal, focal_plain, [Y, COINS]),
    "focal(0.5) of booleans": (lambda z, t: focal(z, t, 0.5), lambda z, t: focal_plain(z, t, 0.5), [Y, COINS > 0]),
    "contrastive": (
        contrastive, lambda d, same: np.mean(np.where(same, d**2, np.maximum(0, 1 - d) ** 2)) / 2, [abs(Y), COINS > 0]
    ),
}  # fmt: skip
TABLE = pytest.mark.parametrize("name", CASES)


@TABLE
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_losses_are_their_formulas(name: str, level: Any, backend: Any) -> None:
    loss, plain, values = CASES[name]
    found, gradients = values_and_gradients(loss, values, level, backend)
    assert_close(found, plain(*values), rtol=1e-13)
    assert_close(loss(*values), plain(*values), rtol=1e-13)
    assert np.shape(found) == ()
    for one, other in zip(gradients, differences(plain, values), strict=True):
        assert_close(one, other)


@TABLE
def test_shapes_that_differ_are_refused(name: str) -> None:
    loss, _, values = CASES[name]
    with pytest.raises(ShapeError, match=f"{name.partition('(')[0]}: the shapes"):
        loss(*values[:-1], values[-1][:, :1])


@TABLE
def test_float32_stays_so(name: str) -> None:
    loss, _, values = CASES[name]
    narrow = [each.astype("float32") if each.dtype.kind == "f" else each for each in values]
    found, gradients = values_and_gradients(loss, narrow)
    assert {each.dtype for each in (found, *gradients)} == {np.dtype("float32")}


def test_extremes() -> None:
    found, (slope, _) = values_and_gradients(huber, [np.array([1e200, 0.0]), np.array([-1e200, 0.0])])
    assert_close(found, 1e200)
    np.testing.assert_array_equal(slope, [0.5, 0])
    found, (slope,) = values_and_gradients(lambda z: focal(z, [1, 1]), [np.array([-800.0, 800.0])])
    assert_close(found, 400.0)
    np.testing.assert_allclose(slope, [-0.5, 0], atol=1e-300)
    p = np.array([[0.0, 1.0]])
    _, gradients = values_and_gradients(lambda q: kl_divergence(p, q), [np.array([[0.0, 1.0]])])
    np.testing.assert_array_equal(gradients[0], [[0, -1]])


def test_special_cases_are_the_losses_they_generalise() -> None:
    assert_close(focal(Y, COINS, 0.0), binary_cross_entropy_from_logits(Y, COINS), rtol=1e-14)
    assert_close(huber(Y, T, 1e9), 0.5 * np.mean((Y - T) ** 2), rtol=1e-14)
    assert kl_divergence(P, P) == 0


def test_a_corner_of_the_margin_is_flat() -> None:
    x = sd.Graph().input("d", (2,))
    slope = sd.grad(contrastive(x, [False, False]), x)
    np.testing.assert_array_equal(slope.eval({x: [1.0, 2.0]}), [0, 0])
