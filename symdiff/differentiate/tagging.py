"""The provenance of derivative nodes: which rule of which forward node made them, and for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from symdiff.provenance import Origin, Provenance, Via

Tag = Callable[[int, int | None, int | None], None]


@contextmanager
def tagging(
    graph: Any, role: Literal["adjoint", "tangent"], origin: Origin | None, targets: Iterable[int]
) -> Iterator[Tag]:
    """Give a function `tag(of, via, operand)`: nodes added after it are derivatives of `of`, by the rule of `via`.

    They belong to the scope of the forward node, and count one order of differentiation more than the
    targets; `origin` is the place that asked for the derivative.
    """
    arena = graph.arena
    nodes, provenance = arena.nodes, arena.provenance
    kind = "vjp" if role == "adjoint" else "jvp"
    order = 1 + max((provenance[target].order for target in targets), default=0)
    before = arena.context

    def tag(of: int, via: int | None, operand: int | None) -> None:
        source = provenance[of if via is None else via]
        rule = None
        if via is not None:
            suffix = "" if operand is None else f"[{operand}]"
            rule = Via(f"{nodes[via].op.name}.{kind}{suffix}", via, source.origin)
        arena.context = Provenance(origin, source.scope, role, order, of, rule)

    try:
        yield tag
    finally:
        arena.context = before
