"""The curves behind the tuned style's constants: time by bytes and elements of a slice, and by arrays' size.

    python benchmarks/tuning.py [--rounds n]

`TILE_BYTES` and `LARGEST_TILE` are in `symdiff/backends/loops.py`, `WORTH_TILING` in `symdiff/backends/tiling.py`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # Before NumPy is imported: its libraries ask once.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ[variable] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import numpy as np

from benchmarks.systems.system import Prepared
from benchmarks.systems.with_symdiff import compiled
from benchmarks.timing import medians
from benchmarks.workload import Workload
from benchmarks.workloads import WORKLOADS
from symdiff.backends import loops, tiling

SLICED = ("greeks", "cross_entropy", "layer_norm_gelu", "rbf")
"""Many buffers of one axis, few of long rows, float32, and rows beside a matrix that all slices read."""
BYTES = [1 << exponent for exponent in range(19, 24)]
ELEMENTS = [1 << exponent for exponent in range(12, 18)]
SIZES = [1 << exponent for exponent in range(13, 21)]


@contextmanager
def constants(**values: int) -> Iterator[None]:
    """Other values of the constants while functions are compiled."""
    modules = {name: tiling if hasattr(tiling, name) else loops for name in values}
    before = {name: getattr(module, name) for name, module in modules.items()}
    for name, module in modules.items():
        setattr(module, name, values[name])
    try:
        yield
    finally:
        for name, module in modules.items():
            setattr(module, name, before[name])


def prepared(workload: Workload, arguments: Any, **values: int) -> Prepared:
    """The workload, compiled with these constants."""
    with constants(**values):
        return Prepared(compiled(workload, arguments), arguments)


def slices(workload: Workload, rounds: int) -> str:
    """Milliseconds by the bytes that a slice touches (down) and the elements of its widest value (across)."""
    arguments = workload.draw(workload.full)
    ready = {
        f"{bytes_} {elements}": prepared(workload, arguments, TILE_BYTES=bytes_, LARGEST_TILE=elements)
        for bytes_ in BYTES
        for elements in ELEMENTS
    }
    found = medians(ready, rounds)
    head = f"{workload.name:>16}" + "".join(f"{elements:8,}" for elements in ELEMENTS)
    rows = [
        f"{bytes_ >> 10:13,} KB" + "".join(f"{found[f'{bytes_} {elements}'] * 1e3:8.2f}" for elements in ELEMENTS)
        for bytes_ in BYTES
    ]
    return "\n".join([head, *rows])


def sizes(workload: Workload, rounds: int) -> str:
    """How much quicker slices are than whole arrays, by the bytes of one array."""
    found: list[str] = []
    for size in SIZES:
        arguments = tuple(np.asarray(each)[:size] for each in workload.draw(workload.full))
        never = prepared(workload, arguments, WORTH_TILING=1 << 40)
        always = prepared(workload, arguments, WORTH_TILING=1)
        both = medians({"never": never, "always": always}, rounds)
        found.append(f"{size * 8 >> 10:13,} KB{both['never'] / both['always']:8.2f}")
    return "\n".join([f"{workload.name:>16}  whole / sliced", *found])


def main() -> None:
    """Print the curves."""
    rounds = int(sys.argv[sys.argv.index("--rounds") + 1]) if "--rounds" in sys.argv else 9
    known = {each.name: each for each in WORKLOADS}
    for name in SLICED:
        print(slices(known[name], rounds), flush=True)
    print(sizes(known["elementwise"], rounds))


if __name__ == "__main__":
    main()
