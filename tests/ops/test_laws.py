"""Every op of the vocabulary obeys every law, on each of its samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import symdiff as sd
from symdiff.op import REQUIRED, Case, Cotangent, Op
from symdiff.ops import OPS
from tests.ops.input_laws import INPUT_LAWS, compiled
from tests.ops.laws import LAWS, apply, most_nodes
from tests.ops.several import results_of, singles
from tests.ops.size_laws import SIZE_LAWS
from tests.test_export import run_alone
from tests.values import assert_same

CASES = [pytest.param(each, case, id=f"{each.name}-{i}") for op in OPS for i, (each, case) in enumerate(singles(op))]


@pytest.mark.parametrize("law", [pytest.param(law, id=name) for name, law in (LAWS | INPUT_LAWS | SIZE_LAWS).items()])
@pytest.mark.parametrize(("op", "case"), CASES)
def test_law(op: Op, case: Case, law: Callable[[Op, Case], None]) -> None:
    """The law holds of the op in this case."""
    law(op, case)


def test_every_op_runs_where_there_is_only_numpy(tmp_path: Path) -> None:
    """One exported module with each op and its derivatives gives the interpreter's bits in a bare process."""
    functions: dict[str, Any] = {}
    given: dict[str, Any] = {}
    calls: list[str] = []
    expected: dict[str, Any] = {}
    for number, case in enumerate(CASES):
        name = f"op_{number}_"
        applied, _, ways = compiled(*case.values)
        functions[name] = ways["readable source"]
        arguments = {f"{name}x{i}": value for i, value in enumerate(applied.values)}
        given |= arguments
        calls.append(":".join([name, *arguments]))
        expected |= {f"{name}{i}": each for i, each in enumerate(ways["interpreter"](*applied.values))}
    sd.export(tmp_path / "ops.py", functions)
    found = run_alone(tmp_path, tmp_path / "ops.py", given, *calls)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert_same(found[name], value, f"{CASES[int(name.split('_')[1])].id} exported")


SEVERAL = [op for op in OPS if op.samples and results_of(op, op.samples[0])]


@pytest.mark.parametrize("op", SEVERAL, ids=lambda op: op.name)
def test_rules_of_several_results_are_short(op: Op) -> None:
    """A rule that is told the cotangents of all results takes a bounded number of new nodes too."""
    for case in op.samples:
        graph, inputs, y, _ = apply(op, case)
        seeds = [Cotangent(graph.input(f"u{i}", each.shape, each.dtype)) for i, each in enumerate(y.type.elements)]
        before = len(graph)
        if op.vjp is not None:
            op.vjp(seeds, y, inputs, [True])  # type: ignore[arg-type]
        assert len(graph) - before <= op.nodes_per_edge
        assert op.nodes_per_edge <= most_nodes(op)


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_samples_vary_attributes(op: Op) -> None:
    """Samples use each attribute at its default, if it has one, and at another value."""
    assert op.samples
    for name, default in op.attributes.items():
        used = [case.attributes.get(name, default) for case in op.samples]
        assert any(value != default for value in used), f"{name} is always {default}"
        assert default is REQUIRED or default in used, f"{name} is never {default}"


def test_laws_and_descriptions_are_distinct() -> None:
    """Each op says what it is and what its derivative is, in words of its own."""
    for strings in ([op.name for op in OPS], [op.law for op in OPS], [op.doc for op in OPS]):
        assert all(strings)
        assert [text for text, times in Counter(strings).items() if times > 1] == []
