"""Every rule is proved as docs/rules.md says it is; wrong rules are refuted. Run this file to write the page anew."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from dataclasses import replace

import pytest

from symdiff.inspect.reference import rule_reference
from symdiff.optimize.canonical import CANONICAL
from symdiff.optimize.fast import FAST
from symdiff.optimize.powers import RECOGNISED
from symdiff.optimize.regrouping import REGROUPING
from symdiff.optimize.special import SPECIALISE
from symdiff.optimize.stable import STABLE
from symdiff.rewriting.rule import Rule
from tests.optimize import test_rules
from tests.optimize.proofs import PROOFS, proof

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "rules.md"
TABLES = {
    "STABLE": STABLE, "RECOGNISED": RECOGNISED, "CANONICAL": CANONICAL, "REGROUPING": REGROUPING,
    "SPECIALISE": SPECIALISE, "FAST": FAST,
}  # fmt: skip
RULES = [rule for rules in TABLES.values() for rule in rules]


def written() -> dict[tuple[str, str], str]:
    """What the page says of how rules are proved, by name and law."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("* `")]
    rows = (line[2:].split("; ", 3) for line in lines)
    return {(name.strip("`"), law.partition(": ")[2]): kind for name, _, kind, law in rows}


def known() -> Iterator[tuple[Rule, str]]:
    """The rules, with what the page says of them."""
    page = written()
    for rule in RULES:
        yield rule, page.get((rule.name, " ".join(rule.law.split())), "missing")


@pytest.mark.parametrize(
    ("rule", "said"), [pytest.param(rule, said, id=f"{i}-{rule.name}") for i, (rule, said) in enumerate(known())]
)
def test_rule_is_proved_as_the_page_says(rule: Rule, said: str) -> None:
    """What is said of several rules of one name holds of each of them, or better."""
    assert PROOFS.index(proof(rule)) <= PROOFS.index(said)  # type: ignore[arg-type]


def test_page_is_up_to_date() -> None:
    """The page lists the rules of all tables, and nothing else."""
    assert PAGE.read_text(encoding="utf-8") == rule_reference(TABLES, dict(known()))


@pytest.mark.parametrize("name", ["_doubles_wrongly", "_drops_a_sign"])
def test_wrong_rules_are_refuted(name: str) -> None:
    """Sides that differ are told of, by the rule's name."""
    with pytest.raises(AssertionError, match=name):
        proof(getattr(test_rules, name))


def test_what_holds_on_one_side_only_is_no_identity_on_both() -> None:
    """sqrt(x^2) = x is an identity for positive x, and refuted where the samples have both signs."""
    right = test_rules._right_on_one_side
    assert proof(right) == "identity"
    with pytest.raises(AssertionError, match="refuted"):
        proof(replace(right, samples=((-2.0, 2.0),)))


def weakest() -> dict[Rule, str]:
    """How each rule is proved; of several with one name and law, as the one that is proved worst."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in RULES:
        found.setdefault((rule.name, rule.law), []).append(rule)
    return {rule: max((proof(each) for each in group), key=PROOFS.index) for group in found.values() for rule in group}


if __name__ == "__main__":
    PAGE.write_text(rule_reference(TABLES, weakest()), encoding="utf-8")
