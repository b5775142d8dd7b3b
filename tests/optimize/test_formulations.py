"""Ways to write one loss end in programs of about the same cost: what a person happens to write decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from tests.values import assert_close

WORST: Final = 1.3
"""How much more one way may cost than another, in operations and in bytes moved."""

ROWS, CLASSES, PARTS, WIDTH = 40, 30, 6, 8


def _rows(z: Any) -> Any:
    return sd.arange(z.shape[0], graph=z.graph)


def _shifted(z: Any, t: Any) -> Any:
    largest = sd.max(z, axis=1, keepdims=True)
    return sd.mean(largest[:, 0] + sd.log(sd.sum(sd.exp(z - largest), axis=1)) - z[_rows(z), t])


def _stopped(z: Any, t: Any) -> Any:
    below = z - sd.stop_gradient(sd.max(z, axis=1, keepdims=True))
    totals = sd.log(sd.sum(sd.exp(below), axis=1, keepdims=True))
    return -sd.mean(sd.take_along_axis(below, t[:, None], axis=1) - totals)


CROSS_ENTROPIES: Final = {
    "library": sd.cross_entropy_from_logits,
    "of_probabilities": lambda z, t: sd.cross_entropy(sd.softmax(z), t),
    "taken": lambda z, t: -sd.mean(sd.take_along_axis(sd.log_softmax(z), t[:, None], axis=1)),
    "indexed": lambda z, t: -sd.mean(sd.log_softmax(z)[_rows(z), t]),
    "indexed_by_numbers": lambda z, t: -sd.mean(sd.log_softmax(z)[np.arange(ROWS), t]),
    "difference": lambda z, t: sd.mean(sd.logsumexp(z, axis=1) - z[_rows(z), t]),
    "kept_difference": lambda z, t: sd.mean(
        sd.logsumexp(z, axis=1, keepdims=True) - sd.take_along_axis(z, t[:, None], axis=1)
    ),
    "naive": lambda z, t: sd.mean(sd.log(sd.sum(sd.exp(z), axis=1)) - z[_rows(z), t]),
    "one_hot": lambda z, t: -sd.mean(sd.sum(sd.one_hot(t, CLASSES) * sd.log_softmax(z), axis=1)),
    "one_hot_of_all": lambda z, t: -sd.sum(sd.log_softmax(z) * sd.one_hot(t, CLASSES)) / sd.size(z, 0),
    "chosen": lambda z, t: -sd.mean(
        sd.sum(sd.where(t[:, None] == np.arange(CLASSES), sd.log_softmax(z), 0.0), axis=1, keepdims=True)
    ),
    "shifted": _shifted,
    "stopped": _stopped,
}  # fmt: skip


def _log_likelihood(squares: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda factors, x: sd.sum(sd.logsumexp(-0.5 * squares(factors, x), axis=-1))


SQUARES: Final = {
    "product": lambda factors, x: sd.sum((factors @ x.T) ** 2, axis=1).T,
    "norm": lambda factors, x: (sd.linalg.vector_norm(factors @ x.T, axis=1) ** 2).T,
    "norm_squared": lambda factors, x: sd.square(sd.linalg.vector_norm(factors @ x.T, axis=1)).T,
    "columns": lambda factors, x: sd.sum((factors[None] @ x[:, None, :, None])[..., 0] ** 2, axis=-1),
    "rows": lambda factors, x: sd.sum((x[:, None, None, :] @ factors.mT[None])[:, :, 0] ** 2, axis=-1),
    "einsum": lambda factors, x: sd.sum(sd.einsum("kij,nj->nki", factors, x) ** 2, axis=-1),
}  # fmt: skip

PRODUCTS: Final = {
    "product": lambda a, b: sd.sum(sd.tanh(a @ b)),
    "stretched": lambda a, b: sd.sum(sd.tanh(sd.sum(a[:, :, None] * b, axis=1))),
    "stretched_kept": lambda a, b: sd.sum(sd.tanh(sd.sum(a.T[:, :, None] * b[:, None], axis=0, keepdims=True))),
}  # fmt: skip

BILINEAR: Final = {
    "columns_first": lambda a, u, v: u @ (sd.exp(a) @ v),
    "rows_first": lambda a, u, v: (u @ sd.exp(a)) @ v,
    "einsum": lambda a, u, v: sd.einsum("i,ij,j->", u, sd.exp(a), v),
    "sum": lambda a, u, v: sd.sum(u * (sd.exp(a) @ v)),
}  # fmt: skip

RNG: Final = np.random.default_rng(5)
GROUPS: Final = {
    "cross_entropy": (CROSS_ENTROPIES, (RNG.normal(size=(ROWS, CLASSES)), RNG.integers(0, CLASSES, ROWS))),
    "squares": (
        {name: _log_likelihood(each) for name, each in SQUARES.items()},
        (RNG.normal(size=(PARTS, WIDTH, WIDTH)), RNG.normal(size=(ROWS, WIDTH))),
    ),
    "bilinear": (
        BILINEAR, (RNG.normal(size=(ROWS, ROWS)), RNG.normal(size=ROWS), RNG.normal(size=ROWS)),
    ),
    "products": (PRODUCTS, (RNG.normal(size=(ROWS, WIDTH)), RNG.normal(size=(WIDTH, PARTS)))),
}  # fmt: skip


def _compiled(loss: Callable[..., Any], values: Any) -> sd.Function:
    g = sd.Graph()
    inputs = [g.input(f"x{i}", each.shape, each.dtype) for i, each in enumerate(values)]
    value = loss(*inputs)
    return sd.compile(inputs, [value, *sd.grad(value, [x for x in inputs if x.dtype.kind == "f"])], name="step")


def _all(losses: Mapping[str, Callable[..., Any]], values: Any) -> dict[str, sd.Function]:
    return {name: _compiled(loss, values) for name, loss in losses.items()}


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_all_ways_give_one_value_and_gradient(group: Any) -> None:
    functions = _all(*group)
    first, *others = (each(*group[1]) for each in functions.values())
    for other in others:
        for one, another in zip(first, other, strict=True):
            assert_close(another, one, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_all_ways_cost_about_the_same(group: Any) -> None:
    for what in ("flops", "moved"):
        found = {name: getattr(sd.cost(each), what) for name, each in _all(*group).items()}
        assert max(found.values()) <= WORST * min(found.values()), (what, found)


def _largest(z: Any) -> Any:
    return sd.max(z, axis=1, keepdims=True)


NEARLY: Final = {
    "rows_backwards": lambda z, t: z[np.arange(ROWS)[::-1], t],
    "some_rows": lambda z, t: z[np.arange(ROWS // 2), t[: ROWS // 2]],
    "first_row_always": lambda z, t: z[np.array([0]), t],
    "all_pairs": lambda z, t: z[_rows(z)[:, None], t],
    "labels_out_of_range": lambda z, t: sd.sum(sd.one_hot(t - 3, CLASSES) * z, axis=1),
    "labels_of_columns": lambda z, t: sd.sum(sd.one_hot(t[:CLASSES], ROWS, axis=0) * z, axis=0),
    "other_choice": lambda z, t: sd.sum(sd.where(t[:, None] == np.arange(CLASSES), z, 1.0), axis=1),
    "other_positions": lambda z, t: sd.sum(sd.where(t[:, None] == np.arange(CLASSES)[::-1], z, 0.0), axis=1),
    "other_total": lambda z, t: sd.logsumexp(z, axis=0)[0] - sd.take_along_axis(z, t[:, None], axis=1)[:, 0],
    "total_of_others": lambda z, t: sd.logsumexp(z + 1.0, axis=1) - z[_rows(z), t],
    "shift_of_another_line": lambda z, t: _largest(z)[::-1, 0] + sd.logsumexp(z - _largest(z), axis=1),
}  # fmt: skip
"""What looks like one element of each line, or like a sum that is shifted, and isn't quite."""


@pytest.mark.parametrize("loss", NEARLY.values(), ids=NEARLY)
def test_what_is_not_quite_so_stays_right(loss: Callable[..., Any]) -> None:
    _, values = GROUPS["cross_entropy"]
    g = sd.Graph()
    inputs = [g.input(f"x{i}", each.shape, each.dtype) for i, each in enumerate(values)]
    y = loss(*inputs)
    plain = sd.compile(inputs, y, name="f", optimize="none")
    both = sd.compile(inputs, [y, sd.grad(sd.sum(y**2), inputs[0])], name="f")(*values)
    assert_close(both[0], plain(*values), rtol=1e-12, atol=1e-12)
    step = 1e-6 * RNG.normal(size=values[0].shape)
    moved = [np.sum(plain(values[0] + sign * step, values[1]) ** 2) for sign in (1, -1)]
    assert_close(np.sum(both[1] * step) * 2, moved[0] - moved[1], rtol=1e-5, atol=1e-12)
