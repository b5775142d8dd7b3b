"""Text of tables: columns, numbers, bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

WIDEST: Final = 48
LONGEST_BAR: Final = 10


def table(rows: Sequence[tuple[str, ...]], right: Sequence[int] = ()) -> str:
    """Rows in aligned columns, those in `right` to the right; empty columns are left out.

    A long cell doesn't widen the others.
    """
    widths = [max(min(len(cell), WIDEST) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:{'>' if column in right else '<'}{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            if width
        ).rstrip()
        for row in rows
    )


def number(value: Any) -> str:
    """A count as text: thousands apart, a polynomial as it is."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def bar(share: float) -> str:
    """A share of 1 as a bar."""
    return "#" * round(LONGEST_BAR * min(share, 1.0))
