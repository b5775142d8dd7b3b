"""Finding the rules that may fire at a node, by what is seen of it and of its operands, without trying any."""

from __future__ import annotations

from collections.abc import Sequence
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
        operands = [nodes[parent] for parent in inputs]
        heads = tuple([each[0] if each[0] is not CONSTANT else self._value(each) for each in operands])
        below = tuple([tuple([nodes[inner][0] for inner in each[1]]) for each in operands])
        around = [*inputs, *[inner for each in operands for inner in each[1]]]
        scalar = bool(type_[-1]) and not all([nodes[each][3][-1] for each in around])  # noqa: C419 (faster so)
        key = (op, inputs[0] == inputs[-1] if inputs else False, scalar, heads, below)
        found = self._found.get(key)
        if found is None:
            sight = Sight(*key[1:])
            found = self._found[key] = tuple(each for each in rules if each[1].fits(sight))
        return found

    def _value(self, constant: Node) -> Head:
        """A constant's value, where it has one element and a rule asks for that value, or None."""
        array = constant.attrs[0].value
        return array.item() if array.size == 1 and array.item() in self._numbers else None


@lru_cache(maxsize=256)
def index(rules: tuple[Rule, ...], language: Any) -> Index:
    """The index of these rules, each traced in this language."""
    return Index(rules, language)
