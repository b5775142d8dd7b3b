"""By what costs and times are put together: by node, by the user's line, by scope, by role."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from symdiff.backends.program import Instruction, Program
from symdiff.naming import names
from symdiff.provenance import Provenance, describe, place_of

Grouping: TypeAlias = Callable[[Instruction], str]
AGAIN: Final = "computed again"


def groupings(program: Program) -> dict[str, Grouping]:
    """What each instruction of a program belongs to, by each of `node`, `line`, `scope` and `role`.

    What a rule adds for a derivative belongs to the line that it is a derivative of.
    """
    arena = program.graph.arena
    called = lru_cache(maxsize=1)(lambda: names(program.graph))
    describe_once = lru_cache(maxsize=None)(lambda origin: describe(place_of(origin)))

    def of(instruction: Instruction) -> int:
        return program.copies.get(instruction.value, instruction.value)

    def node(instruction: Instruction) -> str:
        again = f" {AGAIN}" if instruction.value in program.copies else ""
        name = called().get(of(instruction), f"%{of(instruction)}")
        return f"{name} = {instruction.op.name} {instruction.type}{again}"

    def line(instruction: Instruction) -> str:
        return describe_once(_origin(arena, of(instruction)))

    def role(instruction: Instruction) -> str:
        return AGAIN if instruction.value in program.copies else role_text(arena.provenance[of(instruction)])

    return {"node": node, "line": line, "scope": lambda each: arena.provenance[of(each)].scope, "role": role}


def role_text(provenance: Provenance) -> str:
    """`forward`, `adjoint`, `adjoint 2`: the role, and the order of differentiation where it is above 1."""
    return provenance.role if provenance.order < 2 else f"{provenance.role} {provenance.order}"


def _origin(arena: Any, node: int) -> Any:
    """Where a node comes from; for a derivative, where the node that it is a derivative of does."""
    provenance = arena.provenance[node]
    if provenance.via is None and provenance.role != "forward" and provenance.of is not None:
        provenance = arena.provenance[provenance.of]
    return provenance.origin if provenance.via is None else provenance.via.origin
