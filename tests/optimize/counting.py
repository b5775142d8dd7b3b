"""What a compiled function runs: how many operations of each kind."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import symdiff as sd
from symdiff.core import CONSTANT

FREE: Final = ("size", "matrix_transpose", "expand_dims")
"""Views and sizes, which cost nothing."""


def operations(inputs: list[Any], outputs: Any, level: Any = "default") -> Counter[str]:
    """How many of each op a compiled function runs, without views and sizes."""
    graph = sd.compile(inputs, outputs, name="program", optimize=level).graph
    nodes = (node for node in graph.arena.nodes if node.inputs and node.op is not CONSTANT)
    return Counter(node.op.name for node in nodes if node.op.name not in FREE)
