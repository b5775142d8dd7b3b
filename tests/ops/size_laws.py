"""Laws on named sizes: they stand for any integers, and what can't be with some is refused with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.op import Case, Op
from symdiff.ops.lines import LINES
from symdiff.sizes import evaluate
from symdiff.types import is_differentiable
from tests.ops.input_laws import WAYS, functions
from tests.ops.laws import resized
from tests.values import assert_close, assert_same, draw, run

CHANGES: Final[Sequence[Callable[[int], int]]] = (
    lambda dim: dim,
    lambda dim: dim + 1,
    lambda dim: 1,
    lambda dim: 0,
)
"""What is tried for the sizes that have a name."""


class Named(NamedTuple):
    """An op applied to inputs of named sizes: outputs are the result and its gradients."""

    inputs: list[Any]
    outputs: list[Any]


def names_of(case: Case) -> dict[int, str]:
    """A name for each size in the case; equal sizes have one."""
    return {dim: f"n{dim}" for dim in sorted({dim for each in case.operands for dim in each.shape if dim > 1})}


def namings(case: Case) -> Iterator[dict[int, str]]:
    """All sizes by name, and each alone."""
    names = names_of(case)
    if names:
        yield names
    if len(names) > 1:
        yield from ({dim: name} for dim, name in names.items())


def build(op: Op, case: Case) -> Named:
    """The op with its gradients, applied to inputs of this case's types."""
    graph = sd.Graph()
    inputs = [graph.input(f"x{i}", each.shape, each.dtype) for i, each in enumerate(case.operands)]
    y = graph.apply(op, tuple(inputs), dict(case.attributes))
    is_smooth = is_differentiable(y.dtype) and op.vjp is not None
    sources = [x for x in inputs if is_smooth and is_differentiable(x.dtype)]
    gradients = sd.vjp(y, sources, sd.ones_like(y)) if sources else []
    assert [g.type for g in gradients] == [x.type for x in sources]
    return Named(inputs, [y, *gradients])


def named_sizes_stand_for_numbers(op: Op, case: Case) -> None:
    """A function of named sizes gives what one of integer sizes does, or refuses where that one does."""
    for names in namings(case):
        try:
            named = build(op, resized(case, lambda dim, names=names: names.get(dim, dim)))
        except SymdiffError as error:
            _check_refusal(op, error, names)
            continue
        ways = functions(named.inputs, named.outputs, WAYS if names == names_of(case) else ["readable source"])
        for change in CHANGES:
            changed = resized(case, lambda dim, names=names, change=change: change(dim) if dim in names else dim)
            _check_sizes(op, named, ways, changed, {name: change(dim) for dim, name in names.items()})


def _check_refusal(op: Op, error: SymdiffError, names: Mapping[int, str]) -> None:
    """An op that can't do with a named size says which one, and who refuses it."""
    assert not op.elementwise, f"{op.name} doesn't take named sizes"
    assert op.name in error.problem, f"{error} doesn't say that {op.name} refuses"
    assert any(name in error.problem for name in names.values()), f"{error} doesn't say which size must be known"


def _check_sizes(op: Op, named: Named, ways: Mapping[str, Any], case: Case, sizes: Mapping[str, int]) -> None:
    values, expected = draw(case.operands), None
    try:
        plain = build(op, case)
        expected = run(plain.inputs, plain.outputs, values)
    except SymdiffError:
        assert any(name != f"n{size}" for name, size in sizes.items()), f"{op.name} refuses its sample"
    # Bounds of slices must lie inside a named axis, where one of integer size just ends; arrays may point outside it.
    is_index = bool({"index", "indices"} & op.attributes.keys()) or op in LINES
    for way, function in ways.items():
        found = _results(function, values)
        if isinstance(found, Exception):
            assert "sizes must satisfy" in str(found) or (is_index and isinstance(found, IndexError)), found
            assert expected is None or is_index, f"{op.name} refuses the sizes {sizes}: {found}"
            continue
        assert expected is not None, f"{op.name} takes the sizes {sizes}, which it can't by number"
        for result, wanted, output in zip(found, expected, named.outputs, strict=True):
            assert tuple(evaluate(dim, sizes) for dim in output.shape) == np.shape(result)
            if way == "tuned source":
                assert_close(result, wanted, f"{op.name} of sizes {sizes} by {way}", rtol=1e-11)
            else:
                assert_same(result, wanted, f"{op.name} of sizes {sizes} by {way}")


def _results(function: Any, values: Sequence[Any]) -> Any:
    """What the function gives, or the error with which it refuses these sizes."""
    try:
        return function(*values)
    except Exception as error:  # whatever a kernel says to sizes it can't do with is no refusal
        return error


SIZE_LAWS: Final = MappingProxyType({named_sizes_stand_for_numbers.__name__: named_sizes_stand_for_numbers})
