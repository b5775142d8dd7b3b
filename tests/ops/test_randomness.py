"""Random numbers: the same for a key everywhere, of the right distribution, with derivatives along the path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff import random
from symdiff.errors import ArgumentError, DtypeError, ShapeError
from tests.library.laws import WAYS
from tests.values import assert_same, run

KEY = random.key(7)
GOLDEN = {
    "bits": (lambda key: random.bits(key, (3,)), [2438493394285673952, 14713951771369661419, 2691464276040728092]),
    "uniform": (lambda key: random.uniform(key, (2,)), [0.1321909917838039, 0.7976449238182961]),
    "uniform float32": (
        lambda key: random.uniform(key, (2,), dtype="float32"),
        [0.13219094276428223, 0.7976449131965637],
    ),
    "split": (
        lambda key: random.split(key, 2),
        [[17900206650075862100, 550698562447956241], [4567791618666433697, 5261599892831297747]],
    ),
    "fold_in": (lambda key: random.fold_in(key, 3), [11793008083302933628, 3789809597769025126]),
    "randint": (lambda key: random.randint(key, (6,), -2, 3), [0, 2, 0, -1, 2, 1]),
    "bernoulli": (lambda key: random.bernoulli(key, 0.25, (6,)), [True, False, True, False, False, False]),
    "permutation": (lambda key: random.permutation(key, 5), [0, 2, 4, 3, 1]),
    "choice": (lambda key: random.choice(key, 5, (6,)), [2, 4, 2, 1, 4, 3]),
    "choice of different ones": (lambda key: random.choice(key, 5, (4,), replace=False), [1, 3, 4, 2]),
    "choice by p": (lambda key: random.choice(key, 5, (6,), p=[0.1, 0.2, 0.3, 0.2, 0.2]), [1, 3, 1, 3, 1, 1]),
}
"""What each gives for the key of seed 7, for ever."""
CLOSE = {
    "normal": (
        lambda key: random.normal(key, (3,), 1.0, 2.0),
        [-2.169568370807745, 0.6640558054454844, 0.20274446270453084],
    ),
    "exponential": (lambda key: random.exponential(key, (2,), 3.0), [6.070522484114006, 0.6782752145295853]),
    "gumbel": (lambda key: random.gumbel(key, (2,), 1.0, 2.0), [-0.4096647783184586, 3.973628881876931]),
    "logistic": (lambda key: random.logistic(key, (2,)), [-1.881723869553989, 1.3716395836520863]),
    "laplace": (lambda key: random.laplace(key, (2,)), [-1.3303603141447242, 0.9045841412686694]),
    "cauchy": (lambda key: random.cauchy(key, (2,)), [-2.2679061275251042, 1.3551824472492557]),
    "truncated_normal": (
        lambda key: random.truncated_normal(key, 1.0, 2.0, (2,)),
        [1.7424420140444075, 1.120951928243388],
    ),
    "categorical": (lambda key: random.categorical(key, np.log([0.2, 0.3, 0.5]), shape=(6,)), [1, 0, 2, 2, 1, 2]),
}
"""The same for those that go through a logarithm, whose last digit is the machine's."""
DRAWS = [lambda key: random.uniform(key, (4, 5)), lambda key: random.normal(key, (4, 5)), random.bits, random.split]


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_the_same_numbers_everywhere(name: str, level: Any, backend: Any) -> None:
    draw, expected = GOLDEN[name]
    key = sd.Graph().input("key", (2,), "uint64")
    found = run([key], draw(key), [KEY], level, backend)
    np.testing.assert_array_equal(found, expected)
    assert_same(np.asarray(draw(KEY)), np.asarray(found))


@pytest.mark.parametrize("name", CLOSE)
def test_the_same_numbers_to_the_last_digits(name: str) -> None:
    draw, expected = CLOSE[name]
    key = sd.Graph().input("key", (2,), "uint64")
    np.testing.assert_allclose(run([key], draw(key), [KEY], "default", "python"), expected, rtol=1e-13)


def test_keys_are_the_generators_own() -> None:
    expected = np.random.Philox(key=KEY).random_raw(6)
    np.testing.assert_array_equal(random.bits(KEY, (2, 3)), expected.reshape(2, 3))


@pytest.mark.parametrize("draw", DRAWS)
def test_another_key_gives_other_numbers(draw: Callable[[Any], Any]) -> None:
    keys = [KEY, random.key(8), *random.split(KEY, 3), random.fold_in(KEY, 0), random.fold_in(KEY, 1)]
    found = [np.asarray(draw(each)) for each in keys]
    assert len({each.tobytes() for each in found}) == len(keys)


def test_draws_do_not_meet_the_keys_that_are_made_of_the_same_key() -> None:
    words = set(random.bits(KEY, (1000,)).tolist())
    made = [*random.split(KEY, 100).ravel().tolist(), *(each for i in range(100) for each in random.fold_in(KEY, i))]
    assert not words & {int(each) for each in made}
    assert len({int(each) for each in made}) == len(made)


COUNT = 40_000
MOMENTS = {
    "uniform": (lambda key: random.uniform(key, (COUNT,), -1.0, 2.0), 0.5, 0.75, 0.0, 1.8),
    "normal": (lambda key: random.normal(key, (COUNT,), 3.0, 2.0), 3.0, 4.0, 0.0, 3.0),
    "exponential": (lambda key: random.exponential(key, (COUNT,), 2.0), 2.0, 4.0, 2.0, 9.0),
    "bernoulli": (lambda key: random.bernoulli(key, 0.5, (COUNT,)).astype("float64"), 0.5, 0.25, 0.0, 1.0),
    "randint": (lambda key: random.randint(key, (COUNT,), 1, 7).astype("float64"), 3.5, 35 / 12, 0.0, 1.7314),
    "gumbel": (lambda key: random.gumbel(key, (COUNT,), 1.0, 2.0), 1 + 2 * np.euler_gamma, 4 * np.pi**2 / 6, 1.14, 5.4),
    "logistic": (lambda key: random.logistic(key, (COUNT,), 1.0, 2.0), 1.0, 4 * np.pi**2 / 3, 0.0, 4.2),
    "laplace": (lambda key: random.laplace(key, (COUNT,), 1.0, 2.0), 1.0, 8.0, 0.0, 6.0),
    # an eighth of a normal distribution's width, the density of which is all but even there
    "truncated_normal": (lambda key: random.truncated_normal(key, -0.1, 0.1, (COUNT,)), 0.0, 0.2**2 / 12, 0.0, 1.8),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_moments(name: str) -> None:
    draw, mean, variance, skewness, kurtosis = MOMENTS[name]
    x = draw(KEY)
    z = (x - mean) / np.sqrt(variance)
    assert abs(z.mean()) < 0.02
    assert abs((z**2).mean() - 1) < 0.03
    assert abs((z**3).mean() - skewness) < 0.1 * (1 + skewness)
    assert abs((z**4).mean() - kurtosis) < 0.1 * kurtosis
    assert abs(np.corrcoef(x[1:], x[:-1])[0, 1]) < 0.02
    assert abs(np.corrcoef(x, draw(random.fold_in(KEY, 1)))[0, 1]) < 0.02


SHARES = np.array([0.1, 0.0, 0.6, 0.3])


@pytest.mark.parametrize("draw", [
    lambda: random.choice(KEY, 4, (COUNT,), p=SHARES),
    lambda: random.categorical(KEY, np.log(SHARES + 1e-300) + 5.0, shape=(COUNT,)),
    lambda: random.choice(KEY, np.arange(4), (COUNT,), p=2 * SHARES),
    lambda: random.categorical(KEY, np.log(SHARES + 1e-300)[:, None, None], axis=0, shape=(COUNT // 4, 2, 2)).ravel(),
])  # fmt: skip
def test_parts_are_drawn_in_proportion(draw: Callable[[], Any]) -> None:
    np.testing.assert_allclose(np.bincount(draw(), minlength=4) / COUNT, SHARES, atol=0.01)


def test_choices_of_different_ones_come_one_after_another() -> None:
    """The first in proportion to p, the second in proportion to what is left."""
    shares = np.array([0.2, 0.3, 0.5])
    pairs = [random.choice(random.fold_in(KEY, i), 3, (2,), replace=False, p=shares) for i in range(1500)]
    found = np.zeros((3, 3))
    np.add.at(found, tuple(np.transpose(pairs)), 1 / 1500)
    wanted = shares[:, None] * shares / (1 - shares[:, None]) * (1 - np.eye(3))
    np.testing.assert_allclose(found, wanted, atol=0.04)


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_derivatives_flow_through_choices_and_draws(level: Any, backend: Any) -> None:
    """By the parts that are chosen, as often as they are; and by a distribution's parameters."""
    g = sd.Graph()
    key, x, low = g.input("key", (2,), "uint64"), g.input("x", ("n", 3)), g.input("low", (2,))
    chosen = random.choice(key, x, (5,))
    times = np.bincount(random.choice(KEY, 4, (5,)), minlength=4)
    slope = run([key, x], sd.grad(sd.sum(chosen), x), [KEY, np.ones((4, 3))], level, backend)
    np.testing.assert_array_equal(slope, np.repeat(times, 3).reshape(4, 3))
    shuffled = run([key, x], random.permutation(key, x), [KEY, np.arange(12.0).reshape(4, 3)], level, backend)
    assert sorted(shuffled[:, 0].tolist()) == [0.0, 3.0, 6.0, 9.0]
    total = sd.sum(random.truncated_normal(key, low, 3.0))
    step = 1e-6
    ahead, behind = (random.truncated_normal(KEY, np.array([0.5, 2.0]) + s, 3.0) for s in (step, -step))
    slope = run([key, low], sd.grad(total, low), [KEY, [0.5, 2.0]], level, backend)
    np.testing.assert_allclose(slope, (ahead - behind) / (2 * step), rtol=1e-7)


def test_ranges() -> None:
    for dtype in ("float32", "float64"):
        x = random.uniform(KEY, (COUNT,), dtype=dtype)
        assert x.dtype == dtype
        assert x.min() >= 0
        assert x.max() < 1
    assert set(random.randint(KEY, (COUNT,), -2, 3).tolist()) == {-2, -1, 0, 1, 2}
    assert np.isfinite(random.normal(KEY, (COUNT,), dtype="float32")).all()
    assert random.normal(KEY, (0, 3)).shape == (0, 3)


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_derivatives_flow_along_the_path(level: Any, backend: Any) -> None:
    g = sd.Graph()
    key, loc, scale = g.input("key", (2,), "uint64"), g.input("loc"), g.input("scale", (5,))
    inputs, values = [key, loc, scale], [KEY, 0.5, np.arange(1.0, 6.0)]
    z = random.normal(KEY, (3, 5))
    draw = random.normal(key, (3, 5), loc, scale)
    by_loc, by_scale = run(inputs, sd.grad(sd.sum(draw), [loc, scale]), values, level, backend)
    np.testing.assert_allclose(by_loc, 15.0)
    np.testing.assert_allclose(by_scale, z.sum(axis=0), rtol=1e-12)
    u = random.uniform(KEY, (3, 5))
    between = random.uniform(key, (3, 5), loc, scale)
    low, high = run(inputs, sd.grad(sd.sum(between), [loc, scale]), values, level, backend)
    np.testing.assert_allclose(low, (1 - u).sum(), rtol=1e-12)
    np.testing.assert_allclose(high, u.sum(axis=0), rtol=1e-12)


def test_permutations_are_such_and_all_occur() -> None:
    found = {tuple(random.permutation(random.fold_in(KEY, i), 3).tolist()) for i in range(60)}
    assert len(found) == 6
    assert all(sorted(each) == [0, 1, 2] for each in found)


def test_shapes_may_be_named_and_steps_folded_in() -> None:
    g = sd.Graph()
    key, step, x = g.input("key", (2,), "uint64"), g.input("step", (), "int64"), g.input("x", ("n", 3))
    y = x + random.normal(random.fold_in(key, step), x.shape)
    for backend in ("interpreter", "python"):
        found = run([key, step, x], y, [KEY, 4, np.zeros((5, 3))], backend=backend)
        np.testing.assert_array_equal(found, random.normal(random.fold_in(KEY, 4), (5, 3)))


def test_what_is_no_key_is_refused() -> None:
    g = sd.Graph()
    for seed in (-1, 2**64, 1.5, True, "7"):
        with pytest.raises(ArgumentError, match="seed"):
            random.key(seed)  # type: ignore[arg-type]
    with pytest.raises(DtypeError, match="a key has dtype uint64"):
        random.bits(g.input("a", (2,), "int64"), (3,))
    with pytest.raises(ShapeError, match="a key has dtype uint64"):
        random.bits(g.input("b", (3,), "uint64"), (3,))
    with pytest.raises(DtypeError, match="draws of dtype int64"):
        random.normal(KEY, (3,), dtype="int64")
    with pytest.raises(ArgumentError, match="no integers lie"):
        random.randint(KEY, (3,), 2, 2)
    with pytest.raises(ArgumentError, match="different"):
        random.choice(KEY, 3, (4,), replace=False)
    with pytest.raises(ArgumentError, match="nothing"):
        random.choice(KEY, 0, (4,))
    with pytest.raises(ShapeError, match="probabilities"):
        random.choice(KEY, 3, (4,), p=[0.5, 0.5])
    with pytest.raises(ArgumentError, match="permutation of a scalar"):
        random.permutation(KEY, g.input("scalar"))
    with pytest.raises(ArgumentError, match="folded"):
        random.fold_in(KEY, 0.5)
