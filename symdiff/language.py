"""The language of a graph: what its lower layers reach of the layers above them, in one frozen record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType, SimpleNamespace
from typing import Any

from symdiff.op import Op


@dataclass(frozen=True, eq=False, kw_only=True)
class Language:
    """What expressions of a graph can say.

    `table` holds the ops by name, `ops` the callables (ops, and functions written in them); `numpy` tells which of them
    stands for a NumPy function; `namespace` is what `__array_namespace__` answers; `stable_rules` are
    applied before a derivative is taken; `evaluate(expr, values)` and `display(expr)` serve `Expr.eval`
    and notebooks. A language of one's own is `language.extended(my_op)`.
    """

    table: Mapping[str, Op]
    ops: SimpleNamespace
    namespace: Any = None
    numpy: Mapping[Callable[..., Any], Callable[..., Any]] = field(default_factory=lambda: MappingProxyType({}))
    stable_rules: Sequence[Any] = ()
    evaluate: Callable[[Any, Any], Any] | None = None
    display: Callable[[Any], str] | None = None

    def extended(self, *ops: Op, stable_rules: Sequence[Any] = ()) -> Language:
        """The same language with more ops and more rules; an op of a known name takes its place."""
        new = {op.name: op for op in ops}
        return replace(
            self,
            table=MappingProxyType({**self.table, **new}),
            ops=SimpleNamespace(**{**vars(self.ops), **new}),
            stable_rules=(*self.stable_rules, *stable_rules),
        )
