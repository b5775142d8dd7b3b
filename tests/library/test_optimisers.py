"""Optimisers against loops written by hand, step after step, and that they change neither form nor dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, DtypeError, ShapeError
from symdiff.library.optimisers import momentum, sgd
from symdiff.tree import flatten
from tests.library.laws import WAYS
from tests.values import assert_close

CURVATURE = np.array([1.0, 4.0, 0.5])
START = {"w": np.array([1.0, -2.0, 3.0]), "b": np.array(0.5)}
RATE, DECAY, STEPS = 0.1, 0.9, 20


def model(dtype: str = "float64") -> tuple[sd.Graph, dict[str, Any], Any]:
    """A quadratic loss of a vector w and a scalar b, whose gradients are CURVATURE w + b / 4 and sum(w) / 4 + 2 b."""
    g = sd.Graph()
    parameters = {"w": g.input("w", (3,), dtype), "b": g.input("b", (), dtype)}
    w, b = parameters["w"], parameters["b"]
    loss = 0.5 * sd.sum(CURVATURE.astype(dtype) * w * w) + 0.25 * b * sd.sum(w) + b * b
    return g, parameters, loss


def slopes(w: Any, b: Any) -> tuple[Any, Any]:
    """The gradients of that loss, by hand."""
    return CURVATURE * w + 0.25 * b, 0.25 * w.sum() + 2 * b


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_sgd_is_the_loop(level: Any, backend: Any) -> None:
    _, parameters, loss = model()
    new = sgd(parameters, sd.grad(loss, parameters), RATE)
    step = sd.compile([parameters], new, name="step", optimize=level, backend=backend)
    found, (w, b) = START, START.values()
    for _ in range(STEPS):
        found = step(found)
        dw, db = slopes(w, b)
        w, b = w - RATE * dw, b - RATE * db
        assert list(found) == ["w", "b"]
        assert_close(found["w"], w, rtol=1e-13)
        assert_close(found["b"], b, rtol=1e-13)
    assert abs(w).max() < abs(START["w"]).max() / 2


@pytest.mark.parametrize(("level", "backend"), WAYS)
def test_momentum_is_the_loop(level: Any, backend: Any) -> None:
    g, parameters, loss = model()
    speeds = {"w": g.input("v_w", (3,)), "b": g.input("v_b")}
    rate, decay = g.input("rate"), g.input("decay")
    new = momentum(parameters, sd.grad(loss, parameters), speeds, rate, decay)
    step = sd.compile([parameters, speeds, rate, decay], new, name="step", optimize=level, backend=backend)
    found, velocity = START, {"w": np.zeros(3), "b": 0.0}
    (w, b), v_w, v_b = START.values(), np.zeros(3), 0.0
    for _ in range(STEPS):
        found, velocity = step(found, velocity, RATE, DECAY)
        dw, db = slopes(w, b)
        v_w, v_b = DECAY * v_w - RATE * dw, DECAY * v_b - RATE * db
        w, b = w + v_w, b + v_b
        for one, other in ((found["w"], w), (found["b"], b), (velocity["w"], v_w), (velocity["b"], v_b)):
            assert_close(one, other, rtol=1e-12)


def test_arrays_compute_the_same() -> None:
    gradients = dict(zip("wb", slopes(*START.values()), strict=True))
    new = sgd(START, gradients, RATE)
    assert_close(new["w"], START["w"] - RATE * gradients["w"], rtol=1e-15)
    assert_close(new["b"], START["b"] - RATE * gradients["b"], rtol=1e-15)
    moved, speeds = momentum(START, gradients, {"w": np.ones(3), "b": 1.0}, RATE, DECAY)
    assert_close(speeds["w"], DECAY - RATE * gradients["w"], rtol=1e-15)
    assert_close(moved["b"], START["b"] + speeds["b"], rtol=1e-15)


def test_momentum_without_memory_is_sgd() -> None:
    gradients = dict(zip("wb", slopes(*START.values()), strict=True))
    moved, _ = momentum(START, gradients, START, RATE, 0)
    assert_close(moved["w"], sgd(START, gradients, RATE)["w"], rtol=1e-15)


@pytest.mark.parametrize("containers", [lambda a, b: [a, (b,)], lambda a, b: (a, {"b": b}), lambda a, b: {"x": [b, a]}])
def test_containers_come_back(containers: Any) -> None:
    _, parameters, loss = model()
    form = containers(parameters["w"], parameters["b"])
    structure = flatten(form)[1]
    new = sgd(form, sd.grad(loss, form), RATE)
    assert flatten(new)[1] == structure
    assert [each.shape for each in flatten(new)[0]] == [each.shape for each in flatten(form)[0]]
    assert all(flatten(each)[1] == structure for each in momentum(form, form, form, RATE, DECAY))


@pytest.mark.parametrize("rate", [0.5, 1, np.float64(0.5), np.array(0.5), "an expression"])
def test_float32_parameters_stay_float32(rate: Any) -> None:
    g, parameters, loss = model("float32")
    factor = g.input("rate") if isinstance(rate, str) else rate
    gradients = sd.grad(loss, parameters)
    wide = {name: each.astype("float64") for name, each in gradients.items()}
    for given in (gradients, wide):
        moved, speeds = momentum(parameters, given, wide, factor, factor)
        for each in (*sgd(parameters, given, factor).values(), *moved.values(), *speeds.values()):
            assert each.dtype == np.float32
    if not isinstance(rate, str):
        assert sgd(np.ones(2, "float32"), np.ones(2), rate).dtype == np.float32


def test_what_does_not_belong_to_a_parameter_is_refused() -> None:
    g = sd.Graph()
    w, b = g.input("w", ("n",)), g.input("b")
    with pytest.raises(ArgumentError, match="each gradient belongs to a parameter: a dict with keys 'w', 'b'"):
        sgd({"w": w, "b": b}, {"w": w}, RATE)
    with pytest.raises(ArgumentError, match="each velocity belongs to a parameter: a list of 2"):
        momentum([w, b], [w, b], [w], RATE, DECAY)
    with pytest.raises(ShapeError, match=r"sgd: the shapes \(n,\) and \(\) of parameter and gradient differ") as caught:
        sgd([w, b], [b, w], RATE)
    assert "test_optimisers.py" in str(caught.value)
    with pytest.raises(ShapeError, match="velocity"):
        momentum(w, w, np.ones(3), RATE, DECAY)
    with pytest.raises(ShapeError, match="sgd: the rate is one number"):
        sgd(w, w, w)
    with pytest.raises(ShapeError, match="momentum: the decay is one number"):
        momentum(w, w, w, RATE, [0.9])
    with pytest.raises(DtypeError, match="a parameter of dtype int64"):
        sgd(g.input("k", (), "int64"), b, RATE)
