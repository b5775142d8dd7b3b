"""Option greeks, arranged: slices of 16,384 options in thirteen buffers, results written in place."""

import math
from typing import Any

from numpy import add, divide, empty, exp, log, multiply, negative, sqrt, subtract, tanh

LINEAR = math.sqrt(2 / math.pi)
CUBIC = 0.044715 * LINEAR
TILE = 16384


def run(spot: Any, strike: Any, years: Any, volatility: Any, rate: Any) -> list[Any]:
    """Price, delta, vega, rho, theta and gamma of each call."""
    n = len(spot)
    results = [empty(n) for _ in range(6)]
    buffers = [empty(TILE) for _ in range(13)]
    for i in range(0, n, TILE):
        j = i + TILE
        if j > n:
            buffers = [each[: n - i] for each in buffers]
        arguments = (each[i:j] for each in (spot, strike, years, volatility, rate))
        _slice(*arguments, *(each[i:j] for each in results), *buffers)
    return results


def _normal(d: Any, t: Any, rest: Any, slope: Any) -> None:
    """The hyperbolic tangent in the distribution function at d, 1 - its square, its argument's slope."""
    multiply(d, d, slope)
    multiply(slope, CUBIC, rest)
    add(rest, LINEAR, t)
    multiply(t, d, t)
    tanh(t, t)
    multiply(rest, 3.0, slope)
    add(slope, LINEAR, slope)
    multiply(t, t, rest)
    subtract(1.0, rest, rest)


def _slice(
    spot: Any, strike: Any, years: Any, volatility: Any, rate: Any,
    price: Any, delta: Any, vega: Any, rho: Any, theta: Any, gamma: Any,
    root: Any, spread: Any, money: Any, d1: Any, d2: Any, t1: Any, t2: Any, rest1: Any, rest2: Any,
    slope1: Any, slope2: Any, discounted: Any, work: Any,
) -> None:  # fmt: skip
    sqrt(years, root)
    multiply(volatility, root, spread)
    divide(spot, strike, money)
    log(money, money)
    multiply(rate, years, work)
    add(money, work, money)
    divide(money, spread, money)
    multiply(spread, 0.5, d1)
    add(money, d1, d1)
    subtract(d1, spread, d2)
    negative(work, discounted)
    exp(discounted, discounted)
    multiply(discounted, strike, discounted)
    _normal(d1, t1, rest1, slope1)
    _normal(d2, t2, rest2, slope2)
    add(t1, 1.0, delta)  # twice the normal distribution at d1
    multiply(delta, 0.5, delta)
    add(t2, 1.0, rho)
    multiply(rho, discounted, rho)
    multiply(rho, 0.5, rho)  # what is owed
    multiply(spot, delta, price)
    subtract(price, rho, price)
    # bends, in d1 and d2, before the densities take the rests' memory
    for d, t, slope, rest, factor in ((d1, t1, slope1, rest1, spot), (d2, t2, slope2, rest2, discounted)):
        multiply(rest, factor, rest)
        multiply(slope, slope, work)
        multiply(work, t, work)
        multiply(d, 3 * CUBIC, d)
        subtract(d, work, d)
        multiply(d, rest, d)
        multiply(rest, slope, rest)
        multiply(rest, 0.5, rest)  # density times what it belongs to
    subtract(d1, d2, d1)
    subtract(rest1, rest2, t1)  # the price by d1
    multiply(spot, spread, work)
    divide(d1, work, d1)
    multiply(rest1, 2.0, rest1)
    subtract(rest1, t1, rest1)
    divide(rest1, spot, rest1)
    add(rest1, d1, rest1)
    divide(rest1, work, gamma)
    divide(t1, work, work)
    add(delta, work, delta)
    divide(t1, spread, t2)  # the price by d1, to the spread
    divide(money, spread, money)
    subtract(0.5, money, money)
    multiply(money, t1, money)
    add(money, rest2, money)  # the price by the spread
    multiply(money, root, vega)
    add(t2, rho, t2)
    multiply(years, t2, work)
    multiply(volatility, money, money)
    divide(money, root, money)
    multiply(money, -0.5, money)
    multiply(rate, t2, t2)
    subtract(money, t2, theta)
    rho[...] = work
