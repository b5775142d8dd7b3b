"""Initial parameters: how they are spread, that a seed decides them, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.errors import ArgumentError, DtypeError, ShapeError
from symdiff.library import initialisers
from symdiff.library.initialisers import glorot_normal, glorot_uniform, he_normal, he_uniform, normal, uniform, zeros

SHAPE = (200, 300)
BOUNDED = {uniform: 0.05, glorot_uniform: (6 / 500) ** 0.5, he_uniform: (6 / 200) ** 0.5}
VARIANCES = {
    uniform: 0.05**2 / 3,
    normal: 0.05**2,
    glorot_uniform: 2 / 500,
    glorot_normal: 2 / 500,
    he_uniform: 2 / 200,
    he_normal: 2 / 200,
}
DRAWS = pytest.mark.parametrize("draw", VARIANCES, ids=lambda draw: draw.__name__)


@DRAWS
def test_mean_and_variance(draw: Callable[..., Any]) -> None:
    drawn = draw(np.random.default_rng(0), SHAPE)
    assert abs(drawn.mean()) < 4 * (VARIANCES[draw] / drawn.size) ** 0.5
    assert abs(drawn.var() / VARIANCES[draw] - 1) < 0.03


@pytest.mark.parametrize("draw", BOUNDED, ids=lambda draw: draw.__name__)
def test_uniform_draws_fill_their_interval(draw: Callable[..., Any]) -> None:
    drawn = draw(np.random.default_rng(0), SHAPE) / BOUNDED[draw]
    assert -1 <= drawn.min() < -0.999
    assert 0.999 < drawn.max() < 1


@pytest.mark.parametrize("draw", VARIANCES.keys() - BOUNDED.keys(), ids=lambda draw: draw.__name__)
def test_normal_draws_have_normal_tails(draw: Callable[..., Any]) -> None:
    drawn = draw(np.random.default_rng(0), SHAPE) / VARIANCES[draw] ** 0.5
    assert abs((abs(drawn) < 1).mean() - 0.6827) < 0.01
    assert 3.5 < abs(drawn).max() < 6


@DRAWS
def test_the_generator_decides(draw: Callable[..., Any]) -> None:
    one, same, other = (draw(np.random.default_rng(seed), (3, 2)) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).all()
    rng = np.random.default_rng(1)
    assert (draw(rng, (3, 2)) != draw(rng, (3, 2))).all()


@DRAWS
def test_dtypes_and_layout(draw: Callable[..., Any]) -> None:
    for dtype in ("float32", "float64"):
        drawn = draw(np.random.default_rng(0), [3, 2], dtype=dtype)
        assert (type(drawn), drawn.dtype, drawn.shape) == (np.ndarray, dtype, (3, 2))
    with pytest.raises(DtypeError, match="dtype int64"):
        draw(np.random.default_rng(0), (3, 2), dtype="int64")


@DRAWS
def test_what_is_no_generator_is_refused(draw: Callable[..., Any]) -> None:
    for wrong in (0, None, np.random, np.random.RandomState(0)):
        with pytest.raises(ArgumentError, match="no generator"):
            draw(wrong, (3, 2))


@DRAWS
def test_named_sizes_are_refused(draw: Callable[..., Any]) -> None:
    with pytest.raises(ShapeError, match="the size n, which is a name"):
        draw(np.random.default_rng(0), ("n", 2))


@pytest.mark.parametrize("name", ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (0, 3)])
def test_only_a_matrix_has_fans(name: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match="isn't that of a matrix"):
        getattr(initialisers, name)(np.random.default_rng(0), shape)


def test_zeros_and_ranges() -> None:
    assert zeros(3).tolist() == [0.0, 0.0, 0.0]
    assert zeros((2, 0), "int8").dtype == "int8"
    with pytest.raises(ShapeError, match="which is a name"):
        zeros(("batch",))
    drawn = uniform(np.random.default_rng(0), (1000,), 2.0, 3.0)
    assert 2 <= drawn.min() < drawn.max() < 3
    assert normal(np.random.default_rng(0), (), 2.0).shape == ()
