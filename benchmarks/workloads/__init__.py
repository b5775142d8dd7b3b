"""All workloads, in the table's order."""

from benchmarks.workloads import (
    attention,
    cross_entropy,
    elementwise,
    greeks,
    layer_norm_gelu,
    logistic,
    mixture,
    mlp,
    rbf,
    rosenbrock,
    scalar,
    tiny,
)

WORKLOADS = (
    elementwise.WORKLOAD,
    greeks.WORKLOAD,
    logistic.WORKLOAD,
    mlp.WORKLOAD,
    cross_entropy.WORKLOAD,
    layer_norm_gelu.WORKLOAD,
    mixture.WORKLOAD,
    rbf.WORKLOAD,
    attention.WORKLOAD,
    scalar.WORKLOAD,
    rosenbrock.GRADIENT,
    rosenbrock.PRODUCT,
    tiny.WORKLOAD,
)
