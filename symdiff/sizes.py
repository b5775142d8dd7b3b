"""Sizes of axes that are known by name only: integer expressions over names, one object each."""

from __future__ import annotations

import ast
import itertools
import keyword
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias
from weakref import WeakValueDictionary

from symdiff.errors import DtypeError, ShapeError

LONGEST_TEXT: Final = 1000
MOST_CASES: Final = 256

# Like sys.intern: two equal expressions are one object, whichever graph asked; nothing else is kept here.
_interned: WeakValueDictionary[str, Size] = WeakValueDictionary()


class Size:
    """An integer expression over named sizes, such as `batch` or `28*28*batch`, kept expanded.

    There is one object for each expression, so equality is identity; arithmetic gives a `Size`, or an `int`
    where the names cancel. Make one with `size`. Arithmetic is SymPy's, which is imported by the first sum
    or product; a plain name doesn't need it.

    >>> n = size("n")
    >>> n + 1 - n, (n + 1) * 2, (n + 1) // 2
    (1, 2*n + 2, (n + 1)//2)
    >>> n * 2 is n + n
    True
    """

    __slots__ = ("__weakref__", "_expression", "text")
    text: str
    _expression: Any

    def __repr__(self) -> str:
        return self.text

    def __reduce__(self) -> tuple[Callable[[str], int | Size], tuple[str]]:
        return size, (self.text,)

    def __add__(self, other: int | Size) -> int | Size:
        return _combine(operator.add, self, other)

    def __sub__(self, other: int | Size) -> int | Size:
        return _combine(operator.sub, self, other)

    def __mul__(self, other: int | Size) -> int | Size:
        return _combine(operator.mul, self, other)

    def __floordiv__(self, other: int | Size) -> int | Size:
        return _combine(_floor_divide, self, other)

    def __radd__(self, other: int) -> int | Size:
        return _combine(operator.add, other, self)

    def __rsub__(self, other: int) -> int | Size:
        return _combine(operator.sub, other, self)

    def __rmul__(self, other: int) -> int | Size:
        return _combine(operator.mul, other, self)

    def __rfloordiv__(self, other: int) -> int | Size:
        return _combine(_floor_divide, other, self)

    def __neg__(self) -> int | Size:
        return _combine(operator.mul, self, -1)

    def __truediv__(self, other: Any) -> Any:
        return _as_number(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _as_number(self, other)

    def __bool__(self) -> bool:
        raise ShapeError(
            f"the size {self.text} has no truth value: it is known when a function is called",
            advice="compare sizes as values, sd.size(x, axis), or give the axis an integer size",
        )


Dim: TypeAlias = int | Size
Shape: TypeAlias = tuple[Dim, ...]


def size(text: str) -> Dim:
    """The size that `text` spells: names, integers, `+ - * //` and parentheses, nothing else.

    The text is parsed, never evaluated as Python, so it may come from a file or a stranger.

    >>> size("2*(batch + 1)")
    2*batch + 2
    >>> size("2 + 3")
    5

    Raises `ShapeError` for any other text.
    """
    known = _interned.get(text)
    if known is not None:
        return known
    if text.isidentifier() and not keyword.iskeyword(text) and len(text) <= LONGEST_TEXT:
        return _intern(text, None)
    return read_size(text, lambda name: _intern(name, None))


def read_size(text: str, value_of: Callable[[str], Any]) -> Any:
    """Fold the size expression `text` with Python's operators, taking the value of each name from `value_of`."""
    if len(text) > LONGEST_TEXT:
        raise ShapeError(f"a size of {len(text)} characters is too long", advice=f"at most {LONGEST_TEXT} are read")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    if tree is None:
        raise ShapeError(f"{text!r} is not a size", advice=_GRAMMAR)
    return _fold(tree, text, value_of)


def is_nonnegative(dim: Dim) -> bool:
    """Whether `dim` is at least 0 whatever its names stand for, as far as that can be told.

    It is where no sign is negative. A size that is linear but for its divisors grows by the same amount whenever
    a name grows by their product; so it is, too, where it is for names below that and no such amount is negative.

    >>> is_nonnegative(size("n - (n + 1)//2")), is_nonnegative(size("n - 1"))
    (True, False)
    """
    if isinstance(dim, int):
        return dim >= 0
    if "-" not in dim.text:
        return True
    names, period = list(names_in(dim)), _period(dim)
    if period is None or period ** len(names) > MOST_CASES:
        return False
    start = evaluate(dim, dict.fromkeys(names, 0))
    grown = (evaluate(dim, {**dict.fromkeys(names, 0), name: period}) for name in names)
    cases = itertools.product(range(period), repeat=len(names))
    return all(each >= start for each in grown) and all(
        evaluate(dim, dict(zip(names, each, strict=True))) >= 0 for each in cases
    )


def _period(dim: Size) -> int | None:
    """The product of a size's divisors; None where names are multiplied together, or divided by."""
    period = 1
    for node in ast.walk(ast.parse(dim.text, mode="eval")):
        match node:
            case ast.BinOp(op=ast.FloorDiv(), right=ast.Constant(value=int(divisor))):
                period *= divisor
            case ast.BinOp(op=ast.FloorDiv()):
                return None
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                if all(any(isinstance(each, ast.Name) for each in ast.walk(side)) for side in (left, right)):
                    return None
            case _:
                pass
    return period


def product(dims: Iterable[Dim]) -> Dim:
    """The product of sizes: how many elements an array of that shape has."""
    total: Dim = 1
    for dim in dims:
        total = total * dim if isinstance(total, Size) or total != 1 else dim
    return total


def evaluate(dim: Dim, names: Mapping[str, int]) -> int:
    """The integer that `dim` is where its names have the given values.

    >>> evaluate(size("(n + 1)//2"), {"n": 4})
    2
    """
    return dim if isinstance(dim, int) else int(read_size(dim.text, names.__getitem__))


def names_in(dim: Dim) -> Iterator[str]:
    """The names that `dim` is written with.

    >>> list(names_in(size("2*n + m")))
    ['m', 'n']
    """
    if isinstance(dim, Size):
        tree = ast.walk(ast.parse(dim.text, mode="eval"))
        yield from sorted({node.id for node in tree if isinstance(node, ast.Name)})


_GRAMMAR: Final = "a size is an integer, a name, or + - * // of these, with parentheses"
_OPERATORS: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
}


def _fold(tree: ast.expr, text: str, value_of: Callable[[str], Any]) -> Any:
    match tree:
        case ast.Name(id=name):
            return value_of(name)
        case ast.Constant(value=int(value)) if type(value) is int:
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_fold(operand, text, value_of)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_fold(left, text, value_of), _fold(right, text, value_of))
        case _:
            raise ShapeError(f"{text!r} is not a size", advice=_GRAMMAR)


def _intern(text: str, expression: Any) -> Size:
    known = _interned.get(text)
    if known is None:
        known = Size()
        known.text = text
        known._expression = expression
        _interned[text] = known
    return known


def _combine(op: Callable[[Any, Any], Any], left: Dim, right: Dim) -> Dim:
    if not isinstance(left, (int, Size)):
        return _as_number(right, left)
    if not isinstance(right, (int, Size)):
        return _as_number(left, right)
    quick = _quickly(op, left, right)
    return _from_sympy(op(_to_sympy(left), _to_sympy(right))) if quick is None else quick


def _as_number(dim: Dim, other: Any) -> Any:
    """What Python is told where a size meets what isn't one: an expression may take it, a number can't."""
    if isinstance(other, (int, float, complex, Size)):
        raise DtypeError(
            f"the size {dim} meets {other!r} as if it were a number: it is known when a function is called",
            advice="sizes take whole numbers and + - * //; as a value it is sd.size(x, axis), or an operand beside "
            "an expression: x / x.shape[0]",
        )
    return NotImplemented


def _quickly(op: Callable[[Any, Any], Any], left: Dim, right: Dim) -> Size | None:
    """A size plus 0 or times 1, a plain name and a positive integer: the commonest, which needn't wait for SymPy."""
    if op is not operator.sub and isinstance(left, int):
        left, right = right, left
    if isinstance(left, Size) and right == (1 if op is operator.mul else 0) and op is not _floor_divide:
        return left
    if (
        isinstance(left, Size)
        and left.text.isidentifier()
        and isinstance(right, int)
        and right > 0
        and (right > 1 or op is not operator.mul)
    ):
        sign = {operator.add: "+", operator.sub: "-"}.get(op)
        if sign is not None:
            return _intern(f"{left.text} {sign} {right}", None)
        if op is operator.mul:
            return _intern(f"{right}*{left.text}", None)
    return None


def _floor_divide(left: Any, right: Any) -> Any:
    import sympy

    return sympy.floor(left / right)


def _to_sympy(dim: Dim) -> Any:
    import sympy

    if isinstance(dim, int):
        return sympy.Integer(dim)
    if dim._expression is None:
        dim._expression = read_size(dim.text, lambda name: sympy.Symbol(name, integer=True, nonnegative=True))
    return dim._expression


def _from_sympy(expression: Any) -> Dim:
    expression = expression.expand()
    if expression.is_Integer:
        return int(expression)
    return _intern(_spell(expression), expression)


def _spell(expression: Any) -> str:
    """The text of a SymPy expression of integers, in the grammar that `size` reads."""
    if expression.is_Add:
        text = " + ".join(_spell(term) for term in expression.as_ordered_terms())
        return text.replace("+ -", "- ")
    if expression.is_Mul:
        factors = [_spell_factor(factor) for factor in expression.as_ordered_factors()]
        return "-" + "*".join(factors[1:]) if factors[0] == "-1" else "*".join(factors)
    text = _spell_factor(expression)
    return text[1:-1] if expression.func.__name__ == "floor" else text


def _spell_factor(expression: Any) -> str:
    if expression.is_Pow:
        return "*".join([_spell_factor(expression.base)] * int(expression.exp))
    if expression.is_Add:
        return f"({_spell(expression)})"
    if expression.func.__name__ == "floor":
        numerator, denominator = expression.args[0].together().as_numer_denom()
        top, bottom = _spell(numerator.expand()), _spell(denominator.expand())
        return f"({_enclosed(top)}//{_enclosed(bottom)})"
    return str(expression)


def _enclosed(text: str) -> str:
    return text if text.isalnum() or text.isidentifier() else f"({text})"
