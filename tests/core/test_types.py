"""Types: dtypes, shapes and axes as NumPy has them; and what slices and reshapes require of named sizes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import symdiff as sd
from symdiff.errors import DtypeError, ShapeError
from symdiff.sizes import Size, evaluate, names_in, size
from symdiff.types import (
    Requirement,
    TupleType,
    array_type,
    as_dtype,
    as_shape,
    broadcast,
    common_dtype,
    floating_dtype,
    normalise_axes,
    normalise_axis,
    shape_text,
)

quickly = settings(derandomize=True, deadline=None, max_examples=300)
STANDARD = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float32", "float64", "complex64", "complex128",
)  # fmt: skip
bounds = st.none() | st.integers(-6, 6)
steps = st.none() | st.integers(-4, 4).filter(bool)
lengths = st.integers(0, 9)


def holds(requirement: Requirement, names: dict[str, int]) -> bool:
    """Whether a condition on sizes is true of these."""
    left, relation, right = requirement
    a, b = evaluate(left, names), evaluate(right, names)
    if relation == "%":
        return b != 0 and a % b == 0
    return a >= b if relation == ">=" else a == b


def requirements_of(expr: Any) -> list[Requirement]:
    """What is required of the sizes for an expression to be computed."""
    return [requirement for requirement, _ in expr.graph.arena.requirements]


def concrete(shape: Any, names: dict[str, int]) -> tuple[int, ...]:
    """A shape with its names' values put in."""
    return tuple(evaluate(dim, names) for dim in shape)


def computed(expr: Any, x: Any, n: int) -> Any:
    """The value of an expression by its ops' kernels alone, so that no argument check comes before it."""
    found = x
    for node in expr.graph.arena.nodes[1:]:
        attrs = _concrete_attrs(node.attrs, {"n": n})
        found = node.op.kernel(found, **dict(zip(node.op.attributes, attrs, strict=True)))
    return found


def _concrete_attrs(value: Any, names: dict[str, int]) -> Any:
    if isinstance(value, tuple):
        return tuple(_concrete_attrs(each, names) for each in value)
    return evaluate(value, names) if isinstance(value, Size) else value


# Slices of axes that are known by name


def _out_of_range(part: slice, n: int) -> bool:
    """Whether a bound lies outside an axis of size n, so that NumPy would quietly move it."""
    backwards = part.step is not None and part.step < 0
    outside = [bound for bound in (part.start, part.stop) if bound is not None and not -n <= bound <= n]
    return bool(outside) or (backwards and part.start == n)


@quickly
@given(bounds, bounds, steps, lengths)
def test_a_slice_of_a_named_size_is_numpys_wherever_its_requirements_hold(
    start: int | None, stop: int | None, step: int | None, n: int
) -> None:
    part = slice(start, stop, step)
    y = sd.Graph().input("x", ("n",))[part]
    x = np.arange(n, dtype=float)
    if all(holds(each, {"n": n}) for each in requirements_of(y)):
        assert concrete(y.shape, {"n": n}) == x[part].shape
        np.testing.assert_array_equal(computed(y, x, n), x[part])
    else:
        negative = any(evaluate(dim, {"n": n}) < 0 for dim in y.shape)
        assert _out_of_range(part, n) or negative


@quickly
@given(bounds, bounds, steps, lengths)
def test_a_slice_of_a_known_size_is_numpys(start: int | None, stop: int | None, step: int | None, n: int) -> None:
    part = slice(start, stop, step)
    y = sd.Graph().input("x", (n,))[part]
    x = np.arange(n, dtype=float)
    assert requirements_of(y) == []
    assert y.shape == x[part].shape
    np.testing.assert_array_equal(computed(y, x, n) if len(y.graph) > 1 else x, x[part])


@quickly
@given(st.integers(-6, 6), lengths)
def test_an_index_into_a_named_size_requires_that_it_is_there(at: int, n: int) -> None:
    y = sd.Graph().input("x", ("n", 2))[at]
    assert y.shape == (2,)
    assert all(holds(each, {"n": n}) for each in requirements_of(y)) == (-n <= at < n)


@pytest.mark.parametrize(
    ("bound", "ok"),
    [("n", range(10)), ("n - 3", range(3, 10)), ("n//2", range(10)), ("n + 1", ()), ("6 - n", range(3, 7))],
)
def test_a_size_as_a_bound_requires_that_it_lies_in_the_axis(bound: str, ok: range) -> None:
    y = sd.Graph().input("x", ("n",))[: size(bound)]
    for n in range(10):
        met = all(holds(each, {"n": n}) for each in requirements_of(y))
        assert met == (n in ok), n
        if met:
            assert concrete(y.shape, {"n": n}) == (evaluate(size(bound), {"n": n}),)


@pytest.mark.parametrize(("at", "ok"), [("n - 1", range(1, 10)), ("n//2", range(1, 10)), ("n", ())])
def test_a_size_as_an_index_requires_that_it_is_there(at: str, ok: range) -> None:
    y = sd.Graph().input("x", ("n",))[size(at)]
    for n in range(10):
        assert all(holds(each, {"n": n}) for each in requirements_of(y)) == (n in ok), n


@pytest.mark.parametrize(
    ("key", "shape", "required"),
    [
        (np.s_[1:], "(n - 1,)", ["n >= 1"]),
        (np.s_[:3], "(3,)", ["n >= 3"]),
        (np.s_[::2], "((n + 1)//2,)", []),
        (np.s_[::-1], "(n,)", []),
        (np.s_[-2:], "(2,)", ["n >= 2"]),
        (np.s_[1:-1], "(n - 2,)", ["n >= 1", "n >= 2"]),
        (np.s_[...], "(n,)", []),
        (np.s_[None], "(1, n)", []),
        (np.s_[0], "()", ["n >= 1"]),
        (np.s_[5:2], "(0,)", ["n >= 5", "n >= 2"]),
    ],
)
def test_slices_spelled_out(key: Any, shape: str, required: list[str]) -> None:
    y = sd.Graph().input("x", ("n",))[key]
    assert shape_text(y.shape) == shape
    assert [str(each) for each in requirements_of(y)] == required


keys = st.lists(
    st.integers(-2, 1) | st.builds(slice, bounds, bounds, steps) | st.just(None) | st.just(Ellipsis), max_size=4
).map(tuple)


@quickly
@given(keys)
def test_mixed_indices_are_numpys(key: tuple[Any, ...]) -> None:
    assume(key.count(Ellipsis) <= 1)
    x = np.arange(24.0).reshape(2, 3, 4)
    expr = sd.Graph().input("x", x.shape)
    try:
        wanted = x[key]
    except IndexError:
        with pytest.raises(IndexError):
            expr[key]
        return
    assert expr[key].shape == wanted.shape
    np.testing.assert_array_equal(computed(expr[key], x, 0), wanted)


# Reshapes


@quickly
@given(st.integers(1, 4), st.integers(1, 4), lengths)
def test_reshape_with_minus_one_requires_that_it_divides(a: int, b: int, n: int) -> None:
    y = sd.Graph().input("x", ("n", a)).reshape(b, -1)
    met = all(holds(each, {"n": n}) for each in requirements_of(y))
    assert met == (n * a % b == 0)
    if met:
        assert concrete(y.shape, {"n": n}) == np.zeros((n, a)).reshape(b, n * a // b).shape


@pytest.mark.parametrize(
    ("shape", "new", "found", "required"),
    [
        (("n", 4), (-1,), "(4*n,)", []),
        (("n", 4), (-1, 2), "(2*n, 2)", []),
        (("n", 28, 28), ("n", -1), "(n, 784)", []),
        (("n", "m"), ("m", -1), "(m, n)", []),
        (("n", "m"), ("m*n",), "(m*n,)", []),
        (("n",), (2, -1), "(2, n//2)", ["n divisible by 2"]),
        (("n",), (3, "m"), "(3, m)", ["n == 3*m"]),
        (("n",), (6,), "(6,)", ["n == 6"]),
        (("2*n",), (2, -1), "(2, n)", []),
    ],
)
def test_reshapes_of_named_sizes(shape: Any, new: Any, found: str, required: list[str]) -> None:
    y = sd.Graph().input("x", shape).reshape(new)
    assert shape_text(y.shape) == found
    assert [str(each) for each in requirements_of(y)] == required


def test_a_requirement_remembers_the_line_that_made_it() -> None:
    g = sd.Graph()
    x = g.input("x", ("n",))
    y = x[3:]
    (requirement, node) = g.arena.requirements[0]
    assert str(requirement) == "n >= 3"
    assert g.expr(node) is y
    assert g.arena.provenance[node].place.text == "y = x[3:]"


# Broadcasting


@quickly
@given(st.lists(st.lists(st.sampled_from([1, 1, 2, 3]), max_size=3), max_size=3))
def test_known_sizes_broadcast_as_numpys_do(shapes: list[list[int]]) -> None:
    try:
        wanted = np.broadcast_shapes(*map(tuple, shapes))
    except ValueError:
        with pytest.raises(ShapeError):
            broadcast(*map(tuple, shapes))
    else:
        assert broadcast(*map(tuple, shapes)) == wanted


@quickly
@given(st.lists(st.lists(st.sampled_from([1, 2, "n", "m", "n + 1"]), max_size=3), min_size=1, max_size=3))
def test_named_sizes_broadcast_only_where_that_is_right_for_all_values(shapes: list[list[Any]]) -> None:
    each = [as_shape(tuple(shape)) for shape in shapes]
    try:
        found = broadcast(*each)
    except ShapeError:
        # Some values of the names make NumPy refuse: those that tell all names and integers apart.
        apart = {"n": 5, "m": 9}
        with pytest.raises(ValueError, match="broadcast"):
            np.broadcast_shapes(*(concrete(shape, apart) for shape in each))
        return
    for n, m in itertools.product((0, 1, 2, 7), repeat=2):
        names = {"n": n, "m": m}
        assert np.broadcast_shapes(*(concrete(shape, names) for shape in each)) == concrete(found, names)


# Dtypes


def test_every_dtype_of_the_standard_is_known_by_each_of_its_names() -> None:
    for name in STANDARD:
        wanted = np.dtype(name)
        assert as_dtype(name) == as_dtype(wanted) == as_dtype(wanted.type) == as_dtype(wanted.newbyteorder()) == wanted
        assert as_dtype(wanted.newbyteorder()).isnative
    assert as_dtype(float) == np.dtype("float64")
    assert as_dtype(bool) == np.dtype("bool")


@pytest.mark.parametrize(
    "wrong", ["float16", "object", "U3", "datetime64[s]", "longdouble", object, 3, "x", [("a", int)]]
)
def test_other_dtypes_are_refused(wrong: Any) -> None:
    with pytest.raises(DtypeError, match="not a dtype") as caught:
        as_dtype(wrong)
    assert "float32" in caught.value.advice


@pytest.mark.parametrize(("left", "right"), list(itertools.product(STANDARD, repeat=2)))
def test_promotion_is_numpys(left: str, right: str) -> None:
    a, b = np.zeros(1, left), np.zeros(1, right)
    assert common_dtype(a.dtype, b.dtype) == (a + b).dtype if left != "bool" or right != "bool" else a.dtype


@pytest.mark.parametrize("dtype", STANDARD)
@pytest.mark.parametrize("number", [True, 1, 1.5, 1j])
def test_python_numbers_are_weak(dtype: str, number: complex) -> None:
    array = np.zeros(1, dtype)
    assert common_dtype(array.dtype, type(number)) == np.result_type(array, number)
    assert floating_dtype(array.dtype).kind in "fc"


# Shapes, axes and text


def test_a_shape_is_made_of_anything_that_spells_sizes() -> None:
    n = size("n")
    assert as_shape(3) == as_shape([3]) == as_shape((3,)) == (3,)
    assert as_shape("n") == as_shape(n) == as_shape(["n"]) == (n,)
    assert as_shape(()) == ()
    assert as_shape((np.int64(2), "2*n")) == (2, 2 * n)
    assert type(as_shape((np.int64(2),))[0]) is int


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_axes_count_from_both_ends(ndim: int) -> None:
    for axis in range(-ndim, ndim):
        assert normalise_axis(axis, ndim) == range(ndim)[axis]
    for axis in (-ndim - 1, ndim):
        with pytest.raises(ShapeError, match="no axis"):
            normalise_axis(axis, ndim)
    assert normalise_axes(None, ndim) == tuple(range(ndim))
    assert normalise_axes((-1, 0) if ndim > 1 else 0, ndim) == ((0, ndim - 1) if ndim > 1 else (0,))


def test_text_of_types() -> None:
    pair = TupleType((array_type("float32", ("n", 3)), array_type("bool", ())))
    assert str(pair) == "(float32 (n, 3), bool ())"
    assert shape_text((size("n"),)) == "(n,)"
    assert str(Requirement(size("n"), "%", 2)) == "n divisible by 2"
    assert list(names_in(size("n"))) == ["n"]
