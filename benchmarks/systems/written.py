"""The programs written by hand."""

from collections.abc import Sequence
from typing import Any

from benchmarks.systems.system import Prepared, System
from benchmarks.workload import Workload


def _floor(workload: Workload, arguments: Sequence[Any]) -> Prepared | None:
    return None if workload.floor is None else Prepared(workload.floor, arguments)


SYSTEMS = (
    System("hand", lambda workload, arguments: Prepared(workload.hand, arguments)),
    System("arranged", lambda workload, arguments: Prepared(workload.arranged, arguments)),
)
FLOOR = System("floor", _floor)
"""What no arrangement can avoid; it gives no answers."""
