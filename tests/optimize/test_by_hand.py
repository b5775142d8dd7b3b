"""Derivatives have no more operations than a person's, and none of a kind that a person wouldn't write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from tests.optimize.by_hand import MODELS, Written
from tests.optimize.counting import operations
from tests.values import assert_close, run

SIZES: Final = {"n": 5, "d": 3, "batch": 6, "heads": 2, "t": 4, "m": 4}
CASES = [pytest.param(each, id=each.__name__) for each in MODELS]


def _ours(model: Written) -> list[Any]:
    return [model.value, *sd.grad(model.value, model.sources)]


@pytest.mark.parametrize("build", CASES)
def test_values_agree(build: Callable[[], Written]) -> None:
    """What a person wrote is the gradient."""
    model = build()
    rng = np.random.default_rng(3)
    values = [rng.uniform(0.5, 1.5, [SIZES.get(str(dim), dim) for dim in x.shape]) for x in model.inputs]
    hand = run(model.inputs, model.gradients, values)
    for level in ("none", "default"):
        for ours, wanted in zip(run(model.inputs, _ours(model)[1:], values, level), hand, strict=True):
            assert_close(ours, wanted, level, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("build", CASES)
def test_no_more_operations_than_by_hand(build: Callable[[], Written]) -> None:
    """Value and gradient together run at most as many operations as what a person wrote, run as it is written."""
    model = build()
    ours = operations(model.inputs, _ours(model), "default")
    hand = operations(model.inputs, [model.value, *model.gradients], "none")
    assert ours.total() <= hand.total(), f"{ours - hand} more, {hand - ours} less"


@pytest.mark.parametrize("build", CASES)
def test_nothing_superfluous_is_left(build: Callable[[], Written]) -> None:
    """No stretching, no putting in place, no cast, no mask twice, no axis dropped that was just added."""
    model = build()
    ours = operations(model.inputs, _ours(model), "default")
    hand = operations(model.inputs, model.gradients, "none")
    moves = {"broadcast_to", "scatter_add", "astype", "squeeze", "reshape", "permute_dims"}
    assert not moves & ours.keys() - hand.keys()
    assert ours["where"] <= hand["where"]


def test_the_gradient_of_cross_entropy_is_the_difference() -> None:
    """Softmax minus the targets, where the targets' weights are put in: three operations and the softmax."""
    model = next(each for each in MODELS if each.__name__ == "softmax_cross_entropy")()
    names = operations(model.inputs, sd.grad(model.value, model.sources), "default")
    assert names == Counter(sum=1, multiply=1, subtract=1, softmax=1)
