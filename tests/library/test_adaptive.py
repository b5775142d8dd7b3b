"""Adam and its relatives, clipping and schedules, against loops written by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, DtypeError, ShapeError
from symdiff.library.adaptive import adagrad, adam, adamw, lion, rmsprop
from symdiff.library.steps import (
    clip_by_norm,
    clip_by_value,
    constant_rate,
    cosine_rate,
    exponential_rate,
    warm_up,
)
from symdiff.tree import flatten
from tests.library.laws import WAYS
from tests.library.test_optimisers import START, model, slopes
from tests.values import assert_close, run

STEPS = 12


def adam_loop(w: Any, g: Any, m: Any, v: Any, t: int, rate: float = 0.1, shrink: float = 0.0) -> tuple[Any, ...]:
    """One step of Adam on one array."""
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    moved = w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8) - rate * shrink * w
    return moved, m, v


def rmsprop_loop(w: Any, g: Any, r: Any, t: int) -> tuple[Any, ...]:
    """One step of RMSProp on one array."""
    r = 0.8 * r + 0.2 * g**2
    return w - 0.1 * g / np.sqrt(r + 1e-6), r


def adagrad_loop(w: Any, g: Any, r: Any, t: int) -> tuple[Any, ...]:
    """One step of AdaGrad on one array."""
    r = r + g**2
    return w - 0.1 * g / (np.sqrt(r) + 1e-7), r


def lion_loop(w: Any, g: Any, m: Any, t: int) -> tuple[Any, ...]:
    """One step of Lion on one array."""
    return w - 0.1 * (np.sign(0.9 * m + 0.1 * g) + 0.3 * w), 0.99 * m + 0.01 * g


# name, optimiser of (parameters, gradients, *memories, step), the loop, how many memories
CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], int]] = {
    "adam": (lambda w, g, m, v, t: adam(w, g, m, v, t, 0.1), adam_loop, 2),
    "adamw": (lambda w, g, m, v, t: adamw(w, g, m, v, t, 0.1, 0.2), lambda *a: adam_loop(*a, shrink=0.2), 2),
    "rmsprop": (lambda w, g, r, t: rmsprop(w, g, r, 0.1, 0.8), rmsprop_loop, 1),
    "adagrad": (lambda w, g, r, t: adagrad(w, g, r, 0.1), adagrad_loop, 1),
    "lion": (lambda w, g, m, t: lion(w, g, m, 0.1, 0.3), lion_loop, 1),
}
TABLE = pytest.mark.parametrize("name", CASES)


@TABLE
@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_it_is_the_loop(name: str, level: Any, backend: Any) -> None:
    optimiser, loop, count = CASES[name]
    g, parameters, loss = model()
    t = g.input("t", (), "int64")
    memories = [{"w": g.input(f"w{i}", (3,)), "b": g.input(f"b{i}")} for i in range(count)]
    new = optimiser(parameters, sd.grad(loss, parameters), *memories, t)
    inputs = [parameters, *memories, t]
    step = sd.compile(inputs, list(new), name="step", optimize=level, backend=backend)
    state: list[Any] = [START, *({"w": np.zeros(3), "b": 0.0} for _ in range(count))]
    plain: dict[str, Any] = {key: (value, *[0 * value] * count) for key, value in START.items()}
    for i in range(1, STEPS + 1):
        state = step(*state, i)
        gradients = dict(zip("wb", slopes(plain["w"][0], plain["b"][0]), strict=True))
        plain = {key: loop(value[0], gradients[key], *value[1:], i) for key, value in plain.items()}
        for key, values in plain.items():
            for found, expected in zip(state, values, strict=True):
                assert_close(found[key], expected, rtol=1e-11, atol=1e-13)
    assert np.abs(state[0]["w"] - START["w"]).max() > 0.1


@TABLE
@pytest.mark.parametrize("step", [3, np.int64(3), "an expression"])
def test_float32_parameters_stay_float32_and_containers_come_back(name: str, step: Any) -> None:
    optimiser, _, count = CASES[name]
    g, parameters, loss = model("float32")
    form = [parameters["w"], (parameters["b"],)]
    t = g.input("t", (), "int64") if isinstance(step, str) else step
    new = optimiser(form, sd.grad(loss, form), *[form] * count, t)
    for each in new:
        assert flatten(each)[1] == flatten(form)[1]
        assert [leaf.type for leaf in flatten(each)[0]] == [leaf.type for leaf in flatten(form)[0]]
    arrays = [np.ones(3, "float32")] * (2 + count)
    if not isinstance(step, str):
        assert [each.dtype for each in optimiser(*arrays, step)] == ["float32"] * (1 + count)


@TABLE
def test_what_does_not_fit_is_refused(name: str) -> None:
    optimiser, _, count = CASES[name]
    _, parameters, _ = model()
    w, b = parameters["w"], parameters["b"]
    with pytest.raises(ArgumentError, match=f"{name}: each gradient"):
        optimiser({"w": w}, {"b": b}, *[{"w": w}] * count, 1)
    with pytest.raises(ShapeError, match=name):
        optimiser(w, w, *[b] * count, 1)
    with pytest.raises(DtypeError, match=f"{name}: a parameter of dtype int64"):
        optimiser(np.ones(2, "int64"), np.ones(2), *[np.ones(2)] * count, 1)


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_clipping(level: Any, backend: Any) -> None:
    g = sd.Graph()
    gradients = {"a": g.input("a", (3,), "float32"), "b": g.input("b", (2, 2))}
    a, b = np.array([3.0, 0.0, -1.0], "float32"), np.array([[2.0, -5.0], [0.5, 1.0]])
    norm = math.sqrt((a.astype(float) ** 2).sum() + (b**2).sum())
    for largest in (1.0, norm / 2, 100.0):
        found = run([gradients], clip_by_norm(gradients, largest), [{"a": a, "b": b}], level, backend)
        assert_close(found["a"], a * min(1, largest / norm), rtol=1e-6)
        assert_close(found["b"], b * min(1, largest / norm), rtol=1e-14)
        assert found["a"].dtype == np.float32
        found = run([gradients], clip_by_value(gradients, largest), [{"a": a, "b": b}], level, backend)
        np.testing.assert_array_equal(found["b"], np.clip(b, -largest, largest))
        assert found["a"].dtype == np.float32
    zeros = run([gradients], clip_by_norm(gradients, 1.0), [{"a": 0 * a, "b": 0 * b}], level, backend)
    assert not np.any(zeros["a"])
    assert not np.any(zeros["b"])


SCHEDULES: dict[str, tuple[Callable[..., Any], Callable[[int], float]]] = {
    "constant": (lambda t: constant_rate(t, 0.3), lambda t: 0.3),
    "exponential": (lambda t: exponential_rate(t, 0.3, 0.9, every=4), lambda t: 0.3 * 0.9 ** (t / 4)),
    "cosine": (
        lambda t: cosine_rate(t, 0.3, 20, last=0.1),
        lambda t: 0.1 + 0.2 * (1 + math.cos(math.pi * min(t / 20, 1))) / 2,
    ),
    "warm-up": (lambda t: warm_up(t, 0.3, 5), lambda t: 0.3 * min(t / 5, 1)),
    "warm-up into cosine": (
        lambda t: warm_up(t, cosine_rate(t, 0.3, 20), 5),
        lambda t: 0.3 * (1 + math.cos(math.pi * min(t / 20, 1))) / 2 * min(t / 5, 1),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_schedules(name: str, dtype: str) -> None:
    schedule, plain = SCHEDULES[name]
    t = sd.Graph().input("t", (), dtype)
    rate = sd.compile([t], schedule(t), name="rate")
    for step in (0, 1, 4, 5, 19, 20, 100):
        assert_close(rate(step), plain(step), rtol=1e-13, atol=1e-15)
        assert_close(schedule(step), plain(step), rtol=1e-13, atol=1e-15)


def test_a_schedule_is_a_rate() -> None:
    g, parameters, loss = model()
    t = g.input("t", (), "int64")
    new = lion(parameters, sd.grad(loss, parameters), parameters, warm_up(t, 0.5, 10))[0]
    expected = START["w"] - 0.25 * np.sign(0.9 * START["w"] + 0.1 * slopes(**START)[0])
    assert_close(run([parameters, t], new, [START, 5])["w"], expected, rtol=1e-14)
