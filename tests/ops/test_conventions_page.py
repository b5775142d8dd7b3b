"""The page of conventions is what the tested table and the record of other libraries say; run this file to write it."""

from __future__ import annotations

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
from tests.ops.elsewhere import RECORD, text
from tests.ops.test_kinks import TABLE

PAGE = RECORD.with_name("conventions-elsewhere.md")
HEADER = """# The conventions, point by point, here and elsewhere

Written by `make golden` from the table that `tests/ops/test_kinks.py` checks, in reverse and forward mode and at each
level, and from what JAX {jax} and autograd {autograd} gave at the same points (in float64, by
`tests/ops/elsewhere.py`; a dash where a library has no such function). Several operands' derivatives are separated by
semicolons. Where another library differs, its entry is in bold.

| at this point | value | derivative | JAX | autograd |
|---|---|---|---|---|
"""


def page() -> str:
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    lines = [HEADER.format(**record["versions"])]
    for name, _, _, value, gradient in TABLE:
        ours = "; ".join(text(each) for each in gradient)
        cells = [name.replace("|", "\\|"), text(value), ours]
        for library in ("jax", "autograd"):
            found = record[library].get(name)
            theirs = "-" if found is None else "; ".join(found)
            cells.append(theirs if theirs in (ours, "-") else f"**{theirs}**")
        lines.append(f"| {' | '.join(cells)} |\n")
    return "".join(lines)


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
