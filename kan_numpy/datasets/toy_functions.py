"""Toy functions: formulas that a small network can learn, and samples of them.

Inputs are (N, n), one sample a row, and targets (N, 1), as a network takes them. The same seed
gives the same samples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy.typing as npt
from numpy import exp, pi, sin
from scipy.special import j0

from kan_numpy._arrays import Array, Rng
from kan_numpy._validation import as_array, as_choice, as_count, as_number, as_rng
from kan_numpy.datasets.preprocessing import Split


@dataclass(frozen=True)
class ToyFunction:
    """A function of known formula; call it with inputs (N, n) to get values (N, 1).

    Parameters
    ----------
    name : str
        Its key in `TOY_FUNCTIONS`.
    formula : str
        The formula as text.
    function : callable
        Maps the n columns of the inputs to the values, all (N,).
    widths : tuple of int
        The shape of the paper's network; ``widths[0]`` is n.
    low, high : float
        The ends of the range of every input.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> f = kn.datasets.TOY_FUNCTIONS["product"]
    >>> f.formula, f([[2.0, 3.0]])
    ('x1 x2', array([[6.]]))
    """

    name: str
    formula: str
    function: Callable[..., Array]
    widths: tuple[int, ...]
    low: float = -1.0
    high: float = 1.0

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Return the values at the inputs x (N, n), as a column (N, 1)."""
        values: Array = self.function(*as_array("x", x, ("N", self.widths[0])).T)  # (N,)
        return values[:, None]


_TOYS = (
    ToyFunction("bessel", "J0(20 x)", lambda x: j0(20 * x), (1, 1)),
    ToyFunction(
        "exp_sin", "exp(sin(pi x1) + x2^2)", lambda x1, x2: exp(sin(pi * x1) + x2**2), (2, 1, 1)
    ),
    ToyFunction("product", "x1 x2", lambda x1, x2: x1 * x2, (2, 2, 1)),
    ToyFunction(
        "high_dimensional",
        "exp((sin(pi x1 / 2)^2 + ... + sin(pi x100 / 2)^2) / 100)",
        lambda *x: exp(sum(sin(pi * xi / 2) ** 2 for xi in x) / 100),
        (100, 1, 1),
    ),
    ToyFunction(
        "four_variables",
        "exp((sin(pi (x1^2 + x2^2)) + sin(pi (x3^2 + x4^2))) / 2)",
        lambda x1, x2, x3, x4: exp((sin(pi * (x1**2 + x2**2)) + sin(pi * (x3**2 + x4**2))) / 2),
        (4, 4, 2, 1),
    ),
)
TOY_FUNCTIONS = {f.name: f for f in _TOYS}
"""The five examples of arXiv 2404.19756, sec. 3.1 and fig. 3.1, by name."""


def toy(
    name: str, n_train: int = 1000, n_test: int = 1000, noise: float = 0.0, rng: Rng = 0
) -> Split:
    r"""Draw samples of a toy function f, with noise on the training targets only.

    .. math:: y_{train} = f(x) + noise \cdot \mathrm{std}(f(x)) \, \varepsilon, \qquad
        x \sim U[low, high]^n, \quad \varepsilon \sim N(0, 1)

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
    """
    f = TOY_FUNCTIONS[as_choice("name", name, tuple(TOY_FUNCTIONS))]
    n_train, n_test = as_count("n_train", n_train, 1), as_count("n_test", n_test, 1)
    noise, generator = as_number("noise", noise, 0.0), as_rng(rng)
    x_train = generator.uniform(f.low, f.high, (n_train, f.widths[0]))
    x_test = generator.uniform(f.low, f.high, (n_test, f.widths[0]))
    y_train = f(x_train)
    y_train += noise * y_train.std() * generator.standard_normal(y_train.shape)
    return Split(x_train, y_train, x_test, f(x_test))
