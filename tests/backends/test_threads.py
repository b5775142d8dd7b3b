"""Threads: slices shared out among several give the same results to the last bit, and the same errors."""

from __future__ import annotations

import itertools
import pickle
import warnings
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff import request
from symdiff.backends.threads import in_threads
from symdiff.errors import ArgumentError
from symdiff.tree import flatten
from tests.backends.models import MODELS
from tests.backends.test_bodies import assert_own, in_slices
from tests.values import assert_same


def network() -> tuple[list[Any], list[Any]]:
    g = sd.Graph()
    x, w, b = g.input("x", ("n", 3)), g.input("w", (3, 4)), g.input("b", (4,))
    h = sd.tanh(x @ w + b)
    loss = sd.sum(sd.logsumexp(h * h, axis=1)) + sd.max(h) + sd.sum(sd.where(h > 0, h, 0), axis=(0, 1))
    return [x, w, b], [loss, h, sd.sum(h, axis=0), sd.any(h > 2), *sd.grad(loss, [x, w, b])]


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 40])
def test_results_do_not_depend_on_the_number_of_threads(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    in_slices(monkeypatch)
    inputs, outputs = network()
    if not rows:
        outputs = [each for each in outputs if each.operation.op.name != "max"][1:4]
    rng = np.random.default_rng(0)
    values = rng.normal(size=(rows, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    wanted = sd.compile(inputs, outputs, name="f")(*values)
    for threads in (2, 3, 4, 100):
        f = sd.compile(inputs, outputs, name="f", threads=threads)
        assert f"in_threads({threads}, " in f.tuned_source
        namespace: dict[str, Any] = {}
        exec(f.tuned_source, namespace)
        for run in (f, pickle.loads(pickle.dumps(f)), namespace["f"]):
            found = run(*values)
            assert_own(found, values)
            for left, right in zip(found, wanted, strict=True):
                assert_same(left, right)


@pytest.mark.parametrize("model", MODELS)
def test_models_do_not_depend_on_the_number_of_threads(model: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_slices(monkeypatch)
    graph = model().graph
    inputs, outputs = list(graph.arguments), [graph.expr(each) for each in graph.outputs]
    rng = np.random.default_rng(3)
    shapes = [[dim if isinstance(dim, int) else 5 + len(str(dim)) for dim in x.shape] for x in inputs]
    drawn = [rng.uniform(0.2, 0.9, shape) for shape in shapes]
    drawn = [x @ x.T + np.eye(len(x)) if x.ndim == 2 and x.shape[0] == x.shape[1] else x for x in drawn]
    values = [np.asarray(x).astype(y.dtype) for x, y in zip(drawn, inputs, strict=True)]
    one, two = (sd.compile(inputs, outputs, name="f", threads=threads)(*values) for threads in (1, 2))
    for left, right in zip(flatten(one)[0], flatten(two)[0], strict=True):
        assert_same(left, right)


def test_the_callers_settings_hold_in_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    in_slices(monkeypatch)
    g = sd.Graph()
    x = g.input("x", (40,))
    f = sd.compile([x], sd.sin(1 / x) + sd.cos(x), name="f", threads=4)
    values = np.ones(40)
    values[-1] = 0
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        f(values)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        assert np.isnan(f(values)[-1])


def test_the_first_error_is_raised_when_all_threads_have_ended() -> None:
    ended: list[int] = []

    def work(first: int, last: int) -> None:
        ended.append(first)
        if first >= 4:
            raise ValueError(first)

    with pytest.raises(ValueError, match="4"):
        in_threads(4, work, 8, 2)
    assert sorted(ended) == [0, 2, 4, 6]


def test_rows_are_shared_out_by_whole_slices() -> None:
    for rows in range(20):
        for step in (1, 3, 8):
            for count in (1, 2, 5):
                found: list[tuple[int, int]] = []
                in_threads(count, lambda first, last, found=found: found.append((first, last)), rows, step)
                found.sort()
                assert found[0][0] == 0
                assert found[-1][1] == max(rows, 1)
                assert all(left[1] == right[0] for left, right in itertools.pairwise(found))
                assert all(first % step == 0 for first, _ in found)
                assert len(found) <= count


@pytest.mark.parametrize("threads", [0, -1, 2.0, True, "2"])
def test_a_number_of_threads_is_a_number(threads: Any) -> None:
    g = sd.Graph()
    x = g.input("x")
    with pytest.raises(ArgumentError, match="threads"):
        sd.compile([x], x + 1, name="f", threads=threads)


@pytest.mark.parametrize("options", [{"optimize": "none"}, {"backend": "interpreter"}])
def test_threads_are_refused_where_there_are_none(options: Any) -> None:
    g = sd.Graph()
    x = g.input("x")
    with pytest.raises(ArgumentError, match="threads=2"):
        sd.compile([x], x + 1, name="f", threads=2, **options)


def test_what_is_large_says_so_before_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "UNREADABLE", 5)
    g = sd.Graph()
    x = y = g.input("x")
    for _ in range(5):
        y = sd.sin(y) * x
    with pytest.warns(UserWarning, match="11 nodes take about"):
        sd.compile([x], y, name="f")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sd.compile([x], sd.sin(x), name="f")
