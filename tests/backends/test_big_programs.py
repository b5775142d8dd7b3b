"""Big programs: what is written grows in step with the graph, and neither depth nor width is too much."""

from __future__ import annotations

import inspect
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from tests.values import assert_same

BACKENDS: Final = str(Path(sd.__file__).parent / "backends")

Program = tuple[list[Any], list[Any], list[Any]]
"""Inputs, outputs, and values of the inputs."""


def chain(n: int) -> Program:
    """y = sin(y) x, so many times."""
    x = y = sd.Graph().input("x", (3,))
    for _ in range(n):
        y = sd.sin(y) * x
    return [x], [y, sd.grad(sd.sum(y), x)], [np.linspace(0.1, 1, 3)]


def numbers(n: int) -> Program:
    """A chain of numbers without axes."""
    x = y = sd.Graph().input("x")
    for _ in range(n):
        y = sd.sin(y) * x
    return [x], [y, sd.grad(y, x)], [0.3]


def inputs(n: int) -> Program:
    """A function of so many arguments, with as many results."""
    g = sd.Graph()
    xs = [g.input(f"x{i}") for i in range(n)]
    y = xs[0]
    for x in xs[1:]:
        y = y + sd.sin(x)
    return xs, [y, *sd.grad(y, xs)], [0.1 * i for i in range(n)]


def squares(n: int) -> Program:
    """A sum over a long sum of squares."""
    x = sd.Graph().input("x", (3,))
    y = x * x
    for i in range(n):
        y = y + float(i + 1) * (sd.sin(x + i) * sd.sin(x + i))
    y = sd.sum(y)
    return [x], [y, sd.grad(y, x)], [np.linspace(0.1, 1, 3)]


def elements(n: int) -> Program:
    """An array taken to pieces, and put together again."""
    x = sd.Graph().input("x", (n,))
    y = sd.stack([sd.sin(each) for each in x])
    y = sd.sum(y * y)
    return [x], [y, sd.grad(y, x)], [np.linspace(0.1, 1, n)]


def views(n: int) -> Program:
    """Views of views."""
    x = y = sd.Graph().input("x", (2, 3))
    for _ in range(n):
        y = sd.sin(y.T.reshape(6).reshape(2, 3)[::-1])
    y = sd.sum(y)
    return [x], [y, sd.grad(y, x)], [np.linspace(0.1, 1, 6).reshape(2, 3)]


PROGRAMS: Final = (chain, numbers, inputs, squares, elements, views)


@contextmanager
def lines_run() -> Iterator[list[int]]:
    """Counts the lines of the backends that are run; what doesn't depend on how quick a machine is."""
    count = [0]

    def local(frame: FrameType, event: str, value: Any) -> Any:
        count[0] += event == "line"
        return local

    def trace(frame: FrameType, event: str, value: Any) -> Any:
        return local if frame.f_code.co_filename.startswith(BACKENDS) else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield count
    finally:
        sys.settrace(before)


def _effort(program: Callable[[int], Program], n: int) -> int:
    given, results, _ = program(n)
    with lines_run() as count:
        function = sd.compile(given, results, name="f")
        assert function.source
        assert function.tuned_source
    return count[0]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.__name__)
def test_writing_is_linear(program: Callable[[int], Program]) -> None:
    """Four times as much takes four times the steps."""
    _effort(program, 10)  # what is looked up once
    small, large = _effort(program, 50), _effort(program, 200)
    assert large < 4.5 * small


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.__name__)
def test_depth_and_width_are_no_limit(program: Callable[[int], Program], tmp_path: Path) -> None:
    """Compiling, writing, pickling, exporting and calling take no more stack for a big program than for a small one."""
    given, results, values = program(300)
    expected = sd.compile(given, results, name="f", optimize="none", backend="interpreter")(*values)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 150)
    try:
        function = sd.compile(given, results, name="f")
        copy = pickle.loads(pickle.dumps(function))
        assert str(function.report)
        sd.export(str(tmp_path / "f.py"), {"f": function})
        found = copy(*values)
        assert function.tuned_source != function.source
    finally:
        sys.setrecursionlimit(limit)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
    assert_same(function(*values)[0], found[0], "the copy's result")
