"""Compiled functions: what they take, what they give back, and what they leave alone."""

from __future__ import annotations

import gc
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import ArgumentError, GraphError, ShapeError, UnsupportedError
from tests.values import assert_same

BACKENDS = ("python", "interpreter")
LEVELS = ("none", "default", "fast")
both = pytest.mark.parametrize("backend", BACKENDS)
levels = pytest.mark.parametrize("level", LEVELS)


class Layer(NamedTuple):
    """A container of a user's own."""

    W: Any
    b: Any


class Own(np.ndarray):
    """An array type of a user's own."""


def layer() -> tuple[sd.Expr, sd.Expr, sd.Expr]:
    """Inputs x, W and b of a layer."""
    g = sd.Graph()
    return g.input("x", ("n", 3)), g.input("W", (3, 2)), g.input("b", (2,))


X, W0, B0 = np.arange(6.0).reshape(2, 3), np.ones((3, 2)), np.array([10.0, 20.0])


# Containers


@both
def test_containers_go_in_and_come_out_as_they_were_given(backend: Any) -> None:
    x, W, b = layer()
    y = x @ W + b
    outputs = {"y": y, "nested": [x, (W, {"b": b})], "layer": Layer(W, b), "none": ()}
    f = sd.compile([x, {"W": W, "b": b}], outputs, backend=backend)
    found = f(X, {"b": B0, "W": W0})
    assert list(found) == ["y", "nested", "layer", "none"]
    assert type(found["nested"]) is list
    assert type(found["nested"][1]) is tuple
    assert type(found["layer"]) is Layer
    assert found["none"] == ()
    assert_same(found["y"], X @ W0 + B0)
    assert_same(found["nested"][1][1]["b"], B0)
    assert_same(found["layer"].W, W0)


@both
def test_every_form_of_inputs(backend: Any) -> None:
    x, W, b = layer()
    y = x @ W + b
    wanted = X @ W0 + B0
    assert_same(sd.compile([x, W, b], y, backend=backend)(X, W0, B0), wanted)
    assert_same(sd.compile((x, W, b), y, backend=backend)(X, W0, B0), wanted)
    assert_same(sd.compile({"x": x, "W": W, "b": b}, y, backend=backend)({"W": W0, "x": X, "b": B0}), wanted)
    assert_same(sd.compile([x, Layer(W, b)], y, backend=backend)(X, Layer(W0, B0)), wanted)
    assert_same(sd.compile([[x, W], b], y, backend=backend)([X, W0], B0), wanted)
    assert_same(sd.compile(x, x * 2, backend=backend)(X), X * 2)


@both
def test_containers_of_one_value_each(backend: Any) -> None:
    x, W, _ = layer()
    assert_same(sd.compile([{"x": x}, [W]], x @ W, backend=backend)({"x": X}, [W0]), X @ W0)


@both
def test_one_output_comes_alone_and_a_list_of_one_in_a_list(backend: Any) -> None:
    x, *_ = layer()
    assert isinstance(sd.compile([x], x + 1, backend=backend)(X), np.ndarray)
    (alone,) = sd.compile([x], [x + 1], backend=backend)(X)
    assert_same(alone, X + 1)
    assert sd.compile([x], [], backend=backend)(X) == []


@both
def test_arguments_may_be_given_by_name(backend: Any) -> None:
    x, W, b = layer()
    f = sd.compile([x, W, b], x @ W + b, backend=backend)
    wanted = X @ W0 + B0
    assert_same(f(x=X, W=W0, b=B0), wanted)
    assert_same(f(X, b=B0, W=W0), wanted)
    with pytest.raises(ArgumentError, match="lacks 'W', 'b'"):
        f(X)
    with pytest.raises(ArgumentError, match="given 'x' twice"):
        f(X, x=X)
    with pytest.raises(ArgumentError, match="no argument 'c'"):
        f(X, W0, B0, c=1)
    with pytest.raises(ArgumentError, match="takes 3 arguments, 4"):
        f(X, W0, B0, B0)


def test_names_that_are_no_identifiers_can_be_given_by_name_too() -> None:
    g = sd.Graph()
    x, y = g.input("layer 1/W"), g.input("class")
    f = sd.compile([x, y], x - y)
    assert f(**{"layer 1/W": 5.0, "class": 3.0}) == 2.0


@both
def test_flat_values_for_a_container_by_name(backend: Any) -> None:
    x, W, b = layer()
    f = sd.compile([x, {"W": W, "b": b}], x @ W + b, backend=backend)
    assert_same(f(X, W=W0, b=B0), X @ W0 + B0)


@both
@levels
def test_what_isnt_needed_may_be_given_and_what_is_given_may_be_given_back(backend: Any, level: Any) -> None:
    x, W, b = layer()
    f = sd.compile([x, W, b], [x, x, W * 2, W * 2, x], optimize=level, backend=backend)
    found = f(X, W0, B0)
    for value, wanted in zip(found, [X, X, W0 * 2, W0 * 2, X], strict=True):
        assert_same(value, wanted)
    with pytest.raises(ShapeError, match="'b'"):
        f(X, W0, np.ones(3))


@both
def test_a_constant_and_a_number_can_be_outputs(backend: Any) -> None:
    g = sd.Graph()
    x = g.input("x", (2,))
    k = g.constant([1.0, 2.0])
    f = sd.compile([x], [k, 3.0, k * 2, [1, 2]], backend=backend)
    for _ in range(2):
        found = f([0.0, 0.0])
        for value, wanted in zip(found, [[1.0, 2.0], 3.0, [2.0, 4.0], [1, 2]], strict=True):
            assert_same(value, np.asarray(wanted)[()])
        found[0][:] = 9.0


# Arguments


@both
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "value", [2, 2.0, True, np.float32(2), np.int8(2), np.array(2.0), np.array(2, ">i4")], ids=repr
)
def test_scalars_of_every_kind(backend: Any, dtype: str, value: Any) -> None:
    x = sd.Graph().input("x", dtype=dtype)
    f = sd.compile([x], [x * 3, x], backend=backend)
    if dtype == "float32" and isinstance(value, np.ndarray):
        with pytest.raises(ArgumentError, match="doesn't cast safely"):
            f(value)
        return
    for found, wanted in zip(f(value), (float(value) * 3, float(value)), strict=True):
        assert type(found) is np.dtype(dtype).type
        assert found == wanted


@both
@pytest.mark.parametrize(
    ("given", "declared", "ok"),
    [
        ("float32", "float64", True), ("int32", "float64", True), ("bool", "int64", True), ("uint8", "int16", True),
        ("int64", "float64", True), ("float64", "complex128", True), ("float64", "float32", False),
        ("float64", "int64", False), ("int64", "int32", False), ("int64", "float32", False), ("int64", "bool", False),
        ("complex128", "float64", False), ("int8", "uint8", False),
    ],
)  # fmt: skip
def test_what_casts_safely_is_taken(backend: Any, given: str, declared: str, ok: bool) -> None:
    x = sd.Graph().input("x", (2,), dtype=declared)
    f = sd.compile([x], x, backend=backend)
    value = np.ones(2, given)
    if ok:
        assert_same(f(value), value.astype(declared))
    else:
        with pytest.raises(ArgumentError, match="doesn't cast safely"):
            f(value)


@both
def test_lists_are_taken_as_numbers_without_a_dtype(backend: Any) -> None:
    x = sd.Graph().input("x", (2,), dtype="float32")
    f = sd.compile([x], x, backend=backend)
    assert_same(f([1, 2.5]), np.array([1, 2.5], "float32"))
    assert_same(f((1, 2)), np.array([1, 2], "float32"))
    with pytest.raises(ArgumentError):
        f([1j, 2.0])


@both
@levels
def test_arrays_in_every_state_are_taken_and_never_written_to(backend: Any, level: Any) -> None:
    g = sd.Graph()
    x = g.input("x", ("n", 3))
    outputs = [x, x + 1, x.T, x[::-1], x.reshape(-1), sd.sum(x, axis=0), x[0]]
    f = sd.compile([x], outputs, optimize=level, backend=backend)
    read_only = X.copy()
    read_only.flags.writeable = False
    states = [
        X, np.asfortranarray(X), X.astype(">f8"), read_only, np.arange(12.0).reshape(2, 6)[:, ::2], X.T.copy().T,
        np.lib.stride_tricks.as_strided(np.ones(1), (2, 3), (0, 0)), X[::-1], X.view(Own),
    ]  # fmt: skip
    for value in states:
        before = np.array(value)
        found = f(value)
        plain = np.array(value, "float64")
        wanted = [plain, plain + 1, plain.T, plain[::-1], plain.reshape(-1), plain.sum(axis=0), plain[0]]
        for each, right in zip(found, wanted, strict=True):
            assert_same(each, right)
            each[...] = -1.0
        np.testing.assert_array_equal(np.array(value), before)
        assert_same(f(value)[0], plain)


@both
@levels
def test_results_are_fresh_arrays(backend: Any, level: Any) -> None:
    g = sd.Graph()
    x, y = g.input("x", (2, 3)), g.input("y", (2, 3))
    outputs = [x, x, x.T, x[:1], x.reshape(6), sd.broadcast_to(y, (2, 2, 3)), x + y, x + y, (x + y).T, (x + y)[0]]
    f = sd.compile([x, y], outputs, optimize=level, backend=backend)
    a, b = X.copy(), X + 1
    results = [*f(a, b), *f(a, b)]
    for i, one in enumerate(results):
        assert one.flags.writeable
        assert one.flags.owndata
        assert one.base is None
        for other in (a, b, *results[:i]):
            assert not np.shares_memory(one, other)


@both
@levels
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool", "complex64"])
def test_a_result_without_axes_is_a_numpy_scalar_of_its_dtype(backend: Any, level: Any, dtype: str) -> None:
    g = sd.Graph()
    x, v = g.input("x", dtype=dtype), g.input("v", (2,), dtype=dtype)
    outputs = [
        x,
        v[0],
        v[0] == v[1],
        sd.sum(v),
        x.reshape(()),
        g.constant(1, dtype) if dtype != "bool" else x,
        sd.any(v),
    ]
    f = sd.compile([x, v], outputs, optimize=level, backend=backend)
    for found, expr in zip(f(np.ones((), dtype), np.ones(2, dtype)), outputs, strict=True):
        assert type(found) is expr.dtype.type
        assert not isinstance(found, np.ndarray)


def test_a_boolean_constant_can_be_an_output() -> None:
    g = sd.Graph()
    assert sd.compile([g.input("x")], g.constant(True))(1.0) is np.True_


@both
def test_empty_arguments(backend: Any) -> None:
    g = sd.Graph()
    x = g.input("x", ("n", 3))
    f = sd.compile([x], [sd.sum(x), sd.sum(x, axis=0), x * 2, x @ np.ones((3, 2))], backend=backend)
    found = f(np.zeros((0, 3)))
    for value, wanted in zip(found, [np.float64(0.0), np.zeros(3), np.zeros((0, 3)), np.zeros((0, 2))], strict=True):
        assert_same(value, wanted)
    h = sd.compile([x], sd.grad(sd.sum(x * x), x), backend=backend)
    assert_same(h(np.zeros((0, 3))), np.zeros((0, 3)))


@both
def test_named_sizes_are_bound_and_checked(backend: Any) -> None:
    g = sd.Graph()
    x, y, z = g.input("x", ("n + 1", "m")), g.input("y", ("n",)), g.input("z", ("m", "m"))
    f = sd.compile([x, y, z], [x[1:] @ z + sd.expand_dims(y, 1), sd.size(x)], backend=backend)
    value, size = f(np.ones((4, 2)), np.ones(3), np.ones((2, 2)))
    assert value.shape == (3, 2)
    assert size == 8
    for wrong in (
        (np.ones((4, 2)), np.ones(4), np.ones((2, 2))),
        (np.ones((4, 2)), np.ones(3), np.ones((2, 3))),
        (np.ones((4, 3)), np.ones(3), np.ones((2, 2))),
        (np.ones(4), np.ones(3), np.ones((2, 2))),
    ):
        with pytest.raises(ShapeError):
            f(*wrong)


@both
def test_requirements_of_what_isnt_needed_arent_asked(backend: Any) -> None:
    g = sd.Graph()
    x = g.input("x", ("n",))
    x[5:]
    f = sd.compile([x], x[2:] * 1, backend=backend)
    assert f(np.ones(3)).shape == (1,)
    with pytest.raises(ShapeError, match="n >= 2"):
        f(np.ones(1))


@both
@levels
def test_what_rewriting_takes_away_is_required_still(backend: Any, level: Any, tmp_path: Path) -> None:
    """Sizes are asked as the graph was written, also where no node is left that needs it."""
    g = sd.Graph()
    x, y = g.input("x", ("n",)), g.input("y", ("n", "m"))
    outputs = [
        x.reshape(-1, 3).reshape(-1) * 2,  # n is divisible by 3
        sd.sum(y[:, :2] * 0),  # m >= 2
        y.reshape("n", "n").T.T,  # n == m
    ]
    f = sd.compile([x, y], outputs, optimize=level, backend=backend)
    functions = [f, sd.compile(f.graph.arguments, [f.graph.expr(each) for each in f.graph.outputs], name="again")]
    functions.append(pickle.loads(pickle.dumps(functions[1])))
    sd.export(tmp_path / "f.py", {"f": f})
    functions.append(sd.load_source(tmp_path / "f.py")["f"])
    for each in functions:
        each(np.ones(3), np.ones((3, 3)))
        for n, m, text in ((4, 4, "n divisible by 3"), (0, 0, "m >= 2"), (3, 6, "==")):
            with pytest.raises(ShapeError, match=rf"{text}[^\n]*, for test_function\.py:\d+"):
                each(np.ones(n), np.ones((n, m)))


# Names, backends, reports


def test_a_function_is_called_what_it_is_assigned_to() -> None:
    x, *_ = layer()
    step = sd.compile([x], x + 1)
    assert step.name == "step"
    assert "def step(x):" in step.source
    assert repr(step) == "<symdiff function step(x)>"
    assert sd.compile([x], x + 1, name="mine").name == "mine"
    assert [sd.compile([x], x + 1)][0].name == "function"


@pytest.mark.parametrize("name", ["", "a b", "class", "1x", "np", "f(", "a\nb", "float"])
def test_a_functions_name_is_an_identifier(name: str) -> None:
    x, *_ = layer()
    with pytest.raises(ArgumentError, match="name"):
        sd.compile([x], x + 1, name=name)


def test_the_source_is_a_module_that_gives_the_same_bits() -> None:
    x, W, b = layer()
    loss = sd.mean(sd.tanh(x @ W + b) ** 2)
    f = sd.compile([x, W, b], [loss, *sd.grad(loss, [W, b])])
    names: dict[str, Any] = {}
    exec(f.source, names)
    for found, wanted in zip(names["f"](X, W0, B0), f(X, W0, B0), strict=True):
        assert_same(found, wanted)


def test_the_graph_and_the_report_are_kept() -> None:
    x, W, b = layer()
    y = x @ W + b
    f = sd.compile([x, W, b], [y, y * 1])
    assert len(f.graph.outputs) == 2
    assert [each.attrs[0] for each in f.graph.arguments] == ["x", "W", "b"]
    assert f.report.level == "default"
    assert "nodes" in str(f.report)


def test_an_output_that_doesnt_depend_on_its_source_is_labelled() -> None:
    g = sd.Graph()
    x, y = g.input("x"), g.input("y", (2,))
    f = sd.compile([x, y], sd.grad(x * x, [x, y]))
    assert_same(f(1.0, [1.0, 2.0])[1], np.zeros(2))
    (note,) = f.report.notes
    assert "output 1 is 0" in note
    assert "y: float64 (2,)" in note


def test_compiling_changes_nothing_in_the_graph() -> None:
    x, W, b = layer()
    y = sd.log(1 + sd.exp(x @ W + b))
    before = len(x.graph)
    for level in LEVELS:
        sd.compile([x, W, b], y, optimize=level)
    assert len(x.graph) == before


def test_what_compile_is_asked_is_checked() -> None:
    x, W, b = layer()
    other = sd.Graph().input("x")
    with pytest.raises(GraphError, match="isn't among"):
        sd.compile([x], x @ W)
    with pytest.raises(GraphError, match="twice"):
        sd.compile([x, [x]], x)
    with pytest.raises(GraphError, match="inner node"):
        sd.compile([x @ W], x @ W + b)
    with pytest.raises(GraphError, match="different graphs"):
        sd.compile([x, other], x)
    with pytest.raises(ArgumentError, match="'O3'"):
        sd.compile([x], x, optimize="O3")  # type: ignore[arg-type]


# Pickles and threads


def test_a_pickled_function_gives_the_same_bits() -> None:
    x, W, b = layer()
    k = x.graph.constant(np.linspace(0, 1, 200).reshape(2, 100))
    loss = sd.mean(sd.tanh((x @ W + b) @ k) ** 2)
    f = sd.compile([x, {"W": W, "b": b}], {"loss": loss, "grads": sd.grad(loss, [W, b])})
    again = pickle.loads(pickle.dumps(f))
    args = (X, {"W": W0, "b": B0})
    found, wanted = again(*args), f(*args)
    assert_same(found["loss"], wanted["loss"])
    for left, right in zip(found["grads"], wanted["grads"], strict=True):
        assert_same(left, right)
    assert again.source == f.source
    assert repr(again) == repr(f)
    with pytest.raises(UnsupportedError, match="graph"):
        _ = again.graph
    with pytest.raises(ShapeError, match="'W'"):
        again(X, {"W": B0, "b": B0})


def test_a_function_of_the_interpreter_says_why_it_cant_be_pickled() -> None:
    x, *_ = layer()
    with pytest.raises(UnsupportedError, match="interpreter"):
        pickle.dumps(sd.compile([x], x + 1, backend="interpreter"))


@both
def test_a_function_may_be_called_from_many_threads(backend: Any) -> None:
    g = sd.Graph()
    x, W = g.input("x", ("n", 16)), g.input("W", (16, 16))
    h = x
    for _ in range(6):
        h = sd.tanh(h @ W) + x
    loss = sd.mean(h**2)
    f = sd.compile([x, W], [loss, sd.grad(loss, W), h], backend=backend)
    rng = np.random.default_rng(0)
    arguments = [(rng.normal(size=(1 + i % 5, 16)), rng.normal(size=(16, 16)) / 4) for i in range(64)]
    wanted = [f(*each) for each in arguments]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda each: f(*each), arguments))
    for results, right in zip(found, wanted, strict=True):
        for one, other in zip(results, right, strict=True):
            assert_same(one, other)


def test_compiling_leaves_the_collector_as_it_was() -> None:
    x = sd.Graph().input("x")
    for is_enabled in (True, False):
        (gc.enable if is_enabled else gc.disable)()
        try:
            sd.compile([x], x + 1, name="f")
            found = [gc.isenabled()]
            with pytest.raises(ArgumentError):
                sd.compile([x], x + 1, name="for")
            assert [*found, gc.isenabled()] == [is_enabled, is_enabled]
        finally:
            gc.enable()
