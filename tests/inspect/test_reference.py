"""The references of ops and of lints are what their records say; run this file to write them anew."""

import pathlib
from collections.abc import Callable

import pytest

from symdiff.inspect.lints import LINTS
from symdiff.inspect.reference import lint_reference, reference
from symdiff.ops import OPS

DOCS = pathlib.Path(__file__).parents[2] / "docs"
REFERENCES: dict[str, Callable[[], str]] = {"ops.md": lambda: reference(OPS), "lints.md": lambda: lint_reference(LINTS)}


@pytest.mark.parametrize("name", REFERENCES)
def test_reference_is_up_to_date(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == REFERENCES[name]()


if __name__ == "__main__":
    for name, text in REFERENCES.items():
        (DOCS / name).write_text(text(), encoding="utf-8")
