"""Bodies: random programs in small slices give the interpreter's results, in arrays that are nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.backends import bodies, loops, statements, tiling
from symdiff.backends.spelling import filler_of
from symdiff.ops import OPS
from symdiff.types import TupleType
from tests.test_random_programs import Program, arguments, build, steps
from tests.values import assert_same, draw

ONE_OF_EACH = [(op, next(iter(op.samples))) for op in OPS if op.samples and op.arity]


def in_slices(patch: pytest.MonkeyPatch, *, large: int = 1) -> None:
    """Every array is worth a loop, of slices of up to 7 elements; memory above `large` elements is reused."""
    patch.setattr(tiling, "WORTH_TILING", 1)
    patch.setattr(loops, "LARGEST_TILE", 7)
    patch.setattr(statements, "WORTH_REUSING", large)
    patch.setattr(bodies, "MOST_TWICE", 0)


def assert_own(results: Sequence[Any], others: Sequence[Any]) -> None:
    """No result is a view, read-only, or in the memory of another array."""
    arrays = [each for each in results if isinstance(each, np.ndarray)]
    for i, each in enumerate(arrays):
        assert each.base is None
        assert each.flags.writeable
        assert not any(np.shares_memory(each, other) for other in (*arrays[:i], *others))


@pytest.mark.parametrize("reused", [1, 1 << 12])
def test_random_programs_in_slices(reused: int) -> None:
    @given(st.lists(steps, min_size=1, max_size=12), st.sampled_from([0, 1, 4, 7, 30]), st.sampled_from("CFRB"))
    @settings(max_examples=60)
    def agree(program: Program, batch: int, layout: str) -> None:
        inputs, target = build(program, "float64")
        inner = [node for node in range(len(target.graph)) if isinstance(target.graph.expr(node).type, TupleType)]
        some = [target.graph.expr(node) for node in range(0, len(target.graph), 5) if node not in inner]
        outputs = [target, *sd.grad(target, inputs), *some]
        with pytest.MonkeyPatch.context() as patch:
            in_slices(patch, large=reused)
            fast = sd.compile(inputs, outputs, name="f")
        slow = sd.compile(inputs, outputs, backend="interpreter")
        values = arguments("float64")
        rows = np.resize(values[0], (batch, 3))
        values[0] = {
            "C": rows, "F": np.asfortranarray(rows), "R": rows[::-1], "B": np.broadcast_to(values[1], rows.shape),
        }[layout]  # fmt: skip
        kept = [np.array(each) for each in values]
        with np.errstate(all="ignore"):
            wanted, got = outcome(slow, values), outcome(fast, values)
        if isinstance(wanted, type):
            assert got is wanted
            return
        assert_own(got, values)
        assert all(np.array_equal(left, right) for left, right in zip(values, kept, strict=True))
        scale = 1 + max(float(np.max(np.abs(each), initial=0)) for each in wanted)
        for left, right in zip(got, wanted, strict=True):
            assert (type(left), left.dtype, left.shape) == (type(right), right.dtype, right.shape)
            if scale < 1e6:
                np.testing.assert_allclose(left, right, rtol=0, atol=1e-10 * scale)

    agree()


def outcome(function: sd.Function, values: Sequence[Any]) -> Any:
    """What a call gives, or the class of what it raises."""
    try:
        return function(*values)
    except ValueError as error:
        return type(error)


@pytest.mark.parametrize(("op", "case"), ONE_OF_EACH, ids=lambda value: getattr(value, "name", ""))
def test_results_are_arrays_of_their_own(op: Any, case: Any) -> None:
    values = [np.asarray(each) for each in draw(case.operands)]
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", each.shape, each.dtype) for i, each in enumerate(values)]
    y = op(*inputs, **case.attributes)
    if not isinstance(y, sd.Expr) or isinstance(y.type, TupleType):
        pytest.skip("several results, or a constant")
    outputs = [y, *inputs, y.reshape(-1), y[None], *([y.T] if len(y.shape) == 2 else [])]
    for backend in ("python", "interpreter"):
        assert_own(sd.compile(inputs, outputs, name="f", backend=backend)(*values), values)  # type: ignore[arg-type]


@pytest.mark.parametrize("op", [op for op in OPS if op.elementwise and filler_of(op)], ids=lambda op: op.name)
def test_what_fills_memory_fills_memory_with_gaps(op: Any) -> None:
    """A slice of an axis that isn't the first has gaps; NumPy's isnan and its like get that wrong."""
    case = next(case for case in op.samples if not case.attributes)
    ufunc = getattr(np, str(filler_of(op)), None)
    if not isinstance(ufunc, np.ufunc):
        pytest.skip("a kernel of its own")
    values = [np.resize(np.asarray(each), 100) for each in draw(case.operands)]
    whole = ufunc(*values)
    memory = np.zeros((100, 3), whole.dtype)
    ufunc(*values, out=memory[:, 1])
    assert_same(memory[:, 1], whole, op.name)


def test_what_a_loop_takes_last_is_not_reused_while_a_line_that_waits_mentions_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The determinant is written into the last line; nothing before that may take its operand's memory."""
    in_slices(monkeypatch)
    monkeypatch.setattr(bodies, "_scheduled", lambda plan, *_: plan)
    g = sd.Graph()
    x = g.input("x", (9, 9))
    a = sd.cumulative_sum(x, axis=0)
    det = sd.linalg.det(a)
    b = sd.exp(a) * sd.sin(a)
    c = sd.cumulative_sum(b, axis=0)
    outputs = [sd.cumulative_prod(sd.exp(c), axis=0) * det, b, c]
    values = [np.random.default_rng(0).normal(size=(9, 9))]
    fast, slow = sd.compile([x], outputs, name="f"), sd.compile([x], outputs, backend="interpreter")
    for left, right in zip(fast(*values), slow(*values), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12)


@pytest.mark.parametrize("shape", [(), (3,), (9, 3), ("n", 3)])
def test_any_name_can_be_an_input(shape: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_slices(monkeypatch)
    names = [
        "float64_dtype", "float64_scalar", "float64", "rest", "missing", "again", "named", "max", "min", "range",
        "ones", "ones_3", "buffer", "i", "j", "rows", "step", "partial", "t5", "t7", "f", "f_at_edges", "type", "add",
        "out", "chosen", "ndarray", "bool_", "argument", "copysign", "nan", "inf", "n",
    ]  # fmt: skip
    g = sd.Graph()
    inputs = [g.input(name, shape) for name in names]
    y = sum(sd.exp(x * (0.01 * i)) for i, x in enumerate(inputs))
    outputs = [y, sd.sum(y), sd.where(y > 3, y, 0.0) + sd.max(y), sd.sum(y, axis=-1) if shape else y]
    fast, slow = sd.compile(inputs, outputs, name="f"), sd.compile(inputs, outputs, backend="interpreter")
    sizes = [9 if dim == "n" else dim for dim in shape]
    values = list(np.random.default_rng(0).normal(size=(len(names), *sizes)))
    namespace: dict[str, Any] = {}
    exec(fast.tuned_source, namespace)
    for found in (fast(*values), fast(**dict(zip(names, values, strict=True))), namespace["f"](*values)):
        for left, right in zip(found, slow(*values), strict=True):
            np.testing.assert_allclose(left, right, rtol=1e-12)


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (0, 0), (1, 1)])
def test_sums_of_nothing_are_sums(n: int, m: int, monkeypatch: pytest.MonkeyPatch) -> None:
    in_slices(monkeypatch)
    g = sd.Graph()
    x, w = g.input("x", ("n", "m")), g.input("w", ("m",))
    y = sd.tanh(x * w)
    outputs = [sd.sum(y), sd.sum(y, axis=0), sd.sum(y, axis=1), *sd.grad(sd.sum(y * y), [x, w]), sd.any(y > 0)]
    fast, slow = sd.compile([x, w], outputs, name="f"), sd.compile([x, w], outputs, backend="interpreter")
    values = np.ones((n, m)), np.ones(m)
    for left, right in zip(fast(*values), slow(*values), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-12)
