"""check_grad passes right derivatives and names the source of wrong ones."""

import numpy as np
import pytest

import symdiff as sd
from symdiff.checking import GradientMismatchError, check_grad
from symdiff.errors import ArgumentError
from symdiff.ops.family import elementwise


def model(dtype: str = "float64") -> tuple[sd.Expr, list[sd.Expr], dict[sd.Expr, np.ndarray]]:
    g = sd.Graph()
    x, w, b = g.input("x", ("n", 3), dtype), g.input("w", (3,), dtype), g.input("b", (), dtype)
    loss = sd.mean(sd.tanh(x @ w + b) ** 2)
    rng = np.random.default_rng(0)
    return loss, [w, b], {x: rng.normal(size=(5, 3)), w: rng.normal(size=3), b: np.float64(0.3)}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("order", [1, 2])
def test_right_derivatives_pass(dtype: str, order: int) -> None:
    loss, sources, values = model(dtype)
    size = len(loss.graph)
    found = check_grad(loss, sources, values, order=order)
    assert found.directions == 3 * 2 * order
    assert 0 < found.error < (1e-6 if dtype == "float64" else 2e-2)
    assert len(loss.graph) == size


def wrong(partial: float) -> sd.Op:
    return elementwise("wrong", lambda x: x * x, source="{0} * {0}", partials=[lambda y, x: partial * x], samples=[])


def test_a_wrong_derivative_is_found_and_named() -> None:
    x = sd.Graph().input("x", (4,))
    values = {"x": np.linspace(1, 2, 4)}
    check_grad(wrong(2.0)(x).sum(), x, values)
    with pytest.raises(GradientMismatchError, match="'x'"):
        check_grad(wrong(2.001)(x).sum(), x, values)


def test_a_wrong_second_derivative_is_found() -> None:
    x = sd.Graph().input("x", (4,))
    y = wrong(2.0)(x) + sd.stop_gradient(x) * x - x * x
    with pytest.raises(GradientMismatchError):
        check_grad(y.sum(), x, {x: np.ones(4)}, order=2)


def test_nan_is_a_mismatch() -> None:
    x = sd.Graph().input("x")
    with pytest.raises(GradientMismatchError):
        check_grad(sd.log(x), x, {x: -1.0})


def test_what_cannot_be_checked_is_an_error() -> None:
    loss, sources, values = model()
    with pytest.raises(ArgumentError, match="order 3"):
        check_grad(loss, sources, values, order=3)
    with pytest.raises(ArgumentError, match="'w'"):
        check_grad(loss, sources, {})
    with pytest.raises(ArgumentError, match="input of the graph"):
        check_grad(loss, sources[0] * 2, values)
    z = sd.Graph().input("z", dtype="complex128")
    with pytest.raises(ArgumentError, match="real input"):
        check_grad(sd.abs(z), z, {z: 1j})


def test_a_source_given_twice_is_checked_once() -> None:
    loss, sources, values = model()
    assert check_grad(loss, [*sources, *sources], values, order=2).directions == 12
