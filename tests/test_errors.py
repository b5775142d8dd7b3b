"""Every mistake a user can make while building a graph, and the exact message it gets, as golden files.

`python tests/test_errors.py` writes the files in `tests/golden/errors` anew; read the difference before keeping it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError

GOLDEN = Path(__file__).parent / "golden" / "errors"
Mistake: TypeAlias = Callable[[sd.Graph], object]


class Case(NamedTuple):
    """A mistake, and the built-in error that a Python user expects of it."""

    mistake: Mistake
    builtin: type[Exception]


CASES: dict[str, Case] = {}


def case(builtin: type[Exception]) -> Callable[[Mistake], Mistake]:
    """Make a case of a function that makes a mistake in the graph it is given."""

    def keep(mistake: Mistake) -> Mistake:
        CASES[mistake.__name__] = Case(mistake, builtin)
        return mistake

    return keep


def message_of(name: str) -> str:
    """The error's classes and message, with line numbers of this file left out."""
    mistake, builtin = CASES[name]
    try:
        mistake(sd.Graph())
    except SymdiffError as error:
        found = error
    else:
        raise AssertionError(f"{name} is no mistake")
    assert isinstance(found, builtin), f"{type(found).__name__} is no {builtin.__name__}"
    text = f"{type(found).__name__} ({builtin.__name__})\n\n{found}\n"
    return re.sub(r"test_errors\.py:\d+", "test_errors.py:LINE", text)


# Operands that don't fit together


@case(ValueError)
def matmul_inner_sizes(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    W = g.input("W", (4, 5), dtype="float32")
    return x @ W


@case(ValueError)
def matmul_named_sizes(g: sd.Graph) -> object:
    x, W = g.input("x", ("batch", "features")), g.input("W", ("units", 5))
    return x @ W


@case(ValueError)
def matmul_of_a_scalar(g: sd.Graph) -> object:
    x, s = g.input("x", (2, 3)), g.input("s")
    return x @ s


@case(ValueError)
def matmul_batch_sizes(g: sd.Graph) -> object:
    x, y = g.input("x", (2, 3, 4)), g.input("y", (5, 4, 3))
    return sd.matmul(x, y)


@case(ValueError)
def broadcast_of_integers(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    y = g.input("y", (2,))
    return x + y


@case(ValueError)
def broadcast_of_names(g: sd.Graph) -> object:
    x, y = g.input("x", ("batch", 4)), g.input("y", ("rows", 4))
    return x * y


@case(ValueError)
def broadcast_of_a_name_and_an_integer(g: sd.Graph) -> object:
    x = g.input("x", ("batch",))
    return x - [1.0, 2.0, 3.0]


@case(ValueError)
def broadcast_in_where(g: sd.Graph) -> object:
    x, y = g.input("x", (2, 3)), g.input("y", (4,))
    return sd.where(x > 0, x, y)


@case(TypeError)
def bits_of_floats(g: sd.Graph) -> object:
    x, y = g.input("x", (3,)), g.input("y", (3,), dtype="int64")
    return x & y


@case(TypeError)
def inversion_of_a_float(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return ~x


@case(TypeError)
def logic_on_numbers(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.logical_and(x, x > 0)


@case(TypeError)
def condition_that_is_a_number(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.where(x, 1.0, 0.0)


@case(TypeError)
def difference_of_booleans(g: sd.Graph) -> object:
    x = g.input("x", (3,), dtype="bool")
    return x - x


@case(TypeError)
def cast_that_loses_the_imaginary_part(g: sd.Graph) -> object:
    z = g.input("z", (3,), dtype="complex128")
    return z.astype("float64")


@case(ValueError)
def operands_of_different_graphs(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    y = sd.Graph().input("y", (3,))
    return x + y


@case(TypeError)
def too_many_operands(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.exp(x, x)


@case(TypeError)
def unknown_keyword(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.flip(x, axes=0)


@case(TypeError)
def missing_attribute(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.expand_dims(x)


@case(TypeError)
def float_as_an_attribute(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.flip(x, axis=1.0)


# Values that a graph can't hold


@case(TypeError)
def constant_of_objects(g: sd.Graph) -> object:
    return g.constant([{}, None])


@case(TypeError)
def constant_of_text(g: sd.Graph) -> object:
    return g.constant("three")


@case(TypeError)
def operand_that_is_text(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return x + "one"


@case(TypeError)
def operand_that_is_none(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.multiply(x, None)


@case(TypeError)
def ragged_operand(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.add(x, [[1.0], [2.0, 3.0]])


@case(TypeError)
def constant_out_of_its_dtypes_range(g: sd.Graph) -> object:
    return g.constant(300, "uint8")


@case(TypeError)
def number_out_of_an_operands_range(g: sd.Graph) -> object:
    x = g.input("x", (3,), dtype="uint8")
    return x + 300


# Inputs and sizes


@case(ValueError)
def input_given_twice(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return x, g.input("x", (4,))


@case(TypeError)
def input_without_a_name(g: sd.Graph) -> object:
    return g.input((3, 4))


@case(ValueError)
def size_that_is_code(g: sd.Graph) -> object:
    return g.input("x", ("__import__('os')",))


@case(ValueError)
def size_with_an_attribute(g: sd.Graph) -> object:
    return g.input("x", ("a.b", 3))


@case(ValueError)
def size_with_a_power(g: sd.Graph) -> object:
    return g.input("x", ("n**2",))


@case(ValueError)
def size_that_is_no_text(g: sd.Graph) -> object:
    return g.input("x", ("n +",))


@case(ValueError)
def size_that_is_a_keyword(g: sd.Graph) -> object:
    return g.input("x", ("lambda",))


@case(ValueError)
def size_that_is_very_long(g: sd.Graph) -> object:
    return g.input("x", ("n" + "+n" * 1000,))


@case(ValueError)
def size_that_is_negative(g: sd.Graph) -> object:
    return g.input("x", (3, -1))


@case(ValueError)
def size_that_is_a_float(g: sd.Graph) -> object:
    return g.input("x", (3.0,))


@case(ValueError)
def size_that_is_a_boolean(g: sd.Graph) -> object:
    return g.input("x", (True,))


@case(TypeError)
def dtype_that_is_none_of_the_standards(g: sd.Graph) -> object:
    return g.input("x", (3,), dtype="datetime64[s]")


@case(TypeError)
def dtype_that_is_no_dtype(g: sd.Graph) -> object:
    return g.input("x", (3,), dtype="flaot64")


@case(TypeError)
def cast_to_no_dtype(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return x.astype("float16")


@case(ValueError)
def size_used_as_a_truth(g: sd.Graph) -> object:
    x = g.input("x", ("batch", 3))
    return bool(x.shape[0])


# What an expression is not


@case(TypeError)
def truth_of_an_expression(g: sd.Graph) -> object:
    x = g.input("x")
    return 1 if x > 0 else 0


@case(TypeError)
def float_of_an_expression(g: sd.Graph) -> object:
    x = g.input("x")
    return float(x)


@case(TypeError)
def int_of_an_expression(g: sd.Graph) -> object:
    x = g.input("x", dtype="int64")
    return int(x)


@case(TypeError)
def complex_of_an_expression(g: sd.Graph) -> object:
    x = g.input("x")
    return complex(x)


@case(TypeError)
def expression_as_an_index(g: sd.Graph) -> object:
    x = g.input("x", dtype="int64")
    return [1, 2, 3][x]


@case(ValueError)
def iteration_over_a_named_size(g: sd.Graph) -> object:
    x = g.input("x", ("batch", 3))
    return list(x)


@case(ValueError)
def length_of_a_named_size(g: sd.Graph) -> object:
    x = g.input("x", ("batch", 3))
    return len(x)


@case(TypeError)
def iteration_over_a_scalar(g: sd.Graph) -> object:
    x = g.input("x")
    a, b = x
    return a, b


@case(TypeError)
def assignment_to_a_part(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    x[0] = 1.0
    return x


@case(TypeError)
def array_of_an_expression(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return np.asarray(x)


@case(TypeError)
def name_that_is_no_text(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return (x + 1).named(3)


# Indices and axes


@case(IndexError)
def index_out_of_range(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[0, 4]


@case(IndexError)
def too_many_indices(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[0, 0, 0]


@case(IndexError)
def two_ellipses(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[..., 0, ...]


@case(IndexError)
def slice_with_a_step_of_zero(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[::0]


@case(IndexError)
def slice_with_a_float(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[:2.5]


@case(IndexError)
def index_by_an_array_out_of_range(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[:, np.array([0, 4])]


@case(IndexError)
def index_by_numbers_with_a_fraction(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[x]


@case(NotImplementedError)
def index_by_a_mask(g: sd.Graph) -> object:
    x = g.input("x", (3, 4))
    return x[x > 0]


@case(ValueError)
def reshape_of_another_size(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.reshape(4, 2)


@case(ValueError)
def reshape_that_does_not_divide(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.reshape(4, -1)


@case(ValueError)
def reshape_with_two_unknowns(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.reshape(-1, -1)


@case(ValueError)
def axis_that_is_not_there(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return sd.sum(x, axis=2)


@case(ValueError)
def axis_of_a_scalar(g: sd.Graph) -> object:
    x = g.input("x")
    return x.max(axis=0)


@case(ValueError)
def axis_named_twice(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.sum(axis=(0, -2))


@case(ValueError)
def axis_that_is_text(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.sum(axis="rows")


@case(ValueError)
def mean_over_no_axis(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.mean(axis=3)


@case(ValueError)
def product_over_no_axis(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return sd.prod(x, axis=3)


@case(ValueError)
def axes_that_are_no_order(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.transpose(0, 0)


@case(ValueError)
def transpose_of_a_vector(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return x.mT


@case(ValueError)
def squeeze_of_an_axis_with_elements(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return x.squeeze(1)


@case(ValueError)
def concat_of_sizes_that_differ(g: sd.Graph) -> object:
    x, y = g.input("x", (2, 3)), g.input("y", (2, 4))
    return sd.concat([x, y], axis=0)


@case(ValueError)
def stack_of_sizes_that_differ(g: sd.Graph) -> object:
    x, y = g.input("x", (2, 3)), g.input("y", (2, 4))
    return sd.stack([x, y])


@case(ValueError)
def broadcast_to_a_smaller_shape(g: sd.Graph) -> object:
    x = g.input("x", (2, 3))
    return sd.broadcast_to(x, (3,))


# Derivatives


@case(ValueError)
def grad_of_a_vector(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    y = sd.exp(x)
    return sd.grad(y, x)


@case(ValueError)
def grad_of_one_element(g: sd.Graph) -> object:
    x = g.input("x", (1,))
    return sd.grad(x * x, x)


@case(ValueError)
def grad_of_a_matrix_of_one_element(g: sd.Graph) -> object:
    x = g.input("x", (1, 1))
    return sd.grad(x * x, x)


@case(TypeError)
def grad_of_an_integer(g: sd.Graph) -> object:
    n = g.input("n", dtype="int64")
    return sd.grad(n * n, n)


@case(TypeError)
def grad_by_an_integer(g: sd.Graph) -> object:
    x, n = g.input("x"), g.input("n", dtype="int64")
    return sd.grad(x * n, [x, n])


@case(TypeError)
def grad_of_a_truth(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.grad(x > 0, x)


@case(TypeError)
def grad_of_a_number(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.grad(3.0, x)


@case(TypeError)
def grad_by_a_name(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.grad(x * x, {"x": "x"})


@case(TypeError)
def grad_by_nothing(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.grad(x * x, [])


@case(ValueError)
def grad_by_an_expression_of_another_graph(g: sd.Graph) -> object:
    x = g.input("x")
    other = sd.Graph().input("other")
    return sd.grad(x * x, other)


@case(ValueError)
def adjoints_of_a_vector(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.adjoints(x * x)


@case(ValueError)
def cotangent_of_another_shape(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    y = x * x
    return sd.vjp(y, x, [1.0, 1.0])


@case(ValueError)
def cotangent_of_another_dtype(g: sd.Graph) -> object:
    x, u = g.input("x", (3,), dtype="float32"), g.input("u", (3,))
    return sd.vjp(x * x, x, u)


@case(TypeError)
def cotangents_too_few(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.vjp([x * x, x + 1], x, [x])


@case(ValueError)
def tangent_of_another_shape(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return sd.jvp(x * x, x, x[:2])


# Copying, substituting and bodies


@case(ValueError)
def question_about_another_graph(g: sd.Graph) -> object:
    x = sd.Graph().input("x")
    return g.inputs(x)


@case(ValueError)
def include_of_an_input_of_another_type(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    other = sd.Graph().input("x", (4,))
    return x, g.include(other + 1)


@case(TypeError)
def substitute_of_no_expression(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.substitute(x + 1, {"x": x})


@case(ValueError)
def substitute_of_another_shape(g: sd.Graph) -> object:
    x, W = g.input("x", (2, 3)), g.input("W", (3, 4))
    y = x @ W
    x2 = g.input("x2", (2, 5))
    return sd.substitute(y, {x: x2})


@case(ValueError)
def expression_that_leaks_out_of_a_body(g: sd.Graph) -> object:
    x = g.input("x")
    body = sd.Graph(parent=g)
    inner = body.input("state") * x
    return g.lift(inner)


@case(ValueError)
def operands_of_sibling_bodies(g: sd.Graph) -> object:
    one, two = sd.Graph(parent=g), sd.Graph(parent=g)
    a, b = one.input("a"), two.input("b")
    return a + b


# Compiling and exporting


@case(ValueError)
def compile_without_an_input(g: sd.Graph) -> object:
    x, y = g.input("x", ("batch",)), g.input("y", ("batch",))
    return sd.compile([x], x + y)


@case(ValueError)
def compile_with_an_inner_node_as_input(g: sd.Graph) -> object:
    x = g.input("x")
    h = x + 1
    return sd.compile([h], h * 2)


@case(TypeError)
def compile_with_a_name_as_input(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.compile(["x"], x + 1)


@case(ValueError)
def compile_with_an_input_twice(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.compile([x, x], x + 1)


@case(ValueError)
def compile_with_a_size_that_stands_alone_nowhere(g: sd.Graph) -> object:
    x = g.input("x", ("n + m",))
    return sd.compile([x], sd.sum(x))


@case(ValueError)
def compile_of_different_graphs(g: sd.Graph) -> object:
    x = g.input("x")
    y = sd.Graph().input("y")
    return sd.compile([x], [x + 1, y + 1])


@case(TypeError)
def compile_of_no_expression(g: sd.Graph) -> object:
    return sd.compile([], 3.0)


@case(TypeError)
def compile_for_an_unknown_backend(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.compile([x], x + 1, backend="fortran")


@case(TypeError)
def compile_at_an_unknown_level(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.compile([x], x + 1, optimize="O3")


@case(TypeError)
def compile_under_a_bad_name(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.compile([x], x + 1, name="loss and grad")


@case(TypeError)
def eval_of_an_unknown_name(g: sd.Graph) -> object:
    x = g.input("x")
    return (x + 1).eval({"y": 1.0})


@case(ValueError)
def eval_without_an_input(g: sd.Graph) -> object:
    x, y = g.input("x"), g.input("y")
    return (x + y).eval({x: 1.0})


@case(TypeError)
def export_of_no_function(g: sd.Graph) -> object:
    x = g.input("x")
    return sd.export(_anywhere(), {"f": x + 1})


@case(TypeError)
def export_of_nothing(g: sd.Graph) -> object:
    return sd.export(_anywhere(), {})


@case(TypeError)
def export_under_a_bad_name(g: sd.Graph) -> object:
    x = g.input("x")
    f = sd.compile([x], x + 1)
    return sd.export(_anywhere(), {"class": f})


# Calling


@case(TypeError)
def call_with_too_many_arguments(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    f = sd.compile([x], x + 1)
    return f([1, 2, 3], [4, 5, 6])


@case(TypeError)
def call_without_an_argument(g: sd.Graph) -> object:
    x, y = g.input("x", (3,)), g.input("y", (3,))
    f = sd.compile([x, y], x + y)
    return f([1, 2, 3])


@case(TypeError)
def call_with_an_unknown_keyword(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    f = sd.compile([x], x + 1)
    return f(y=[1, 2, 3])


@case(TypeError)
def call_with_an_argument_twice(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    f = sd.compile([x], x + 1)
    return f([1, 2, 3], x=[1, 2, 3])


@case(TypeError)
def call_with_another_container(g: sd.Graph) -> object:
    x, W, b = g.input("x", (3,)), g.input("W", (3, 2)), g.input("b", (2,))
    f = sd.compile([x, {"W": W, "b": b}], x @ W + b)
    return f(np.ones(3), {"W": np.ones((3, 2))})


@case(TypeError)
def call_with_a_dtype_that_does_not_cast(g: sd.Graph) -> object:
    x = g.input("x", (3,), dtype="float32")
    f = sd.compile([x], x + 1)
    return f(np.ones(3))


@case(TypeError)
def call_with_floats_for_integers(g: sd.Graph) -> object:
    x = g.input("x", (3,), dtype="int64")
    f = sd.compile([x], x + 1)
    return f([1.5, 2.5, 3.5])


@case(TypeError)
def size_beside_a_number(g: sd.Graph) -> object:
    x = g.input("x", ("batch", 3))
    return sd.sum(x) * (1 / x.shape[0])


@case(TypeError)
def call_with_text(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    f = sd.compile([x], x + 1)
    return f("abc")


@case(ValueError)
def call_with_another_shape(g: sd.Graph) -> object:
    x = g.input("x", ("batch", 3))
    f = sd.compile([x], x + 1)
    return f(np.ones((2, 4)))


@case(ValueError)
def call_with_another_number_of_axes(g: sd.Graph) -> object:
    x = g.input("x", ("batch", 3))
    f = sd.compile([x], x + 1, backend="interpreter")
    return f(np.ones(3))


@case(ValueError)
def call_with_named_sizes_that_disagree(g: sd.Graph) -> object:
    x, y = g.input("x", ("batch", 3)), g.input("y", ("batch",))
    f = sd.compile([x, y], sd.sum(x, axis=1) + y)
    return f(np.ones((2, 3)), np.ones(5))


@case(ValueError)
def call_with_a_size_that_disagrees_with_an_expression(g: sd.Graph) -> object:
    x, y = g.input("x", ("n + 1",)), g.input("y", ("n",))
    f = sd.compile([x, y], x[1:] + y)
    return f(np.ones(5), np.ones(5))


@case(ValueError)
def call_with_too_few_rows_for_a_slice(g: sd.Graph) -> object:
    x = g.input("x", ("n",))
    f = sd.compile([x], x[:3] + 1)
    return f(np.ones(2))


@case(ValueError)
def call_with_a_size_that_does_not_divide(g: sd.Graph) -> object:
    x = g.input("x", ("n",))
    f = sd.compile([x], x.reshape(2, -1))
    return f(np.ones(5))


@case(TypeError)
def call_with_an_expression(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    f = sd.compile([x], x + 1)
    return f(x)


# NumPy's functions on expressions


@case(NotImplementedError)
def numpy_function_that_is_not_supported(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return np.spacing(x)


@case(NotImplementedError)
def numpy_ufunc_that_is_not_supported(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return np.spacing(x)


@case(NotImplementedError)
def numpy_output_argument(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return np.exp(x, out=np.zeros(3))


@case(NotImplementedError)
def numpy_reduction_by_a_ufunc(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    return np.add.reduce(x)


@case(NotImplementedError)
def numpy_in_place_addition(g: sd.Graph) -> object:
    x = g.input("x", (3,))
    total = np.zeros(3)
    total += x
    return total


def _anywhere() -> str:
    return str(Path(tempfile.gettempdir()) / "never_written.py")


# The laws


@pytest.mark.parametrize("name", CASES)
def test_the_message_is_the_golden_one(name: str) -> None:
    assert message_of(name) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_message_says_what_where_and_what_to_do(name: str) -> None:
    _, _, problem, *context = message_of(name).splitlines()
    assert len(problem) <= 160
    assert "test_errors.py:LINE" in "\n".join([problem, *context])
    assert context[-1].startswith("  advice: ")
    assert sum(line.startswith("  advice: ") for line in context) == 1


def test_every_golden_file_has_its_case() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == CASES.keys()


def test_a_ragged_argument_is_refused_like_any_other() -> None:
    x = sd.Graph().input("x", (3,))
    with pytest.raises(SymdiffError, match="'x'"):
        sd.compile([x], x + 1)([[1.0], [2.0, 3.0]])


def test_nothing_is_added_to_a_graph_by_a_refused_request() -> None:
    g = sd.Graph()
    x, y = g.input("x", (2, 3)), g.input("y", (4,))
    before = len(g)
    for refused in (lambda: x + y, lambda: x @ y, lambda: x[5], lambda: x.sum(axis=7), lambda: x.reshape(7)):
        with pytest.raises(SymdiffError):
            refused()
    assert len(g) == before


if __name__ == "__main__":
    messages = {name: message_of(name) for name in CASES}
    for path in GOLDEN.glob("*.txt"):
        path.unlink()
    for name, message in messages.items():
        (GOLDEN / f"{name}.txt").write_text(message, encoding="utf-8", newline="\n")
