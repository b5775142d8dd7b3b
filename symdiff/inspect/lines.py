"""What the lines of a generated function do while it runs: how often, how long, and over how many bytes."""

from __future__ import annotations

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from types import FrameType
from typing import Any, Final, NamedTuple

import numpy as np

WORK: Final = (ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare)
"""What computes; a part or an attribute of an array alone is a view of it, which moves nothing."""


class Access(NamedTuple):
    """The names that a statement takes arrays by, as often as it does, and the name of what it writes to."""

    read: tuple[str, ...]
    written: str | None


class Lines:
    """The time spent on each line of some function, the times it was begun, and the bytes of the arrays it names."""

    def __init__(self) -> None:
        self.seconds: defaultdict[int, float] = defaultdict(float)
        self.calls: Counter[int] = Counter()
        self.moved: Counter[int] = Counter()


def accesses(code: Mapping[int, str]) -> dict[int, Access]:
    """By their numbers, the lines that compute with arrays, and what they call these."""
    text = "\n".join(code.values())
    head = "if True:\n" if text.startswith(" ") else ""
    before = min(code, default=1) - head.count("\n") - 1
    found: dict[int, Access] = {}
    for node in ast.walk(ast.parse(head + text)):
        if not isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.Return)) or node.value is None:
            continue
        target: ast.expr | None = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(_unwrapped(node.value), WORK) and code[before + node.lineno].lstrip()[:3] != "if ":
            read = [*_names(node.value), *(_names(node.target) if isinstance(node, ast.AugAssign) else ())]
            written = None if target is None else next(_names(_unwrapped(target)), None)
            access = Access(tuple(read), written)
            found.update(dict.fromkeys(range(before + node.lineno, before + (node.end_lineno or 0) + 1), access))
    return found


def _unwrapped(node: ast.expr) -> ast.expr:
    """What an expression takes a part or an attribute of."""
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    return node


def _names(node: ast.AST) -> Iterator[str]:
    """The names in what is computed, each as often as it stands there; not those in an index."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            yield node.id
        stack += [node.value] if isinstance(node, ast.Subscript) else ast.iter_child_nodes(node)


@contextmanager
def traced(function: Any, code: Mapping[int, str], known: Mapping[int, Access]) -> Iterator[Lines]:
    """Time the lines of a function while the block runs; with `known`, sum the bytes of what they name, too."""
    found = Lines()
    step = _steps(found, known)

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        return step if frame.f_code is function.__code__ else None

    before = sys.gettrace()
    sys.settrace(enter if code else before)
    try:
        yield found
    finally:
        sys.settrace(before)


def _steps(found: Lines, known: Mapping[int, Access]) -> Callable[[FrameType, str, Any], Any]:
    line, since, first = 0, 0.0, 0
    current: Access | None = None

    def step(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal line, since, first, current
        if line:
            found.seconds[line] += perf_counter() - since
        line = frame.f_lineno if event == "line" else 0
        found.calls[line] += 1
        if known.get(line) is not current:  # a statement of several lines is one
            if current is not None:
                found.moved[first] += _bytes(frame, (current.written,))
            current, first = known.get(line), line
            if current is not None:
                found.moved[first] += _bytes(frame, current.read)
        since = perf_counter()
        return step

    return step


def _bytes(frame: FrameType, names: tuple[str | None, ...]) -> int:
    values = [frame.f_locals.get(name, frame.f_globals.get(name)) for name in names if name is not None]
    return sum(each.nbytes for each in values if isinstance(each, np.ndarray))
