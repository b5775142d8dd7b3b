"""The phases of optimising, in one tuple a level, and how a graph goes through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

from symdiff.errors import ArgumentError
from symdiff.graph import Graph
from symdiff.optimize.canonical import CANONICAL
from symdiff.optimize.fast import FAST
from symdiff.optimize.regrouping import REGROUPING, regroup, specialise
from symdiff.optimize.special import SPECIALISE
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.engine import Rewriter
from symdiff.rewriting.index import Index, index
from symdiff.rewriting.log import Firing, Trouble
from symdiff.rewriting.rule import Rule
from symdiff.transplant import rebuilt


def _once(graph: Graph, outputs: Sequence[int], rewriter: Callable[..., Rewriter]) -> dict[int, int]:
    """What the nodes that these outputs need become in one walk."""
    found = rewriter()
    found.run(graph.arena.ancestors(outputs))
    return found.final


class Phase(NamedTuple):
    """Rules that join those of the phases before: all are applied to all nodes, inputs first, until none fires.

    So what a phase leaves is in the normal form of the phases before it too, and no two of them can disagree.
    """

    name: str
    rules: tuple[Rule, ...]
    run: Callable[[Graph, Sequence[int], Callable[..., Rewriter]], dict[int, int]] = _once


class Saving(NamedTuple):
    """What optimising did, and how often."""

    what: str
    times: int


class Optimised(NamedTuple):
    """A graph that went through the phases: how large it was, what was done, and rules that never came to an end."""

    graph: Graph
    live: int
    savings: tuple[Saving, ...]
    firings: tuple[Firing, ...]
    troubles: tuple[Trouble, ...]


REGROUP: Final = Phase("regroup", REGROUPING, regroup)
SPECIAL: Final = Phase("specialise", SPECIALISE, specialise)

LEVELS: Final[dict[str, tuple[Phase, ...]]] = {
    "none": (),
    "default": (Phase("stabilise", STABLE), Phase("canonicalise", CANONICAL), REGROUP, SPECIAL),
    "fast": (
        Phase("stabilise", STABLE),
        Phase("canonicalise", CANONICAL + FAST),
        REGROUP,
        SPECIAL,
    ),
}
"""`none` keeps the graph exactly as written; `fast` also applies rules of the class `fast`."""


def optimise(
    graph: Graph,
    level: str,
    *,
    copy: Callable[[Graph], Graph] = rebuilt,
    without: Sequence[str] = (),
    rules: Sequence[Rule] = (),
    limit: int | None = None,
) -> Optimised:
    """A new graph that computes the outputs of `copy(graph)`, as the phases of a level make them.

    Rules named in `without` are left out; `rules` are put before all others, so they see the graph as written.
    After `limit` firings no rule fires. The phases work inside the copy, which only grows; what the outputs then
    need is copied out of it, in the order in which it was asked for.

    Raises `ArgumentError` for a name in `without` that no rule has, and for rules at a level without any.
    """
    work = copy(graph)
    live = list(range(len(work)))
    asked = tuple(work.arena.requirements)
    becomes: dict[int, int] = {}
    log: list[Firing] = []
    troubles: list[Trouble] = []
    folded = merged = 0
    known: tuple[Rule, ...] = ()
    for phase in _chosen(LEVELS[level], tuple(without), tuple(rules)):
        known += phase.rules
        table, added = index(known, work.language), index(phase.rules, work.language)
        used: list[Rewriter] = []

        def rewriter(
            trial: list[Firing] | None = None, table: Index = table, added: Index = added, used: list[Rewriter] = used
        ) -> Rewriter:
            if trial is not None:
                return Rewriter(work, table, added=added, log=trial, tidy=True)
            used.append(Rewriter(work, table, added=added, log=log, tidy=True, limit=limit))
            return used[-1]

        final = phase.run(work, [becomes.get(node, node) for node in work.outputs], rewriter)
        becomes = _composed(live, becomes, final)
        for each in used:
            troubles += each.troubles
            folded, merged = folded + each.folded, merged + each.merged
    counts = {"rules fired": len(log), "constants folded": folded, "commuted nodes merged": merged}
    savings = tuple(Saving(what, times) for what, times in counts.items())
    result = work if len(work) == len(live) and not becomes else rebuilt(work, becomes=becomes)
    there = dict(result.arena.requirements)
    lost = {each: work.arena.provenance[node].place for each, node in reversed(asked) if each not in there}
    result.demands = lost | result.demands
    return Optimised(result, len(live), savings, tuple(log), tuple(troubles))


def _composed(live: Sequence[int], first: Mapping[int, int], then: Mapping[int, int]) -> dict[int, int]:
    """What each node that isn't itself any more becomes by two phases, one after the other."""
    found: dict[int, int] = {}
    for node in live:
        before = first.get(node, node)
        after = then.get(before, before)
        if after != node:
            found[node] = after
    return found


def _chosen(phases: Sequence[Phase], without: tuple[str, ...], more: tuple[Rule, ...]) -> Sequence[Phase]:
    """The phases with some rules left out by name, and others put in."""
    if not without and not more:
        return phases
    if not phases:
        raise ArgumentError("this level applies no rules", advice='rules are for optimize="default" and "fast"')
    names = list(dict.fromkeys(rule.name for phase in phases for rule in (*more, *phase.rules)))
    for name in without:
        if name not in names:
            close = get_close_matches(name, names)
            advice = f"is it {' or '.join(close)}?" if close else "the names are in the report of a compiled function"
            raise ArgumentError(f"there is no rule {name!r} at this level", advice=advice)
    return [
        each._replace(rules=tuple(rule for rule in (*(() if i else more), *each.rules) if rule.name not in without))
        for i, each in enumerate(phases)
    ]
