"""The reference of ops is what the ops' records say; run this file to write it anew."""

import pathlib

from symdiff.inspect.reference import reference
from symdiff.ops import OPS

REFERENCE = pathlib.Path(__file__).parents[2] / "docs" / "ops.md"


def test_reference_is_up_to_date() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(OPS)


if __name__ == "__main__":
    REFERENCE.write_text(reference(OPS), encoding="utf-8")
