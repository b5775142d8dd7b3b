"""Every op of the vocabulary obeys every law, on each of its samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from symdiff.op import REQUIRED, Case, Op
from symdiff.ops import OPS
from tests.ops.laws import LAWS

KNOWN: dict[tuple[str, int, str], str] = {
    ("bitwise_invert", 1, "numbers_are_operands"): "a boolean constant is written as Python's, whose ~ is an integer's",
}
"""Faults that are known and not yet mended, by op, sample and law."""


def _instances() -> Iterator[Any]:
    for op in OPS:
        for i, case in enumerate(op.samples):
            for name, law in LAWS.items():
                reason = KNOWN.get((op.name, i, name))
                marks = [pytest.mark.xfail(strict=True, reason=reason)] if reason else []
                yield pytest.param(op, case, law, id=f"{op.name}-{i}-{name}", marks=marks)


@pytest.mark.parametrize(("op", "case", "law"), list(_instances()))
def test_law(op: Op, case: Case, law: Callable[[Op, Case], None]) -> None:
    """The law holds of the op in this case."""
    law(op, case)


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
