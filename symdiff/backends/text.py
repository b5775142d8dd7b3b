"""Python text of values, attributes and applied ops, with parentheses where they are needed and nowhere else."""

from __future__ import annotations

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Any, Final, NamedTuple

import numpy as np

from symdiff.errors import UnsupportedError
from symdiff.op import Op
from symdiff.sizes import Size

ATOM = 100
"""The precedence of a name, a call, a subscript: nothing needs parentheses."""

_BINARY: dict[type[ast.operator], int] = {
    ast.BitOr: 4, ast.BitXor: 5, ast.BitAnd: 6, ast.LShift: 7, ast.RShift: 7, ast.Add: 8, ast.Sub: 8, ast.Mult: 9,
    ast.Div: 9, ast.FloorDiv: 9, ast.Mod: 9, ast.MatMult: 9, ast.Pow: 11,
}  # fmt: skip
COMPARISON = 3
UNARY = 10


class Text(NamedTuple):
    """A Python expression, and how tightly its outermost operator binds."""

    code: str
    precedence: int = ATOM

    def within(self, needed: int) -> str:
        """The code, in parentheses where it binds less tightly than `needed`."""
        return f"({self.code})" if self.precedence < needed else self.code


@lru_cache(maxsize=1024)
def _shape_of(template: str, arity: int) -> tuple[int, tuple[int, ...]]:
    """How tightly a template's outermost operator binds, and how tightly each of its operands must."""
    names = [f"x{i}_" for i in range(arity)]
    code = Formatter().vformat(template, names, _AnyName())
    tree = ast.parse(code, mode="eval").body
    needed = dict.fromkeys(names, 0)
    match tree:
        case ast.BinOp(left=left, op=op, right=right):
            own = _BINARY[type(op)]
            _need(needed, left, own + isinstance(op, ast.Pow))
            _need(needed, right, own + (not isinstance(op, ast.Pow)))
        case ast.UnaryOp(operand=operand):
            own = UNARY
            _need(needed, operand, UNARY)
        case ast.Compare(left=left, comparators=[right]):
            own = COMPARISON
            _need(needed, left, COMPARISON + 1)
            _need(needed, right, COMPARISON + 1)
        case ast.Name():
            own = ATOM
            _need(needed, tree, ATOM)
        case _:
            own = ATOM
            for node in ast.walk(tree):
                if isinstance(node, (ast.Attribute, ast.Subscript)):
                    _need(needed, node.value, ATOM)
    return own, tuple(needed.values())


class _AnyName(dict[str, str]):
    """Stands in for the attributes of a template while its operators are looked at."""

    def __missing__(self, key: str) -> str:
        return "None"


def _need(needed: dict[str, int], node: ast.expr, precedence: int) -> None:
    if isinstance(node, ast.Name) and node.id in needed:
        needed[node.id] = max(needed[node.id], precedence)


def application(op: Op, operands: Sequence[Text], attributes: Mapping[str, Any]) -> Text:
    """The text of an op applied to operands of these texts."""
    source = op.source
    if isinstance(source, str) and not attributes:
        return filled(source, operands)
    attributes = {name: _plain_axis(name, value) for name, value in attributes.items()}
    if callable(source):
        given = {
            name: value if name in ("index", "indices", "axis", "axes") else value_text(value)
            for name, value in attributes.items()
        }
        # Any number of operands can only be arguments of something, where nothing needs parentheses.
        return Text(source(*(each.within(0 if op.arity is None else ATOM) for each in operands), **given))
    if source is None:
        given = [f"{name}={value_text(v)}" for name, v in attributes.items() if not _is_default(v, op.attributes[name])]
        return Text(f"{function_name(op.kernel)}({', '.join([*(each.code for each in operands), *given])})")
    return filled(source, operands, {name: value_text(value) for name, value in attributes.items()})


def filled(template: str, operands: Sequence[Text], attributes: Mapping[str, str] | None = None) -> Text:
    """The text of a template over operands and attributes' texts."""
    own, needed = _shape_of(template, len(operands))
    texts = [code if own >= need else f"({code})" for (code, own), need in zip(operands, needed, strict=True)]
    return Text(template.format(*texts, **attributes) if attributes else template.format(*texts), own)


def _plain_axis(name: str, value: Any) -> Any:
    """One axis as a number, which NumPy reads as the tuple of it."""
    return value[0] if name == "axis" and isinstance(value, tuple) and len(value) == 1 else value


def _is_default(value: Any, default: Any) -> bool:
    return type(value) is type(default) and value == default


def function_name(function: Callable[..., Any]) -> str:
    """How generated code calls a kernel: `np.exp`, `np.linalg.inv`, `np.fft.fft`, or a helper that travels along."""
    for module, prefix in ((np, "np"), (np.linalg, "np.linalg"), (np.fft, "np.fft")):
        if getattr(module, getattr(function, "__name__", ""), None) is function:
            return f"{prefix}.{function.__name__}"
    return function.__name__.removesuffix("_kernel")


def helpers_of(op: Op) -> tuple[Callable[..., Any], ...]:
    """The functions that the op's text calls and that aren't NumPy's."""
    if op.helpers or op.source is not None:
        return op.helpers
    return () if function_name(op.kernel).startswith("np.") else (op.kernel,)


@lru_cache(maxsize=256)
def helper_text(function: Callable[..., Any]) -> str:
    """The text of a helper function as it travels: as in its file, without annotations, under its short name."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(text)
    except (OSError, TypeError, SyntaxError):
        text, tree = "", None
    definition = tree and tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise UnsupportedError(
            f"the text of {function!r} can't be had, so it can't be written into source",
            advice="define the kernel with def in a file, or give the op a source template",
        )
    return _without_annotations(text, definition, function_name(function))


def _without_annotations(text: str, definition: ast.FunctionDef, name: str) -> str:
    """A definition's text under another name, without decorators, types of arguments and of variables."""
    lines = text.encode().splitlines(keepends=True)
    starts = [0, *itertools.accumulate(map(len, lines))]

    def place(line: int | None, column: int | None) -> int:
        return starts[(line or 1) - 1] + (column or 0)

    data = b"".join(lines)
    cut: list[tuple[int, int]] = []
    defaults: set[int] = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.arg) and node.annotation is not None:
            start = place(node.lineno, node.col_offset) + len(node.arg.encode())
            defaults.add(start)
            cut.append((start, place(node.annotation.end_lineno, node.annotation.end_col_offset)))
        elif isinstance(node, ast.AnnAssign):
            start = place(node.target.end_lineno, node.target.end_col_offset)
            cut.append((start, place(node.annotation.end_lineno, node.annotation.end_col_offset)))
    if definition.returns is not None:
        end = place(definition.returns.end_lineno, definition.returns.end_col_offset)
        cut.append((data.rindex(b")", 0, place(definition.returns.lineno, definition.returns.col_offset)) + 1, end))
    first = place(definition.lineno, definition.col_offset)
    for start, end in sorted(cut, reverse=True):
        rest = data[end:]
        is_default = data[start:].startswith(b": ") and start in defaults and rest.startswith(b" = ")
        data = data[:start] + (b"=" + rest[3:] if is_default else rest)
    return "def " + re.sub(r"\w+", name, data[first + len("def ") :].decode().rstrip(), count=1)


def value_text(value: Any) -> str:
    """An attribute as Python text: sizes by name, dtypes as NumPy's names."""
    if isinstance(value, tuple):
        inner = ", ".join(map(value_text, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, np.dtype):
        return f"np.{value.name}" if value.kind != "b" else "bool"
    return value.text if isinstance(value, Size) else repr(value)


def number_text(value: Any) -> str:
    """A Python number as text that reads back as the same number."""
    if isinstance(value, complex):
        return f"complex({number_text(value.real)}, {number_text(value.imag)})"
    if isinstance(value, float) and not np.isfinite(value):
        return "np.nan" if value != value else "np.inf" if value > 0 else "-np.inf"
    return repr(value)


def scalar_text(value: np.ndarray[Any, Any], weak: bool) -> Text:
    """A 0-d constant: a bare number where its operand's dtype prevails anyway, else of its own dtype."""
    number = number_text(value.item())
    if weak:
        return Text(number, UNARY if number.startswith("-") else ATOM)
    if value.dtype.kind == "b":
        return Text(f"np.{number}_")
    return Text(f"np.{value.dtype.name}({number})")


def array_text(value: np.ndarray[Any, Any]) -> str:
    """An array constant: its numbers where they are few, its bytes where they are many."""
    dtype = f"np.{value.dtype.name}" if value.dtype.kind != "b" else "bool"
    if value.size <= 64:
        numbers = _nested(value.tolist())
        return f"np.array({numbers}, {dtype})" if value.size else f"np.zeros({value_text(value.shape)}, {dtype})"
    return f'np.frombuffer(bytes.fromhex("{value.tobytes().hex()}"), {dtype}).reshape({value_text(value.shape)})'


def _nested(values: Any) -> str:
    return f"[{', '.join(map(_nested, values))}]" if isinstance(values, list) else number_text(values)


def printable(text: str, limit: int = 60) -> str:
    """Text for a comment: one line of printable characters."""
    clean = "".join(each if each.isprintable() else "?" for each in text)
    return clean if len(clean) <= limit else clean[: limit - 3] + "..."


ERRORS: Final = '''
class ArgumentError(TypeError):
    """An argument that doesn't cast to the dtype it is declared with."""


class ShapeError(ValueError):
    """An argument whose shape isn't the declared one, or sizes that don't fit together."""
'''.strip("\n")
"""The errors that the functions checking arguments raise in a module that stands alone."""
