"""The arena: an append-only list of nodes in which equal nodes are one node, and inputs come first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np

from symdiff.op import Attrs, Op, Plan, Signature, plan, typed
from symdiff.provenance import Origin, Provenance, here
from symdiff.types import Requirement, Type

LATER_REQUESTS: Final = 3
DIGEST_ABOVE: Final = 4096


class Node(NamedTuple):
    """One application: an op, the ids of its inputs (all smaller than its own), its attributes, its type."""

    op: Op
    inputs: tuple[int, ...]
    attrs: Attrs
    type: Type


class Literal:
    """The value of a constant: a read-only copy, equal to another where dtype, shape and bytes are.

    0.0 and -0.0 differ; so do 1 and 1.0. Above 4 KB a digest of the bytes stands for them.
    """

    __slots__ = ("key", "value")
    is_attribute: ClassVar[bool] = True

    def __init__(self, value: np.ndarray[Any, Any]) -> None:
        self.value = np.array(value, order="C", copy=True)
        self.value.flags.writeable = False
        data = self.value.tobytes()
        if len(data) > DIGEST_ABOVE:
            data = hashlib.blake2b(data, digest_size=32).digest()
        self.key = (self.value.dtype.str, self.value.shape, data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Literal) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __reduce__(self) -> tuple[type[Literal], tuple[Any]]:
        return Literal, (self.value,)

    def __repr__(self) -> str:
        value = self.value
        return repr(value.item()) if value.ndim == 0 else f"{value.dtype}{list(value.shape)}"


class Arena:
    """Nodes by id, what is remembered of each, and the indexes that make equal ones one.

    `context` is the provenance of nodes that a rule makes; while it is None, the user's line is looked up.
    `requests` counts calls of `add`, so `requests - len(nodes)` is what sharing saved.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.provenance: list[Provenance] = []
        self.requested_again: dict[int, list[Provenance]] = {}
        self.requirements: list[tuple[Requirement, int]] = []
        self.requests = 0
        self.scope = ""
        self.context: Provenance | None = None
        self._ids: dict[Op, dict[Any, int]] = {}
        self._places: dict[tuple[int, int, str], Provenance] = {}
        self._types: dict[Type, Type] = {}
        self._plans: dict[Any, Plan] = {}
        self._entered = 0
        self._walked: tuple[tuple[int, ...], int, Sequence[int]] = ((), -1, [])
        self._consumers: dict[int, list[int]] = {}
        self._indexed = 0

    def plan(self, op: Op, signature: Sequence[Signature], attrs: Attrs) -> Plan:
        """How `op` applies to these types; remembered, since inference costs more than a node."""
        key = (op, *signature, *typed(attrs)) if attrs else (op, *signature)
        found = self._plans.get(key)
        if found is None:
            found = plan(op, signature, attrs)
            found = found._replace(type=self._types.setdefault(found.type, found.type))
            self._plans[key] = found
        return found

    def add(
        self,
        op: Op,
        inputs: tuple[int, ...],
        attrs: Attrs,
        type: Type,
        requirements: tuple[Requirement, ...] = (),
    ) -> int:
        """The id of this application: a new node, or the equal one that is there."""
        self.requests += 1
        new = len(self.nodes)
        if self._entered < new:
            self._enter()
        ids = self._ids.get(op)
        if ids is None:
            ids = self._ids[op] = {}
        found = ids.setdefault((inputs, typed(attrs)) if attrs else inputs, new)
        if found != new:
            self._note_request(found)
            return found
        self.nodes.append(Node(op, inputs, attrs, self._types.setdefault(type, type)))
        self.provenance.append(self.context or self._here())
        self._entered = new + 1
        for requirement in requirements:
            self.requirements.append((requirement, new))
        return new

    def append(self, node: Node, provenance: Provenance) -> int:
        """The id of a new node that is known to equal no other, and whose type is one of this arena's.

        The table that makes equal nodes one takes it in when that is next asked: copies are often only read.
        """
        self.requests += 1
        self.nodes.append(node)
        self.provenance.append(provenance)
        return len(self.nodes) - 1

    def share_types(self, other: Arena) -> None:
        """Let types be the same objects as in another arena, of which this one is to be a copy."""
        self._types = other._types

    def find(self, op: Op, inputs: tuple[int, ...], attrs: Attrs) -> int | None:
        """The id of this application, if it is there."""
        if self._entered < len(self.nodes):
            self._enter()
        return self._ids.get(op, {}).get((inputs, typed(attrs)) if attrs else inputs)

    def _enter(self) -> None:
        """Take the nodes that were appended into the table."""
        table = self._ids
        for new in range(self._entered, len(self.nodes)):
            op, inputs, attrs, _ = self.nodes[new]
            ids = table.get(op)
            if ids is None:
                ids = table[op] = {}
            ids.setdefault((inputs, typed(attrs)) if attrs else inputs, new)
        self._entered = len(self.nodes)

    def _here(self) -> Provenance:
        """The provenance of a forward node asked for now: one record for each place and scope, however often asked."""
        origin = here()
        if origin is None:
            return Provenance(None, self.scope)
        # The code object stays alive in the record, so its id stands for it; hashing one reads all of it.
        key = (id(origin[0]), origin[1], self.scope)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = Provenance(Origin(*origin), self.scope)
        return found

    def _note_request(self, node: int) -> None:
        """Remember who else asked for a node; one that a forward line asked for is forward, whoever asked first."""
        first = self.provenance[node]
        if self.context is None and first.role != "forward":
            self.provenance[node] = self._here()
            self.requested_again.setdefault(node, []).insert(0, first)
        elif len(self.requested_again.get(node, ())) < LATER_REQUESTS:
            again = self.context or self._here()
            if again != first and again not in self.requested_again.get(node, ()):
                self.requested_again.setdefault(node, []).append(again)

    def ancestors(self, roots: Iterable[int], above: int = -1) -> Sequence[int]:
        """The ids that `roots` depend on, themselves included, in ascending order; ids up to `above` are left out.

        The walk visits what it returns and nothing else, however long the arena is. The last answer is kept: what
        nodes depend on never changes, and passes ask for it one after the other.
        """
        roots = tuple(roots)
        if self._walked[:2] == (roots, above):
            return self._walked[2]
        nodes = self.nodes
        stack = [root for root in roots if root > above]
        seen = set(stack)
        while stack:
            for parent in nodes[stack.pop()][1]:
                if parent > above and parent not in seen:
                    seen.add(parent)
                    stack.append(parent)
        found = sorted(seen)
        self._walked = (roots, above, found)
        return found

    def consumers(self, node: int) -> Sequence[int]:
        """The nodes that take `node` as input, once for each edge, in ascending order."""
        for consumer in range(self._indexed, len(self.nodes)):
            for parent in self.nodes[consumer].inputs:
                self._consumers.setdefault(parent, []).append(consumer)
        self._indexed = len(self.nodes)
        return tuple(self._consumers.get(node, ()))
