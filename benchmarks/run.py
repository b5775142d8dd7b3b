"""The benchmarks' table: every system on every workload, in one run, pinned to one core, systems taking turns.

    python benchmarks/run.py [workload ...] [--systems name ...] [--rounds n] [--small] [--markdown]

Beside the workloads, `compiling` is what it costs to get ready, `memory` the peak of a deep network's step.
"""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # Before NumPy is imported: its libraries ask once.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ[variable] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from benchmarks.table import main

    main()
