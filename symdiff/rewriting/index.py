"""Finding the rules that may fire at a node, by what is seen of it and of its operands, without trying any."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from symdiff.arena import Node
from symdiff.core import CONSTANT
from symdiff.op import Op
from symdiff.rewriting.rule import Head, Matcher, Rule

Key: TypeAlias = tuple[Any, ...]
"""What is seen of a node: whether its first and last operand are one node, its op, its operands' heads."""

Candidates: TypeAlias = Sequence[tuple[Rule, Matcher]]


class Index:
    """Rules by what is seen of a node; each combination is worked out when it first occurs.

    `worth` tells by the ops alone whether anything may happen at a node: a rule may fire, or it is made of
    constants only. A table of hundreds of rules costs the nodes at which nothing happens one look into it.
    """

    def __init__(self, rules: Sequence[Rule], language: Any) -> None:
        self.worth: dict[Key, bool] = {}
        self._roots: dict[Op, list[tuple[Rule, Matcher]]] = {}
        self._found: dict[Key, Candidates] = {}
        numbers: set[Any] = set()
        for rule in rules:
            for matcher in rule.trace(language):
                self._roots.setdefault(matcher.op, []).append((rule, matcher))
                numbers.update(matcher.numbers)
        self._numbers: Final = frozenset(numbers)
        self._numeric: Final = {op for op, found in self._roots.items() if any(each.number for _, each in found)}

    def is_worth(self, key: Key) -> bool:
        """Whether anything may happen at a node of this key, in which each head is an op."""
        same, op, *heads = key
        possible = any(matcher.fits(heads, same) for _, matcher in self._roots.get(op, ()))
        found = self.worth[key] = possible or (bool(heads) and all(head is CONSTANT for head in heads))
        return found

    def candidates(self, nodes: Sequence[Node], node: int) -> Candidates:
        """The rules that may fire at a node, in the order of the tables."""
        op, inputs, _, _ = nodes[node]
        heads = [nodes[parent][0] for parent in inputs]
        if CONSTANT in heads:
            heads = [self._head(nodes[parent]) for parent in inputs]
        number = op in self._numeric and (
            None in heads or any(nodes[each][0] is CONSTANT for parent in inputs for each in nodes[parent][1])
        )
        same = bool(inputs) and inputs[0] == inputs[-1]
        key = (number, same, op, *heads)
        found = self._found.get(key)
        if found is None:
            rules = self._roots.get(op, ())
            number = number or any(not isinstance(head, Op) for head in heads)
            found = tuple(each for each in rules if each[1].fits(heads, same) and (number or not each[1].number))
            self._found[key] = found
        return found

    def _head(self, node: Node) -> Head:
        """A node's op; of a constant, its value where it has one element and a rule asks for that value, or None."""
        if node.op is not CONSTANT:
            return node.op
        array = node.attrs[0].value
        return array.item() if array.size == 1 and array.item() in self._numbers else None


@lru_cache(maxsize=256)
def index(rules: tuple[Rule, ...], language: Any) -> Index:
    """The index of these rules, each traced in this language."""
    return Index(rules, language)
