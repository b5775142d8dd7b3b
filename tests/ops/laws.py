"""The laws that every op obeys, as plain functions of an op and a sample application, so that faults can break them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.op import Case, Cotangent, Op, Sample, compute
from symdiff.types import ArrayType, as_dtype, is_differentiable
from tests.values import EDGES, assert_close, assert_same, draw, narrowed, retyped, run

STEP: Final = 1e-5
NODES_PER_EDGE: Final = 12
FACTORISATIONS: Final = ("eig", "pinv", "qr", "svd")
"""Ops whose rules are formulas of several matrix products, which take up to three times as many nodes."""


UP_TO_A_FACTOR: Final = ("eig_1_of_several",)
"""Results that LAPACK gives a complex factor of its own, so that their differences say nothing."""


class Applied(NamedTuple):
    """An op applied to inputs of a fresh graph, and values for these inputs."""

    graph: sd.Graph
    inputs: list[Any]
    y: Any
    values: list[Any]

    @property
    def smooth(self) -> list[int]:
        """Which inputs can have a derivative."""
        return [i for i, x in enumerate(self.inputs) if is_differentiable(x.dtype)]

    @property
    def is_smooth(self) -> bool:
        """Whether the result can have a derivative by any input."""
        return bool(self.smooth) and is_differentiable(self.y.dtype)

    @property
    def is_double(self) -> bool:
        """Whether differences of values have digits enough to be compared with."""
        return all(np.finfo(self.inputs[i].dtype).eps < STEP**2 for i in self.smooth)


def apply(op: Op, case: Case, seed: int = 0) -> Applied:
    """Apply the op to inputs drawn as its sample says."""
    graph, values = sd.Graph(), draw(case.operands, seed)
    inputs = [graph.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)]
    return Applied(graph, inputs, graph.apply(op, tuple(inputs), dict(case.attributes)), values)


def resized(case: Case, sizes: Callable[[int], Any]) -> Case:
    """The same case with other sizes, in the operands and in an attribute that is a shape; indices stay inside."""
    samples = tuple(_within(each._replace(shape=tuple(map(sizes, each.shape))), sizes) for each in case.operands)
    attributes = {
        name: tuple(map(sizes, value)) if name == "shape" else value for name, value in case.attributes.items()
    }
    return Case(samples, attributes)


def _within(sample: Sample, sizes: Callable[[int], Any]) -> Sample:
    """Integers that are drawn below a size, for they may be indices, below what that size becomes."""
    low, high = sample.low, sample.high
    if np.dtype(sample.dtype).kind not in "iu" or not all(isinstance(sizes(int(each)), int) for each in (low, high)):
        return sample
    low = -sizes(int(-low)) if low < 0 else low
    return sample._replace(low=low, high=max(sizes(int(high)), low + 1))


def variants(op: Op, case: Case) -> Iterator[Case]:
    """The case itself, in float32, 0-dimensional, and with each of its sizes 0 or 1, as far as the op takes such."""
    yield case
    yield narrowed(case)
    if op.elementwise and case.operands:
        yield case._replace(operands=tuple(each._replace(shape=()) for each in case.operands))
    yield from shrunk(op, case, 1)
    yield from shrunk(op, case, 0)


def shrunk(op: Op, case: Case, size: int) -> Iterator[Case]:
    """The case with this size in place of each of its sizes, as far as the op takes such."""
    for gone in sorted({dim for each in case.operands for dim in each.shape if dim > 1}):
        found = resized(case, lambda dim, gone=gone: size if dim == gone else dim)
        if accepts(op, found):
            yield found
        else:
            assert not op.elementwise, f"{op.name} doesn't take axes of size {size}"


def all_variants(op: Op, case: Case) -> Iterator[Case]:
    """The variants, and the case in the other dtypes that the op takes: integers, booleans, complex numbers."""
    yield from variants(op, case)
    for dtype in ("bool", "int8", "uint8", "int32", "int64", "uint64", "complex64", "complex128"):
        other = retyped(case, dtype)
        if other != case and accepts(op, other):
            yield other


def accepts(op: Op, case: Case) -> bool:
    """Whether the op applies to operands of these types."""
    try:
        apply(op, case)
    except SymdiffError:
        return False
    return True


def inferred_type_is_evaluated_type(op: Op, case: Case) -> None:
    """What the graph says of a result is what NumPy gives, for every dtype it takes; float32 stays float32."""
    for variant in all_variants(op, case):
        _, _, y, values = apply(op, variant)
        result = np.asarray(op(*values, **variant.attributes))
        assert y.type == ArrayType(result.dtype, result.shape), f"{y.type} is inferred of {result!r}"
        assert as_dtype(y.dtype) == y.dtype, "graphs have no such dtype"
        if any(value.dtype == "float32" for value in values) and "dtype" not in variant.attributes:
            assert y.dtype != "float64", "float32 became float64"


def interpreter_is_source(op: Op, case: Case) -> None:
    """The interpreter and the emitted source agree bit for bit, whatever the dtype, and with the called op."""
    for variant in all_variants(op, case):
        _, inputs, y, values = apply(op, variant)
        expected = np.asarray(op(*values, **variant.attributes))[()]
        for backend in ("interpreter", "python"):
            assert_same(run(inputs, y, values, backend=backend), expected, f"{op.name} by {backend}")


def numbers_are_operands(op: Op, case: Case) -> None:
    """A Python number in the place of any operand keeps the others' dtype, and all backends agree on it."""
    for variant in (case, narrowed(case)):
        for position, sample in enumerate(variant.operands):
            for number in _numbers(sample):
                _check_number(op, variant, position, number)


def _numbers(sample: Sample) -> list[Any]:
    if sample.dtype == "bool":
        return [True, False]
    return [3] if np.dtype(sample.dtype).kind in "iu" else [sample.low, 2.0, -1.0, 0.0, -0.0, 0.5, 1e300, np.inf, 1]


def _check_number(op: Op, case: Case, position: int, number: Any) -> None:
    graph, values = sd.Graph(), draw(case.operands)
    inputs = [graph.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)]
    operands: list[Any] = [number if i == position else x for i, x in enumerate(inputs)]
    plain: list[Any] = [number if i == position else value for i, value in enumerate(values)]
    if len(operands) == 1:
        operands = [graph.constant(np.asarray(number, values[0].dtype))]
        plain = [np.asarray(number, values[0].dtype)]
    try:
        y = graph.apply(op, tuple(operands), dict(case.attributes))
    except SymdiffError:
        assert not op.elementwise, f"{op.name} doesn't take the number {number}"
        return
    with np.errstate(all="ignore"):
        expected = np.asarray(op(*plain, **case.attributes))[()]
    for backend in ("interpreter", "python"):
        assert_same(run(inputs, y, values, backend=backend), expected, f"{op.name} of {number!r} by {backend}")


def edges_are_the_same_everywhere(op: Op, case: Case) -> None:
    """At infinities, NaN, zeros and huge values interpreter, source and called op agree bit for bit."""
    if not op.elementwise or not any(each.dtype == "float64" for each in case.operands):
        return
    grid = np.meshgrid(*[EDGES] * len(case.operands))
    values = [
        each.ravel() if sample.dtype == "float64" else (each.ravel() > 0).astype(sample.dtype)
        for each, sample in zip(grid, case.operands, strict=True)
    ]
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", value.shape, value.dtype) for i, value in enumerate(values)]
    y = graph.apply(op, tuple(inputs), dict(case.attributes))
    expected = op(*values, **case.attributes)
    for backend in ("interpreter", "python"):
        assert_same(run(inputs, y, values, backend=backend), expected, f"{op.name} by {backend}")


def modes_agree_with_differences(op: Op, case: Case) -> None:
    """<u, J v> = <J^T u, v>, and J v is what central finite differences give; along axes of size 1 too.

    <u, v> is Re(sum u v), so that of complex numbers too a cotangent is told by every direction.
    """
    for variant in (case, *shrunk(op, case, 1)) if op.name not in UP_TO_A_FACTOR else ():
        _check_first_order(op, variant)


def _check_first_order(op: Op, case: Case) -> None:
    applied = apply(op, case)
    _, inputs, y, values = applied
    if not applied.is_smooth or not applied.is_double:
        return
    assert (op.vjp is None) == (op.jvp is None), f"{op.name} has one mode only"
    sources, (u,), directions = probes(applied, [y])
    gradients = sd.vjp(y, sources, u)
    tangent = sd.jvp(y, sources, directions)
    assert [g.type for g in gradients] == [x.type for x in sources]
    assert tangent.type == y.type

    def at(*moved: Any) -> list[Any]:
        return [op(*moved, **case.attributes)]

    _check_modes(
        at, applied.smooth, values, directions, [u], run(inputs, [tangent], values), run(inputs, gradients, values)
    )


def second_order_agrees(op: Op, case: Case) -> None:
    """Gradients and tangents have both modes too, which agree with each other and with their finite differences."""
    applied = apply(op, case)
    graph, inputs, y, values = applied
    if not applied.is_smooth or not applied.is_double or op.vjp is None or op.name in UP_TO_A_FACTOR:
        return
    sources, (u,), directions = probes(applied, [y])
    seed = graph.input("u", y.shape, y.dtype)
    inputs, values = [*inputs, seed], [*values, u]
    first = [*sd.vjp(y, sources, seed), sd.jvp(y, sources, directions)]
    applied = Applied(graph, inputs, y, values)
    sources, weights, directions = probes(applied, first)
    second = sd.vjp(first, sources, weights)
    tangents = sd.jvp(first, sources, directions)
    function = sd.compile(inputs, first, name="first", optimize="none", backend="interpreter")
    found = run(inputs, [tangents, second], values)
    _check_modes(function, applied.smooth, values, directions, weights, *found)


def probes(applied: Applied, targets: Sequence[Any]) -> tuple[list[Any], list[Any], list[Any]]:
    """The inputs that have derivatives, a cotangent for each target, and a direction for each of these inputs."""
    rng = np.random.default_rng(1)
    sources = [applied.inputs[i] for i in applied.smooth]
    return sources, [_probe(each, rng) for each in targets], [_probe(each, rng) for each in sources]


def _probe(x: Any, rng: np.random.Generator) -> Any:
    """Numbers around 1 and -1 of an expression's shape, with an imaginary part where it is complex."""
    real = rng.uniform(0.5, 1.5, x.shape) * rng.choice([-1, 1], x.shape)
    return real + 1j * rng.uniform(0.5, 1.5, x.shape) if x.dtype.kind == "c" else real


def _check_modes(
    function: Callable[..., Sequence[Any]],
    smooth: Sequence[int],
    values: Sequence[Any],
    directions: Sequence[Any],
    cotangents: Sequence[Any],
    tangents: Sequence[Any],
    gradients: Sequence[Any],
) -> None:
    ahead, behind = list(values), list(values)
    for i, direction in zip(smooth, directions, strict=True):
        ahead[i], behind[i] = values[i] + STEP * direction, values[i] - STEP * direction
    for tangent, right, left in zip(tangents, function(*ahead), function(*behind), strict=True):
        slope = (np.asarray(right) - np.asarray(left)) / (2 * STEP)
        assert_close(tangent, slope, "forward mode against differences", rtol=1e-6, atol=1e-7)
    pushed = sum(np.sum(u * t).real for u, t in zip(cotangents, tangents, strict=True))
    pulled = sum(np.sum(g * v).real for g, v in zip(gradients, directions, strict=True))
    scale = sum(np.abs(u * np.asarray(t)).sum() for u, t in zip(cotangents, tangents, strict=True))
    assert_close(pushed, pulled, "<u, J v> against <J^T u, v>", rtol=0, atol=1e-12 * (1 + scale))


def derivatives_have_their_types(op: Op, case: Case) -> None:
    """A gradient has its source's type and a tangent its target's, when run too, in float32 and for empty arrays."""
    for variant in variants(op, case):
        applied = apply(op, variant)
        _, inputs, y, values = applied
        if not applied.is_smooth or op.vjp is None:
            return
        sources, (u,), directions = probes(applied, [y])
        wanted = [y, *sources]
        found = [sd.jvp(y, sources, directions), *sd.vjp(y, sources, u)]
        assert [each.type for each in found] == [each.type for each in wanted]
        results = [run(inputs, found, values, backend=backend) for backend in ("interpreter", "python")]
        for each, interpreted, emitted in zip(wanted, *results, strict=True):
            assert (interpreted.dtype, interpreted.shape) == each.type, f"{interpreted!r} is no {each.type}"
            assert_same(interpreted, emitted, f"derivative of {op.name}")


def one_input_at_a_time(op: Op, case: Case) -> None:
    """`bprop` asked for one input gives that input's part of the whole vjp."""
    applied = apply(op, case)
    graph, inputs, y, values = applied
    if not applied.is_smooth:
        return
    sources, (u,), _ = probes(applied, [y])
    whole = run(inputs, sd.vjp(y, sources, u), values)
    for i, part in zip(applied.smooth, whole, strict=True):
        alone = graph.operation(y).bprop(inputs, i, u)
        assert alone.type == inputs[i].type
        assert_same(run(inputs, alone, values), part, f"{op.name}.bprop at {i}")
        assert_same(run(inputs, sd.vjp(y, inputs[i], u), values), part, f"vjp by operand {i} alone")


def no_derivative_means_flat(op: Op, case: Case) -> None:
    """An op without a derivative doesn't change when its operands do so a little."""
    applied = apply(op, case)
    if op.vjp is not None or not applied.smooth:
        return
    _, _, directions = probes(applied, [applied.y])
    moved = list(applied.values)
    for i, direction in zip(applied.smooth, directions, strict=True):
        moved[i] = moved[i] + STEP * direction
    assert_same(op(*moved, **case.attributes), op(*applied.values, **case.attributes), op.name)


def commutes_if_it_says_so(op: Op, case: Case) -> None:
    """A commutative op gives the same in both orders, also at edge values."""
    if not op.commutative:
        return
    left, right = draw(case.operands)
    assert_same(op(left, right), op(right, left), op.name)
    if left.dtype.kind == "f":
        left, right = np.meshgrid(EDGES, EDGES)
        assert_same(op(left, right), op(right, left), op.name)


def most_nodes(op: Op) -> int:
    """How many nodes an edge may take."""
    return 3 * NODES_PER_EDGE if op.name in FACTORISATIONS else NODES_PER_EDGE


def rules_are_short(op: Op, case: Case) -> None:
    """Each operand's cotangent, masked or not, takes a bounded number of new nodes."""
    if op.vjp is None or op.name.endswith("_of_several"):
        return
    for position, masked in product(range(len(case.operands)), (False, True)):
        graph, inputs, y, _ = apply(op, case)
        seed = graph.input("u", y.shape, y.dtype)
        mask = graph.input("mask", y.shape, "bool") if masked else None
        before = len(graph)
        op.vjp(Cotangent(seed, mask), y, inputs, [i == position for i in range(len(inputs))])
        added = len(graph) - before
        assert added <= op.nodes_per_edge <= most_nodes(op), f"{op.name} takes {added} nodes at {position}"


def operands_are_left_alone(op: Op, case: Case) -> None:
    """A kernel doesn't write to its operands, and a result that shares memory with one is declared a view."""
    values = draw(case.operands)
    copies = [value.copy() for value in values]
    result = np.asarray(compute(op, values, op.bind(tuple(values), case.attributes)[1]))
    for value, copy in zip(values, copies, strict=True):
        assert_same(value, copy, f"{op.name} wrote to an operand")
        assert op.is_view or not np.shares_memory(result, value), f"{op.name} is a view and doesn't say so"


def costs_are_counted(op: Op, case: Case) -> None:
    """The cost of an application is a number that doesn't fall when sizes grow."""
    y = apply(op, case).y
    facts = [node.type for node in (y.graph.arena.nodes[i] for i in y.graph.arena.nodes[y.id].inputs)]
    cost = op.flops(y.type, *facts) if callable(op.flops) else op.flops
    assert isinstance(cost, int)
    assert cost >= 0


LAWS: Final = MappingProxyType(
    {
        law.__name__: law
        for law in (
            inferred_type_is_evaluated_type,
            interpreter_is_source,
            numbers_are_operands,
            edges_are_the_same_everywhere,
            modes_agree_with_differences,
            second_order_agrees,
            derivatives_have_their_types,
            one_input_at_a_time,
            no_derivative_means_flat,
            commutes_if_it_says_so,
            rules_are_short,
            operands_are_left_alone,
            costs_are_counted,
        )
    }
)
