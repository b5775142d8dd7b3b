"""`where` selects last: its derivative is that of the chosen branch alone, whatever the other one does."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from tests.values import run

# Each is infinite or NaN, in value or in slope, somewhere on the points below.
DANGEROUS: Final[MappingProxyType[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "sqrt": sd.sqrt,
        "log": sd.log,
        "reciprocal": lambda x: 1 / x,
        "root of shifted": lambda x: sd.sqrt(x + 0.5),
        "power": lambda x: x**-1.5,
        "exp of huge": lambda x: sd.exp(1000 * x),
        "quotient": lambda x: sd.sin(x) / x,
        "acosh": sd.acosh,
    }
)
SAFE: Final[MappingProxyType[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "sine": sd.sin,
        "times three": lambda x: 3 * x,
        "tanh": sd.tanh,
        "minus": lambda x: 1 - x,
        "square": lambda x: x * x,
        "flip twice": lambda x: sd.flip(sd.flip(x)),
        "through a column": lambda x: x.reshape(-1, 1).T.reshape(-1),
        "through a slice": lambda x: sd.concat([x[1:], x[:1]])[::-1],
        "stretched and averaged": lambda x: sd.mean(sd.broadcast_to(x, (2, *x.shape)), axis=0),
    }
)
POINTS: Final = np.array([-1.5, -0.5, -0.25, 0.0, 0.25, 0.5, 2.0])

steps = st.one_of(
    st.tuples(st.just("safe"), st.sampled_from(sorted(SAFE))),
    st.tuples(st.just("dangerous"), st.sampled_from(sorted(DANGEROUS))),
)
selections = st.tuples(st.sampled_from([-1.0, 0.0, 0.3]), st.booleans(), st.lists(steps, min_size=1, max_size=3))


def _applied(chain: list[tuple[str, str]], x: Any) -> Any:
    for kind, name in chain:
        x = (SAFE if kind == "safe" else DANGEROUS)[name](x)
    return x


def _elementwise(chain: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The chain without what moves elements, so that points stay apart."""
    return [step for step in chain if step[1] != "through a slice"]


@given(
    start=st.lists(st.sampled_from(sorted(SAFE)), max_size=2),
    wheres=st.lists(selections, max_size=3),
    optimised=st.booleans(),
)
@settings(max_examples=60)
def test_where_selects_last(start: list[str], wheres: list[Any], optimised: bool) -> None:
    """A chain of `where`s has, at each point, the derivatives of the branches that were chosen there.

    The first derivative also where it is infinite or NaN; the second where both are finite.
    """
    x = sd.Graph().input("x", POINTS.shape)
    chain = [("safe", name) for name in start if name != "through a slice"]
    y = _applied(chain, x)
    for threshold, first, dangerous in wheres:
        other = _applied(_elementwise(dangerous), y)
        y = sd.where(x > threshold, other, y * 2) if first else sd.where(x > threshold, y * 2, other)
    level = "default" if optimised else "none"
    found = run([x], _ways(y, x), [POINTS], level)
    for i, point in enumerate(POINTS):
        alone = sd.Graph().input("x", (1,))
        branch = _applied(chain, alone)
        for threshold, first, dangerous in wheres:
            chosen = (point > threshold) == first
            branch = _applied(_elementwise(dangerous), branch) if chosen else branch * 2
        wanted = run([alone], _ways(branch, alone), [[point]], level)
        finite = np.isfinite(wanted).all()
        for way, expected in list(zip(found, wanted, strict=True))[: 5 if finite else 2]:
            np.testing.assert_allclose(way[i], expected[0], rtol=1e-9, atol=1e-12, err_msg=f"at {point}")


def _ways(y: Any, x: Any) -> list[Any]:
    """First and second derivatives in each mode, of a chain that treats elements alike."""
    one = np.ones(x.shape)
    gradient = sd.grad(sd.sum(y), x)
    tangent = sd.jvp(y, x, one)
    second = [sd.grad(sd.sum(gradient), x), sd.jvp(gradient, x, one), sd.grad(sd.sum(tangent), x)]
    return [gradient, tangent, *second]


def _value_and_slope(function: Callable[[Any], Any], point: Any) -> tuple[Any, Any]:
    x = sd.Graph().input("x", np.shape(point))
    y = function(x)
    return tuple(run([x], [y, sd.grad(sd.sum(y), x)], [point]))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("function", "point", "slope"),
    [
        pytest.param(lambda x: sd.where(sd.sum(x) > 9, sd.sum(sd.sqrt(x)), 0), [0.0, 1.0], [0, 0], id="a sum"),
        pytest.param(lambda x: sd.where(x[0] > 9, sd.mean(sd.sqrt(x)), x[1]), [0.0, 1.0], [0, 1], id="a mean"),
        pytest.param(lambda x: sd.where(x > 0, sd.sqrt(x), 0).T @ x, [-1.0, 4.0], [0, 3], id="below a product"),
        pytest.param(lambda x: sd.where(x[0] > 0, sd.log(x[None]), 0 * x), [-1.0, 4.0], [0, 0], id="a row of a matrix"),
        pytest.param(lambda x: sd.where(x[:, None] > x, 1 / (x[:, None] - x), 0), [1.0, 2.0], [1, -1], id="pairs"),
        pytest.param(lambda x: sd.where(x > 0, sd.log(x), 0) + sd.where(x < 0, x, 0), [0.0, 2.0], [0, 0.5], id="two"),
        pytest.param(lambda x: sd.stack([sd.where(x > 0, sd.sqrt(x), 0), x]), [-1.0, 4.0], [1, 1.25], id="stacked"),
        pytest.param(lambda x: sd.where(x > 0, sd.sqrt(x)[::-1], 0), [0.0, 4.0], [np.inf, 0], id="turned around"),
    ],
)
def test_masks_travel(function: Callable[[Any], Any], point: list[float], slope: list[float]) -> None:
    """What was not selected gets nothing, through sums, stretches, slices and joins; what was, gets its infinity."""
    assert _value_and_slope(function, point)[1].tolist() == slope
