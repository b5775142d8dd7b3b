"""The readable style: results own their memory, and operands written into a line keep their meaning."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import SymdiffError
from symdiff.op import Case, Op
from symdiff.ops import OPS
from symdiff.types import array_type
from tests.values import assert_same, draw, run

SAMPLES = [(op, case) for op in OPS for case in op.samples]


def name_of(value: Any) -> str:
    return value.name if isinstance(value, Op) else ""


def forms(op: Op, case: Case) -> Iterator[Mapping[str, Any]]:
    """The attributes of a sample; reductions over each axis, which stays or doesn't, too."""
    given = {**op.attributes, **case.attributes}
    yield given
    axes = range(len(case.operands[0].shape)) if "keepdims" in given else ()
    for axis, keepdims in itertools.product(axes, (True, False)):
        yield {**given, "axis": axis, "keepdims": keepdims}


@pytest.mark.parametrize(("op", "case"), SAMPLES, ids=name_of)
def test_what_is_no_view_owns_its_memory(op: Op, case: Case) -> None:
    """Results of ops that aren't marked as views are returned as they are."""
    operands = [np.asarray(each) for each in draw(case.operands)]
    types = [array_type(each.dtype, each.shape) for each in operands]
    for attributes in forms(op, case):
        with suppress(SymdiffError):
            attrs = op.infer(*types, **attributes).attrs
            found = op.kernel(*operands, **(dict(zip(op.attributes, attrs, strict=True)) if attrs else attributes))
            for each in found if isinstance(found, tuple) else (found,):
                assert op.is_view or np.ndim(each) == 0 or each.base is None, attributes


@pytest.mark.parametrize("backend", ["interpreter", "python", "readable"])
@pytest.mark.parametrize("level", ["none", "default"])
def test_results_own_their_memory(backend: str, level: str) -> None:
    g = sd.Graph()
    x, w = g.input("x", (4, 3)), g.input("w", (3, 2))
    y = sd.exp(x)
    k = g.constant(np.arange(6.0).reshape(2, 3))
    outputs = [
        x, y, y.T, y, y[1:], y.reshape(-1), sd.flip(y @ w), (y @ w).T, sd.broadcast_to(y[0], (2, 3)), k, k.T,
        *sd.grad(sd.sum(y @ w), [x, w]), sd.squeeze(sd.sum(y, axis=0, keepdims=True)), y[:, [0, 2]], sd.svd(y)[0],
        sd.roll(y, 1, axis=0), sd.real(y), sd.einsum("ij->ji", y),
    ]  # fmt: skip
    values = [np.linspace(0, 1, 12).reshape(4, 3), np.linspace(1, 2, 6).reshape(3, 2)]
    results = run([x, w], outputs, values, level, backend)
    for one in results:
        assert one.base is None
        assert one.flags.owndata
        assert one.flags.writeable
    for one, other in itertools.combinations([*results, *values], 2):
        assert not np.shares_memory(one, other)


@pytest.mark.parametrize(("left", "right"), [((3,), (2, 4, 3)), ((2, 3), (4, 3)), ((4, 3), (2, 4, 3)), ((3,), (4, 3))])
def test_a_transposition_inside_a_line_is_of_matrices(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    """`x.T` reverses all axes, so it stands for `x.mT` only where the operand has two, whatever the result has."""
    g = sd.Graph()
    x, y = g.input("x", left), g.input("y", right)
    rng = np.random.default_rng(0)
    values = [rng.normal(size=left), rng.normal(size=right)]
    z = sd.tanh(x @ y.mT)
    assert_same(run([x, y], z, values, "none", "readable"), run([x, y], z, values, "none"))
