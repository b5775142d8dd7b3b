"""Option greeks: the Black-Scholes price of each of many calls, its five first derivatives and one second one."""

from typing import Any

import numpy as np

from benchmarks.arranged import greeks as by_hand
from benchmarks.arranged.greeks import CUBIC, LINEAR
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    """Spot and strike prices, years to expiry, volatilities, rates."""
    bounds = [(80, 120), (80, 120), (0.2, 2), (0.1, 0.5), (0.01, 0.05)]
    return tuple(rng.uniform(low, high, n) for low, high in bounds)


def outputs(system: Any, spot: Any, strike: Any, years: Any, volatility: Any, rate: Any) -> list[Any]:
    """The price, delta, vega, rho, theta and gamma of each call.

    The normal distribution function is Page's approximation, Applied Statistics 26 (1977), which is exact to 2e-4
    and the same few operations in every system.
    """
    np = system.np

    def normal(d: Any) -> Any:
        return 0.5 * (1 + np.tanh(LINEAR * d + CUBIC * d**3))

    def total(spot: Any, strike: Any, years: Any, volatility: Any, rate: Any) -> Any:
        return np.sum(price(spot, strike, years, volatility, rate))

    def price(spot: Any, strike: Any, years: Any, volatility: Any, rate: Any) -> Any:
        spread = volatility * np.sqrt(years)
        d1 = (np.log(spot / strike) + rate * years) / spread + 0.5 * spread
        return spot * normal(d1) - strike * np.exp(-rate * years) * normal(d1 - spread)

    def delta(*arguments: Any) -> Any:
        return np.sum(system.grad(total, (0,))(*arguments)[0])

    arguments = (spot, strike, years, volatility, rate)
    first = system.grad(total, (0, 2, 3, 4))(*arguments)
    gamma = system.grad(delta, (0,))(*arguments)[0]
    return [price(*arguments), first[0], first[2], first[3], -first[1], gamma]


def hand(spot: Any, strike: Any, years: Any, volatility: Any, rate: Any) -> list[Any]:
    """The same as a person writes it."""
    root = np.sqrt(years)
    spread = volatility * root
    moneyness = (np.log(spot / strike) + rate * years) / spread
    d1 = moneyness + 0.5 * spread
    d2 = d1 - spread
    t1 = np.tanh(LINEAR * d1 + CUBIC * (d1 * d1 * d1))
    t2 = np.tanh(LINEAR * d2 + CUBIC * (d2 * d2 * d2))
    discounted = strike * np.exp(-rate * years)
    slope1 = LINEAR + 3 * CUBIC * d1**2
    slope2 = LINEAR + 3 * CUBIC * d2**2
    rest1 = 1 - t1**2
    rest2 = 1 - t2**2
    normal1 = 0.5 * (1 + t1)
    owed = discounted * 0.5 * (1 + t2)
    density1 = 0.5 * rest1 * slope1
    paid = discounted * 0.5 * rest2 * slope2
    by_d = spot * density1 - paid
    by_spread = by_d * (0.5 - moneyness / spread) + paid
    scaled = spot * spread
    delta = normal1 + by_d / scaled
    vega = by_spread * root
    rho = by_d * years / spread + years * owed
    theta = -(by_d * rate / spread + by_spread * volatility / (2 * root) + rate * owed)
    bend1 = spot * rest1 * (3 * CUBIC * d1 - t1 * slope1**2)
    bend2 = discounted * rest2 * (3 * CUBIC * d2 - t2 * slope2**2)
    gamma = (2 * density1 + (bend1 - bend2) / scaled - by_d / spot) / scaled
    return [spot * normal1 - owed, delta, vega, rho, theta, gamma]


WORKLOAD = Workload(
    "greeks", "option greeks + gamma, 10^6", inputs, outputs, hand, by_hand.run,
    full=(1_000_000,), small=(10_000,), tolerance=1e-8,
)  # fmt: skip
