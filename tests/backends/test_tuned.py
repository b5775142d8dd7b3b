"""The tuned style: slices, expansions and Python's floats give what the interpreter gives; memory is nobody else's."""

from __future__ import annotations

import itertools
import math
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends import loops, scalar, tiling
from symdiff.backends.program import Instruction
from symdiff.errors import ShapeError
from symdiff.function import load
from symdiff.op import Case, Op
from symdiff.ops import OPS
from symdiff.tree import flatten
from symdiff.types import array_type
from tests.backends.models import MODELS
from tests.backends.replay import in_small_slices
from tests.values import EDGES, assert_same, draw

SLICED = [(op, case) for op in OPS if op.slicing is not None for case in op.samples]
EXPANDED = [op for op in OPS if op.expand is not None]


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every array is worth a loop, and slices are short."""
    monkeypatch.setattr(tiling, "WORTH_TILING", 1)
    monkeypatch.setattr(loops, "LARGEST_TILE", 7)


def name_of(value: Any) -> str:
    return value.name if isinstance(value, Op) else ""


@pytest.mark.parametrize(("op", "case"), SLICED, ids=name_of)
def test_slices_of_operands_give_slices_of_the_result(op: Op, case: Case) -> None:
    operands = [np.asarray(each) for each in draw(case.operands)]
    attributes = {**op.attributes, **case.attributes}
    types = [array_type(each.dtype, each.shape) for each in operands]
    attrs = op.infer(*types, **attributes).attrs
    attributes = attributes if attrs is None else dict(zip(op.attributes, attrs, strict=True))
    whole = np.asarray(op.kernel(*operands, **attributes))
    assert op.slicing is not None
    result, parts, combine = op.slicing(array_type(whole.dtype, whole.shape), *types, **attributes)
    assert [len(each) for each in (*parts, result)] == [each.ndim for each in (*operands, whole)]
    for label in dict.fromkeys(each for labels in parts for each in labels if each is not None):
        pairs = zip(operands, parts, strict=True)
        length = next(x.shape[labels.index(label)] for x, labels in pairs if label in labels)
        axis = result.index(label) if label in result else None
        slices = []
        for cut in (slice(0, 1), slice(1, length)) if length > 1 else (slice(0, 1),):
            some = [_cut(x, labels, label, cut) for x, labels in zip(operands, parts, strict=True)]
            given = dict(attributes)
            if "shape" in given and axis is not None:
                shape = list(given["shape"])
                shape[axis] = cut.stop - cut.start
                given["shape"] = tuple(shape)
            slices.append(np.asarray(op.kernel(*some, **given)))
        if axis is None:
            assert combine is not None
            joined = slices[0] if len(slices) == 1 else getattr(np, combine)(*slices)
        else:
            joined = np.concat(slices, axis=axis)
        np.testing.assert_allclose(joined, whole, rtol=1e-12, atol=1e-12)


def _cut(x: Any, labels: Any, label: Any, cut: slice) -> Any:
    return x[tuple(cut if each == label else slice(None) for each in labels)]


@pytest.mark.parametrize("op", EXPANDED, ids=name_of)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_an_expansion_is_the_op_bit_for_bit(op: Op, dtype: str) -> None:
    assert op.expand is not None
    for case in op.samples:
        graph = sd.Graph()
        values = [x.astype(dtype) for x in draw(case.operands)]
        inputs = [graph.input(f"x{i}", x.shape, dtype) for i, x in enumerate(values)]
        attributes = {**op.attributes, **case.attributes}
        y = op(*inputs, **attributes)
        expansion = op.expand(*inputs, **dict(zip(op.attributes, y.attrs, strict=True)))
        assert expansion.type == y.type
        run = sd.compile(inputs, [y, expansion], optimize="none", backend="interpreter")
        with np.errstate(all="ignore"):
            assert_same(*run(*values), op.name)
            for seed in range(6):
                rng = np.random.default_rng(seed)
                assert_same(*run(*(rng.choice(EDGES, x.shape).astype(dtype) for x in values)), op.name)


def _numbers() -> Iterator[Op]:
    for op in OPS:
        if op.elementwise and not any(op.attributes) and op.arity in (1, 2):
            instruction = Instruction(9, op, tuple(range(op.arity)), (), array_type("float64", ()))
            if scalar.scalar_form(instruction) is not None:
                yield op


@pytest.mark.parametrize("op", list(_numbers()), ids=name_of)
def test_pythons_floats_give_what_numpy_gives(op: Op) -> None:
    graph = sd.Graph()
    try:
        y = op(*(graph.input(f"x{i}") for i in range(op.arity or 0)))
    except sd.SymdiffError:
        pytest.skip("not defined for floats")
    f = sd.compile(list(graph.arguments), y, name="f")
    if "_at_edges" not in f.tuned_source:
        pytest.skip("its result is no float or boolean")
    values = [*EDGES, 0.3, -0.7, 2.5, -2.5, 1e-8, 17.0]
    namespace: dict[str, Any] = {}
    exec(f.tuned_source, namespace)
    with np.errstate(all="ignore"):
        for given in itertools.product(values, repeat=op.arity or 0):
            wanted, got = op.kernel(*(np.float64(each) for each in given)), f(*map(float, given))
            assert_same(np.asarray(namespace["f"](*map(float, given))), np.asarray(got))
            assert type(got) is type(np.asarray(wanted)[()])
            ties = op.name in ("maximum", "minimum") and got == wanted  # which 0.0 NumPy takes depends on the machine
            assert ties or _near(float(got), float(wanted)), (given, got, wanted)


def _near(left: float, right: float) -> bool:
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    same = left == right and math.copysign(1, left) == math.copysign(1, right)
    return same or 0 < abs(left - right) <= 2 * math.ulp(right)


@pytest.mark.parametrize("model", MODELS)
def test_models_agree_with_their_readable_source(model: Any, small_tiles: None) -> None:
    fast = model()
    rng = np.random.default_rng(3)
    shapes = [[dim if isinstance(dim, int) else 5 + len(str(dim)) for dim in x.shape] for x in fast.graph.arguments]
    drawn = [rng.uniform(0.2, 0.9, shape) for shape in shapes]
    drawn = [x @ x.T + np.eye(len(x)) if x.ndim == 2 and x.shape[0] == x.shape[1] else x for x in drawn]
    arguments = [np.asarray(x).astype(y.dtype) for x, y in zip(drawn, fast.graph.arguments, strict=True)]
    kept = [each.copy() for each in arguments]
    leaves = flatten(fast(*arguments))[0]
    for left, right in zip(leaves, flatten(load(fast.source, fast.name)(*arguments))[0], strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-5 if left.dtype == np.float32 else 1e-10, atol=1e-10)
        assert (left.dtype, left.shape, type(left)) == (right.dtype, right.shape, type(right))
    for left, right in zip(arguments, kept, strict=True):
        assert_same(left, right, "an argument was written to")
    arrays = [each for each in leaves if isinstance(each, np.ndarray)]
    for i, each in enumerate(arrays):
        for other in (*arrays[:i], *(x for x in arguments if x.ndim)):
            assert not np.shares_memory(each, other)


def model() -> tuple[list[Any], list[Any]]:
    g = sd.Graph()
    x, W, b = g.input("x", ("n", 3)), g.input("W", (3, 4)), g.input("b", (4,))
    h = sd.tanh(x @ W + b)
    loss = sd.sum(sd.logsumexp(h * h, axis=1)) + sd.max(h)
    return [x, W, b], [loss, h, *sd.grad(loss, [x, W, b])]


@pytest.mark.parametrize("rows", [0, 1, 2, 6, 7, 8, 50])
def test_any_number_of_rows_is_sliced_right(rows: int, small_tiles: None) -> None:
    g = sd.Graph()
    x, b = g.input("x", ("n", 3)), g.input("b", (3,))
    y = sd.exp(-x * b) + x
    outputs = [y, sd.sum(y), sd.sum(y, axis=0), sd.sum(y, axis=1), (y.T @ x)]
    fast, slow = sd.compile([x, b], outputs, name="f"), sd.compile([x, b], outputs, backend="interpreter")
    assert "range(0, n or 1," in fast.tuned_source
    X = np.random.default_rng(0).normal(size=(rows, 3))
    for given in (X, X[::-1], np.asfortranarray(X), X.astype(">f8")):
        for left, right in zip(fast(given, X[:1].sum(0)), slow(given, X[:1].sum(0)), strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-12)


def test_eight_threads_get_their_own_answers(small_tiles: None) -> None:
    inputs, outputs = model()
    f = sd.compile(inputs, outputs, name="f")
    rng = np.random.default_rng(1)
    given = [(rng.normal(size=(40 + i, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)) for i in range(8)]
    wanted = [f(*each) for each in given]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            for got, right in zip(pool.map(lambda each: f(*each), given), wanted, strict=True):
                for a, b in zip(got, right, strict=True):
                    assert_same(a, b)


def test_a_pickle_and_the_text_alone_do_the_same(small_tiles: None) -> None:
    inputs, outputs = model()
    f = sd.compile(inputs, outputs, name="f")
    rng = np.random.default_rng(1)
    given = (rng.normal(size=(9, 3)), rng.normal(size=(3, 4)), rng.normal(size=4))
    namespace: dict[str, Any] = {}
    exec(f.tuned_source, namespace)
    for other in (pickle.loads(pickle.dumps(f)), namespace["f"]):
        for a, b in zip(other(*given), f(*given), strict=True):
            assert_same(a, b)


@pytest.mark.parametrize("name", ["exp", "add", "ones", "empty", "i", "step", "buffer", "missing", "rest", "named"])
def test_a_size_may_be_called_what_numpy_calls_functions(name: str, small_tiles: None) -> None:
    g = sd.Graph()
    x = g.input("x", (name, 4))
    outputs = [sd.exp(x) * x + x, sd.sum(sd.exp(x) + x, axis=1)]
    fast, slow = sd.compile([x], outputs, name="f"), sd.compile([x], outputs, backend="interpreter")
    X = np.random.default_rng(0).normal(size=(9, 4))
    for left, right in zip(fast(X), slow(X), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-14)


@pytest.mark.parametrize("name", ["type", "range", "min", "max", "ndarray", "in_threads", "float64_dtype", "_again"])
def test_a_size_that_generated_code_would_lose_is_refused(name: str) -> None:
    g = sd.Graph()
    x = g.input("x", (name, 4))
    with pytest.raises(ShapeError, match=f"can't be called '{name}'"):
        sd.compile([x], sd.exp(x) * x, name="f")


@pytest.mark.parametrize(
    "name", ["exp", "tanh", "square", "empty", "sin", "float64_dtype", "scatter_parts", "_again", "f_at_edges", "i"]
)
def test_a_function_may_be_called_what_it_calls(name: str, small_tiles: None) -> None:
    g = sd.Graph()
    x, s = g.input("x", (9, 4)), g.input("s")
    y = sd.tanh(sd.exp(x[1:])) * sd.sin(x[:-1])
    z = sd.exp(sd.sin(s)) * sd.tanh(s)
    rng = np.random.default_rng(0)
    for inputs, outputs in (([x], [y, sd.grad(sd.sum(y * y), x)]), ([s], [z, sd.grad(z, s)])):
        fast = sd.compile(inputs, outputs, name=name)
        slow = sd.compile(inputs, outputs, backend="interpreter")
        assert fast.name == name
        given = [rng.normal(size=each.shape) for each in inputs]
        exec(fast.tuned_source, {})
        for left, right in zip(fast(*given), slow(*given), strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-14)


@pytest.mark.parametrize("rows", [1, 2, 9])
def test_what_slices_add_up_to_owns_its_memory(rows: int, small_tiles: None) -> None:
    """Also where a single slice is all, and what computes it gives a view of memory that it has made."""
    g = sd.Graph()
    x = g.input("x", ("n", 3))
    y = sd.sum(sd.sin(sd.tensordot(sd.roll(x, 1, axis=1), x, axes=0)))
    f = sd.compile([x], sd.grad(y, x), name="f")
    X = np.random.default_rng(0).normal(size=(rows, 3))
    assert "partial" in f.tuned_source
    assert f(X).base is None
    np.testing.assert_allclose(f(X), sd.grad(y, x).eval({x: X}), rtol=1e-12)


def test_a_loop_of_views_alone_is_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    g = sd.Graph()
    x = g.input("x", (40, 3))
    y = sd.silu(sd.silu(sd.mean(x, axis=0)))[::2]
    slope = sd.grad(sd.sum(y * y), x)
    f = in_small_slices(monkeypatch, lambda: sd.compile([x], slope, name="f"))
    X = np.random.default_rng(0).normal(size=(40, 3))
    np.testing.assert_allclose(f(X), slope.eval({x: X}), rtol=1e-12)
