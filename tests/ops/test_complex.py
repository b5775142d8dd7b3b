"""Derivatives through complex numbers: real targets, by real and complex inputs, against finite differences."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import DerivativeError, DtypeError
from symdiff.ops import NAMES, OPS
from symdiff.ops.complexes import angle, conj, imag, real
from symdiff.types import ArrayType, is_differentiable
from tests.ops.laws import accepts, apply
from tests.values import draw, retyped, run

STEP: Final = 1e-5

# Every op of the vocabulary that takes complex numbers, on its own samples.
CASES: Final = [
    pytest.param(op, case, id=f"{op.name}-{i}")
    for op in OPS
    for i, case in enumerate(retyped(each, "complex128") for each in op.samples)
    if op.vjp is not None
    and any(each.dtype == "complex128" for each in case.operands)
    and accepts(op, case)
    and isinstance(apply(op, case).y.type, ArrayType)
]

FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], list[Any]]]] = {
    "abs": (sd.abs, [[3 + 4j, -1 - 2j]]),
    "sign": (sd.sign, [[3 + 4j, -1 - 2j]]),
    "real": (real, [[3 + 4j, -1 - 2j]]),
    "imag": (imag, [[3 + 4j, -1 - 2j]]),
    "conj": (conj, [[3 + 4j, -1 - 2j]]),
    "angle": (angle, [[3 + 4j, -1 - 2j]]),
    "angle in degrees": (lambda z: angle(z, deg=True), [[3 + 4j, -1 - 2j]]),
    "a real factor": (lambda x, z: x * z, [[0.5, -2.0], [1 + 2j, -1j]]),
    "a real divisor": (lambda x, z: z / x, [[0.5, -2.0], [1 + 2j, -1j]]),
    "a cast": (lambda x: sd.exp(x.astype("complex128") * 1j), [[0.5, -2.0]]),
    "a complex number times a real": (lambda x: (2 - 3j) * x, [[0.5, -2.0]]),
    "a quadratic form": (lambda z: real(conj(z) * z * (1 + 2j)), [[0.5 + 1j, -2.0 + 3j]]),
    "a masked logarithm": (lambda z: sd.where(sd.abs(z) > 1, sd.log(z), z), [[0.5 + 0.1j, -2.0 + 3j]]),
    "a masked root of parts": (lambda z: sd.where(real(z) > 0, sd.sqrt(real(z)), imag(z)), [[0.5 + 1j, -2.0 + 3j]]),
    "a sum and a product": (lambda z: sd.sum(z) * sd.prod(z), [[0.5 + 1j, -2.0 + 3j]]),
    "a matrix product": (lambda a, b: a @ b, [[[0.5 + 1j, 2.0]], [[1 + 1j], [2 - 1j]]]),
}


def parts_of(y: Any, weights: Any) -> Any:
    """A real number that depends on every part of y, each with a weight of its own."""
    ops = y.graph.ops
    return ops.sum(weights[0] * ops.real(y)) + ops.sum(weights[1] * ops.imag(y))


def check(function: Callable[..., Any], values: Sequence[Any], order: int = 2) -> None:
    """Gradients and tangents of a real number made of the result, and of the gradient again, against differences."""
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)]
    sources = [x for x in inputs if is_differentiable(x.dtype)]
    y = function(*inputs)
    rng = np.random.default_rng(2)
    target = parts_of(y, rng.uniform(0.5, 1.5, (2, *y.shape)))
    for _ in range(order):
        gradients = sd.grad(target, sources)
        assert [g.type for g in gradients] == [x.type for x in sources]
        directions = [directions_of(x, rng) for x in sources]
        tangent = sd.jvp(target, sources, directions)
        pushed, pulled = run(inputs, [tangent, gradients], values)
        slope = difference(sd.compile(inputs, target, name="target"), inputs, values, directions)
        np.testing.assert_allclose(pushed, slope, rtol=2e-6, atol=1e-7, err_msg="forward mode against differences")
        along = sum(np.sum(g * d).real for g, d in zip(pulled, directions, strict=True))
        np.testing.assert_allclose(along, pushed, rtol=1e-10, atol=1e-10, err_msg="reverse against forward mode")
        target = sum((parts_of(g, rng.uniform(0.5, 1.5, (2, *g.shape))) for g in gradients), 0 * target)


def directions_of(x: Any, rng: np.random.Generator) -> Any:
    """A direction in which an input may move: complex where it is."""
    found = rng.uniform(-1, 1, x.shape)
    return found + 1j * rng.uniform(-1, 1, x.shape) if x.dtype.kind == "c" else found


def difference(function: Any, inputs: Sequence[Any], values: Sequence[Any], directions: Sequence[Any]) -> Any:
    """The central difference quotient along these directions of the inputs that have any."""
    steps = iter(directions)
    moves = [STEP * next(steps) if is_differentiable(x.dtype) else 0 for x in inputs]
    ahead = function(*[np.asarray(v + m if np.any(m) else v) for v, m in zip(values, moves, strict=True)])
    behind = function(*[np.asarray(v - m if np.any(m) else v) for v, m in zip(values, moves, strict=True)])
    return (ahead - behind) / (2 * STEP)


@pytest.mark.parametrize(("op", "case"), CASES)
def test_op_by_complex_inputs(op: Any, case: Any) -> None:
    """Every op that takes complex numbers has the convention's derivative, to second order."""
    check(lambda *xs: xs[0].graph.apply(op, xs, dict(case.attributes)), draw(case.operands))


@pytest.mark.parametrize(("function", "values"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_function(function: Callable[..., Any], values: Sequence[Any]) -> None:
    """Functions of complex numbers, and mixtures of real and complex ones."""
    check(function, [np.asarray(value) for value in values])


def test_the_cotangent_is_the_slope_by_the_real_part_minus_i_times_that_by_the_imaginary_part() -> None:
    """For |z|^2 that is 2 x - 2 i y."""
    z = sd.Graph().input("z", dtype="complex128")
    assert sd.grad(sd.abs(z) ** 2, z).eval({z: 3 + 4j}) == pytest.approx(6 - 8j)
    assert sd.grad(real(z * z), z).eval({z: 3 + 4j}) == 6 + 8j  # a holomorphic function: its derivative 2 z


def test_complex_numbers_at_0() -> None:
    """|z| has derivative 0 at 0, and so has z / |z|."""
    z = sd.Graph().input("z", dtype="complex128")
    for y in (sd.abs(z), real(sd.sign(z)), imag(sd.sign(z))):
        for level in ("none", "default"):
            assert run([z], [y, sd.grad(y, z), sd.jvp(y, z, 1j)], [0j], level) == [0, 0, 0]


def test_complex64_stays_complex64() -> None:
    """Derivatives keep the precision: complex64 by complex64, float32 by float32."""
    g = sd.Graph()
    z, x = g.input("z", (2,), "complex64"), g.input("x", (2,), "float32")
    target = sd.sum(sd.abs(sd.exp(z * 2j) * x))
    assert target.dtype == "float32"
    assert [each.dtype for each in sd.grad(target, [z, x])] == ["complex64", "float32"]


def test_rewrites_leave_complex_numbers_alone() -> None:
    """sqrt(z z) isn't |z|, and sqrt(z^2 + w^2) isn't hypot(z, w)."""
    g = sd.Graph()
    z, w = g.input("z", (2,), "complex128"), g.input("w", (2,), "complex128")
    values = [np.array([1 + 2j, -3 + 1j]), np.array([2 + 1j, 1j])]
    for y in (
        sd.sqrt(z * z), sd.sqrt(z**2 + w**2), sd.sqrt(sd.sum(z * z)), sd.log(sd.sum(sd.exp(z))), sd.log(1 + sd.exp(z)),
        1 / (1 + sd.exp(-z)), sd.exp(z) / sd.sum(sd.exp(z)),
    ):  # fmt: skip
        for level, backend in itertools.product(("none", "default"), ("interpreter", "python")):
            found = run([z, w], [y, sd.grad(real(y if not y.shape else y[0]), z)], values, level, backend)
            expected = run([z, w], y, values)
            np.testing.assert_allclose(found[0], expected, rtol=1e-13)
            assert np.isfinite(found[1]).all()


@pytest.mark.parametrize("name", ["less", "greater_equal", "maximum", "relu", "floor", "sigmoid", "softmax", "max"])
def test_what_needs_an_order_refuses_complex_numbers(name: str) -> None:
    """Comparing complex numbers is an error that says what to compare."""
    z = sd.Graph().input("z", (2,), "complex128")
    operands = [z, z] if name in ("less", "greater_equal", "maximum") else [z]
    with pytest.raises(DtypeError, match=r"complex128|complex numbers"):
        getattr(NAMES, name)(*operands)


def test_a_complex_target_has_no_gradient() -> None:
    """It has a vjp, whose cotangent is what a real number that depends on it has."""
    z = sd.Graph().input("z", dtype="complex128")
    with pytest.raises(DerivativeError, match=r"sd\.real"):
        sd.grad(z * z, z)
    assert sd.vjp(z * z, z, 1 - 1j).eval({z: 1 + 1j}) == (1 - 1j) * 2 * (1 + 1j)
    assert sd.jvp(z * z, z, 1j).eval({z: 1 + 1j}) == 2 * (1 + 1j) * 1j
    assert sd.adjoints(sd.abs(z))[z].dtype == "complex128"
