"""Toy functions: formulas that a small network can learn, and samples of them.

Inputs are (N, n), one sample a row, and targets (N, 1), as a network takes them. The same seed
gives the same samples.
"""

from __future__ import annotations

from collections.abc import Callable

import scipy
from numpy import exp, pi, sin

from kan_numpy._arguments import as_choice, as_rng
from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_count, as_number
from kan_numpy.datasets.benchmark import Benchmark, _table, draw
from kan_numpy.datasets.preprocessing import Split

__all__ = ["TOY_FUNCTIONS", "toy"]


def _toy(
    name: str, formula: str, widths: tuple[int, ...], function: Callable[..., Array]
) -> Benchmark:
    """Return a function of ``widths[0]`` inputs, each from -1 to 1."""
    n = widths[0]
    inputs = ("x",) if n == 1 else tuple(f"x{i}" for i in range(1, n + 1))
    return Benchmark(name, formula, function, inputs, ((-1.0, 1.0),) * n, widths)


_TOYS = (
    _toy("bessel", "J0(20 x)", (1, 1), lambda x: scipy.special.j0(20 * x)),
    _toy("exp_sin", "exp(sin(pi x1) + x2^2)", (2, 1, 1), lambda x1, x2: exp(sin(pi * x1) + x2**2)),
    _toy("product", "x1 x2", (2, 2, 1), lambda x1, x2: x1 * x2),
    _toy(
        "high_dimensional",
        "exp((sin(pi x1 / 2)^2 + ... + sin(pi x100 / 2)^2) / 100)",
        (100, 1, 1),
        lambda *x: exp(sum(sin(pi * xi / 2) ** 2 for xi in x) / 100),
    ),
    _toy(
        "four_variables",
        "exp((sin(pi (x1^2 + x2^2)) + sin(pi (x3^2 + x4^2))) / 2)",
        (4, 4, 2, 1),
        lambda x1, x2, x3, x4: exp((sin(pi * (x1**2 + x2**2)) + sin(pi * (x3**2 + x4**2))) / 2),
    ),
)
TOY_FUNCTIONS = _table(_TOYS)
"""The five examples of arXiv 2404.19756, sec. 3.1 and fig. 3.1, by name."""


def toy(
    name: str, n_train: int = 1000, n_test: int = 1000, noise: float = 0.0, rng: Rng = 0
) -> Split:
    r"""Draw samples of a toy function f, with noise on the training targets only.

    .. math:: y_{train} = f(x) + noise \cdot \mathrm{std}(f(x)) \, \varepsilon, \qquad
        x \sim U[-1, 1]^n, \quad \varepsilon \sim N(0, 1)

    Parameters
    ----------
    name : str
        A key of `TOY_FUNCTIONS`.
    n_train, n_test : int
        The number of samples of each kind, at least 1.
    noise : float
        The standard deviation of the noise, relative to that of the targets it is added to.
    rng : int, Generator or None
        What `numpy.random.default_rng` takes. The inputs of a seed do not depend on the noise.

    Returns
    -------
    Split
        Training and test samples.

    Raises
    ------
    ValueError
        If there is no such function, a count is below 1, or the noise is negative.
    TypeError
        If a count is not a whole number, or the noise not a real one.

    Examples
    --------
    >>> import numpy as np
    >>> import kan_numpy as kn
    >>> data = kn.datasets.toy("exp_sin", n_train=3, n_test=2)
    >>> x1, x2 = data.x_train.T
    >>> data.y_train[:, 0] / np.exp(np.sin(np.pi * x1) + x2**2)
    array([1., 1., 1.])
    >>> f = kn.datasets.TOY_FUNCTIONS["product"]
    >>> f.formula, f.widths, f([[2.0, 3.0]])
    ('x1 x2', (2, 2, 1), array([[6.]]))
    """
    f = TOY_FUNCTIONS[as_choice("name", name, tuple(TOY_FUNCTIONS))]
    n_train, n_test = as_count("n_train", n_train, 1), as_count("n_test", n_test, 1)
    noise, generator = as_number("noise", noise, 0.0), as_rng(rng)
    x_train = draw(n_train, len(f.inputs), generator)
    x_test = draw(n_test, len(f.inputs), generator)
    y_train = f(x_train)
    y_train += noise * y_train.std() * generator.standard_normal(y_train.shape)
    return Split(x_train, y_train, x_test, f(x_test))
