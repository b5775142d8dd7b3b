"""Finding the rules that may fire at a node, by what is seen of it and of its operands, without trying any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from symdiff.arena import Node
from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.rewriting.rule import Head, Matcher, Rule, Sight

Key: TypeAlias = tuple[Any, ...]
Candidates: TypeAlias = Sequence[tuple[Rule, Matcher]]


class Index:
    """Rules by what is seen of a node; each combination is worked out when it first occurs.

    `roots` has the rules by the op that they apply to; `worth` tells by the operands' ops alone (same, op,
    *operands' ops) whether anything may happen at a node: a rule may fire, or it is made of constants only.
    `candidates` looks closer. So hundreds of rules cost most nodes one look.
    """

    def __init__(self, rules: Sequence[Rule], language: Any) -> None:
        self.worth: dict[Key, bool] = {}
        self.roots: dict[Op, list[tuple[Rule, Matcher]]] = {}
        self._found: dict[Key, Candidates] = {}
        numbers: set[Any] = set()
        for rule in rules:
            for matcher in rule.trace(language):
                self.roots.setdefault(matcher.op, []).append((rule, matcher))
                numbers.update(matcher.numbers)
        self._numbers: Final = frozenset(numbers)

    def is_worth(self, key: Key) -> bool:
        """Whether anything may happen at a node of this key: whether its operands are the same, its op, theirs."""
        same, op, *heads = key
        sight = Sight(same, True, tuple(heads), (None,) * len(heads))
        possible = any(matcher.fits(sight) for _, matcher in self.roots.get(op, ()))
        found = self.worth[key] = possible or (bool(heads) and all(head is CONSTANT for head in heads))
        return found

    def candidates(self, nodes: Sequence[Node], node: int) -> Candidates:
        """The rules that may fire at a node, in the order of the tables."""
        op, inputs, _, type_ = nodes[node]
        rules = self.roots.get(op)
        if rules is None:
            return ()
        same = bool(inputs) and inputs[0] == inputs[-1]
        seen: list[Any] = [op, same]
        shapes: list[Any] = []
        for parent in inputs:
            operand = nodes[parent]
            head = operand[0]
            seen.append(head if head is not CONSTANT else self._value(operand))
            shapes.append(operand[3][-1])
            for inner in operand[1]:
                below = nodes[inner]
                seen.append(below[0])
                shapes.append(below[3][-1])
            seen.append(None)  # which ends an operand
        scalar = bool(type_[-1]) and not all(shapes)
        key = (scalar, *seen)
        found = self._found.get(key)
        if found is None:
            sight = _sight(same, scalar, iter(seen[2:]), len(inputs))
            found = self._found[key] = tuple(each for each in rules if each[1].fits(sight))
        return found

    def _value(self, constant: Node) -> Head:
        """A constant's value, where it has one element and a rule asks for that value, or None."""
        array = constant.attrs[0].value
        return array.item() if array.size == 1 and array.item() in self._numbers else None


def _sight(same: bool, scalar: bool, seen: Iterator[Any], operands: int) -> Sight:
    """A sight of what was seen in a row: of each operand its head, the ops it is made of, and None."""
    around = [(next(seen), tuple(iter(seen.__next__, None))) for _ in range(operands)]
    return Sight(same, scalar, tuple(head for head, _ in around), tuple(below for _, below in around))


@lru_cache(maxsize=256)
def index(rules: tuple[Rule, ...], language: Any) -> Index:
    """The index of these rules, each traced in this language."""
    return Index(rules, language)
