"""Functions written in ops take named sizes: values and gradients are those for integers, or the error says which."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.op import Sample
from tests.ops.calls import CALLS
from tests.values import assert_close, assert_same, draw, run

REFUSED: Final = {
    "cross": "n3",
    "diag of a tall matrix": "n4 and n3",
    "fft padded": "n5 >= 8",
    "matrix_norm nuclear": "n5 and n3",
    "trace of a tall matrix": "n5 - 1 and n3",
}
"""What can't be told before a call: how long the shorter of two axes is, whether a vector has 3 elements, whether an
axis is to be cut or filled up."""


def results(call: Callable[..., Any], shapes: list[tuple[int, ...]], name: Callable[[int], Any]) -> list[list[Any]]:
    """The call's results and the gradients of their squares, by both backends."""
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", tuple(map(name, shape))) for i, shape in enumerate(shapes)]
    found = call(*inputs)
    outputs = list(found) if isinstance(found, (list, tuple)) else [found]
    squares = [sd.sum(sd.abs(each) ** 2) for each in outputs if each.dtype.kind in "fc"]
    gradients = [each for square in squares for each in sd.grad(square, inputs)]
    values = draw([Sample(-2, 2, shape) for shape in shapes])
    return [run(inputs, [*outputs, *gradients], values, backend=each) for each in ("interpreter", "python")]


def named(dim: int) -> Any:
    """A name for a size, but 1, which stretches."""
    return f"n{dim}" if dim > 1 else dim


@pytest.mark.parametrize("name", CALLS)
def test_a_call_on_named_sizes_gives_what_it_gives_on_integers(name: str) -> None:
    call, shapes = CALLS[name]
    if name in REFUSED:
        with pytest.raises(SymdiffError, match=re.escape(REFUSED[name])):
            results(call, shapes, named)
        return
    interpreted, emitted = results(call, shapes, named)
    by_number = results(call, shapes, lambda dim: dim)[0]
    for found, other, wanted in zip(interpreted, emitted, by_number, strict=True):
        assert_same(found, other, f"{name} by both backends")
        assert (found.dtype, np.shape(found)) == (wanted.dtype, np.shape(wanted))
        assert_close(found, wanted, name, rtol=1e-12, atol=1e-12)


def test_parts_of_any_length() -> None:
    """Parts of a named size, and quantiles of it, are NumPy's whatever the size is."""
    x = sd.Graph().input("x", ("n",))
    split = sd.compile([x], sd.array_split(x, 3))
    quantile = sd.compile([x], [sd.quantile(x, [0.0, 0.1, 0.3, 0.5, 1 / 3, 1.0]), sd.grad(sd.quantile(x, 0.3), x)])
    rng = np.random.default_rng(0)
    for n in range(12):
        values = rng.normal(size=n)
        for part, wanted in zip(split(values), np.array_split(values, 3), strict=True):
            assert_same(part, wanted)
        if not n:
            with pytest.raises(SymdiffError, match="n >= 1"):
                quantile(values)
            continue
        found, gradient = quantile(values)
        assert_close(found, np.quantile(values, [0.0, 0.1, 0.3, 0.5, 1 / 3, 1.0]), rtol=1e-13)
        assert_close(gradient.sum(), 1.0, rtol=1e-14)
    assert not re.search(r"^    require\(", split.source, re.MULTILINE)  # any size can be cut so


def test_an_infinite_neighbour_has_no_part_in_a_quantile_at_an_element() -> None:
    """Where the position is an element's own, only that element counts, by name and by number."""
    for size in ("n", 5):
        x = sd.Graph().input("x", (size,))
        f = sd.compile([x], [sd.quantile(x, 0.25), sd.grad(sd.quantile(x, 0.25), x)])
        found, gradient = f([3.0, 1.0, np.inf, np.inf, np.inf])
        assert found == 3.0
        assert_same(gradient, np.array([1.0, 0, 0, 0, 0]))
