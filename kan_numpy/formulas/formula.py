r"""Conversion of a network into a formula, which evaluates exactly as it is printed.

Its numbers are simplified by `kan_numpy.formulas.constant_recognition` and optionally rounded. A
certificate states the error before and after rounding, and whether the formula is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_instance, as_names
from kan_numpy._arrays import Array, some_rows
from kan_numpy._deadline import NEVER, Deadline
from kan_numpy._validation import as_array, as_count, as_samples
from kan_numpy.algebra.expressions import Expression, Number, Variable
from kan_numpy.algebra.parsing import FUNCTIONS
from kan_numpy.algebra.printing import latex, text
from kan_numpy.algebra.simplify import map_numbers
from kan_numpy.formulas.certificate import Certificate, Measurement, values_of
from kan_numpy.formulas.constant_recognition import ROUNDING, ConstantRecognizer
from kan_numpy.formulas.network_to_expression import affine, network_expressions
from kan_numpy.functions.scaling import Scaler
from kan_numpy.networks.checks import require_defined
from kan_numpy.networks.kan import KAN
from kan_numpy.training.losses import SquaresLoss, WeightedLoss
from kan_numpy.training.objective import Objective

__all__ = ["MOST_DIGITS", "ROWS", "Formula", "enough_digits", "formula", "recognized"]

ROWS = 2000
"""The number of samples used to recognize constants."""


MOST_DIGITS = 17
"""A float64 has no more."""


@dataclass(frozen=True, eq=False)
class Formula:
    r"""A formula as text, as LaTeX, and as a function that evaluates what is printed.

    Parameters
    ----------
    expressions : tuple of Expression
        One for each output.
    variables, outputs : tuple of str
        The names of the inputs and of the outputs.
    network : KAN
        The network that it describes.
    certificate : Certificate
        Its errors, compared with the network and with the data.
    exact : tuple of Expression
        The expressions before rounding.
    measure : callable
        From expressions to their `Errors`, see `kan_numpy.formulas.certificate`.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("x*y + sqrt(x)", ["x", "y"], grid_range=(0, 9))
    >>> formula = kn.formula(net, variables=["x", "y"])
    >>> print(formula, "or", formula.latex())
    x*y + sqrt(x) or x y + \sqrt{x}
    >>> formula([[4.0, 3.0]])  # 12 + 2
    array([[14.]])
    """

    expressions: tuple[Expression, ...]
    variables: tuple[str, ...]
    outputs: tuple[str, ...]
    network: KAN
    certificate: Certificate
    exact: tuple[Expression, ...]
    measure: Measurement

    def __str__(self) -> str:
        """Return the formula as Python-compatible text, with one line for each output."""
        return self._written(text, "\n")

    def __repr__(self) -> str:
        """Return the text and the name of the class."""
        return f"Formula({str(self)!r})"

    def latex(self) -> str:
        """Return the formula in LaTeX, with one line for each output."""
        return self._written(latex, " \\\\\n")

    def _repr_latex_(self) -> str:
        """Return the formula as a notebook displays it, with the lines aligned at their signs."""
        rows = self._written(latex, " \\\\\n", " &= ")
        return f"$$\\begin{{aligned}}\n{rows}\n\\end{{aligned}}$$"

    def _written(
        self, write: Callable[[Expression], str], newline: str, equals: str = " = "
    ) -> str:
        """Return the expressions as text, with the names of the outputs if there are several."""
        lines = list(map(write, self.expressions))
        if len(lines) == 1:
            return lines[0]
        names = [write(Variable(name)) for name in self.outputs]
        return newline.join(map(equals.join, zip(names, lines, strict=True)))

    def __call__(self, x: npt.ArrayLike) -> Array:
        """Evaluate the formula as printed, (N, n_in) -> (N, n_out), NaN where it is undefined."""
        points = as_array("x", x, ("N", len(self.variables)))
        return values_of(self.expressions, self.variables, points)

    def round(self, digits: int) -> Formula:
        """Return the formula with its exact numbers rounded to so many significant digits.

        Recognized constants such as pi remain, and the certificate is computed again.
        """
        places = as_count("digits", digits, 1, MOST_DIGITS)

        def rounded(number: Expression) -> Expression:
            is_known = not isinstance(number, Number)
            return number if is_known else Number(float(f"{number.value:.{places - 1}e}"))

        expressions = tuple(map_numbers(expression, rounded) for expression in self.exact)
        certificate = self.measure.certificate(self.exact, expressions)
        if not np.isfinite(certificate.after.rms):
            raise ValueError(
                f"digits {digits} are too few: with them, the formula is not defined everywhere"
            )
        return replace(self, expressions=expressions, certificate=certificate)


def formula(
    network: KAN,
    variables: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    x: npt.ArrayLike | None = None,
    y: npt.ArrayLike | None = None,
    digits: int | None = None,
    input_scaler: Scaler | None = None,
    output_scaler: Scaler | None = None,
) -> Formula:
    """Convert a network into a formula.

    Parameters
    ----------
    network : KAN
        The network, which is not changed. Edges that are splines appear as functions
        s_layer_out_inp.
    variables, outputs : sequence of str, optional
        Names of the inputs and outputs, by default x0, x1, ... and y0, y1, ...
    x : array_like, shape (N, n_in), optional
        Inputs on which the certificate is measured, in the units of the formula; by default 1000
        random points on the grids of the first layer.
    y : array_like, shape (N, n_out), optional
        Targets for the same inputs, in the units of the formula.
    digits : int, optional
        The number of significant digits; by default no number is rounded.
    input_scaler, output_scaler : Scaler, optional
        If the network was trained on scaled data: ``network(input_scaler(x))`` is
        ``output_scaler(y)``. Both are included in the formula.

    Returns
    -------
    Formula
        With a certificate of its errors.

    Raises
    ------
    ValueError
        If x or y has another shape or is not finite, names are repeated or too few, digits is below
        1, or the formula is not defined at some x.
    TypeError
        If network is not a KAN, or a name is not a text.

    Examples
    --------
    >>> import kan_numpy as kn
    >>> net = kn.from_formula("exp(pi*x) / 4", ["x"])
    >>> net.theta[0]
    np.float64(3.141592653589793)
    >>> print(kn.formula(net, variables=["t"]))  # the constant is recognized
    exp(pi*t)/4
    """
    as_instance("network", network, KAN, "a KAN")
    for name, scaler in (("input_scaler", input_scaler), ("output_scaler", output_scaler)):
        if scaler is not None:
            as_instance(name, scaler, Scaler, "a Scaler, such as kn.datasets.Scaler.fit(x)")
    inputs = as_names("variables", variables, FUNCTIONS, network.widths[0], "x")
    names = as_names("outputs", outputs, FUNCTIONS, network.widths[-1], "y")
    for name, scaler, columns in (
        ("input_scaler", input_scaler, len(inputs)),
        ("output_scaler", output_scaler, len(names)),
    ):
        if scaler is not None and scaler.squash:
            raise ValueError(f"{name} must not squash: its tanh would be part of the formula")
        if scaler is not None and len(scaler.center) != columns:
            raise ValueError(
                f"{name} must scale {columns} columns, as many as the network has, but scales"
                f" {len(scaler.center)}"
            )
    points = _points(network, input_scaler) if x is None else as_samples("x", x, ("N", len(inputs)))
    nodes: list[Expression] = [Variable(name) for name in inputs]
    seen = points
    if input_scaler is not None:
        a, seen = 1.0 / input_scaler.scale, input_scaler(points)
        nodes = list(map(affine, a, nodes, -a * input_scaler.center))
    raw, reference = network_expressions(network, nodes), network(seen)
    if output_scaler is not None:
        raw = list(map(affine, output_scaler.scale, raw, output_scaler.center))
        reference = output_scaler.inverse(reference)
    require_defined(reference, points)
    target = None if y is None else as_samples("y", y, reference.shape)
    measure = Measurement(inputs, points, reference, target)
    result = recognized(raw, names, network, measure, measure)
    return result if digits is None else result.round(digits)


def recognized(
    raw: Sequence[Expression],
    outputs: tuple[str, ...],
    network: KAN,
    data: Measurement,
    measure: Measurement,
    deadline: Deadline = NEVER,
) -> Formula:
    """Return the formula whose constants are recognized on some data, and measured on others."""
    rows = some_rows(np.arange(len(data.x), dtype=float), ROWS).astype(int)
    values = dict(zip(data.variables, data.x[rows].T, strict=True))
    aims = (data.reference if data.target is None else data.target)[rows].T  # (n_out, rows)
    pairs = zip(aims, raw, strict=True)
    exact = tuple(ConstantRecognizer(values, aim, deadline).simplify(each) for aim, each in pairs)
    certificate = measure.certificate(exact, exact)
    return Formula(exact, data.variables, outputs, network, certificate, exact, measure)


def enough_digits(found: Formula, data: Objective[KAN], deadline: Deadline = NEVER) -> Formula:
    """Return the formula rounded to the fewest digits that the error on the data allows."""

    def loss(candidate: Formula) -> float:
        return data.loss.value_and_gradient(candidate(data.x), data.target)[0]

    N, best = len(data.x), loss(found)
    if isinstance(data.loss, SquaresLoss | WeightedLoss):
        variance = float(np.var(data.target, axis=0).mean())
        limit = best * (1.0 + 0.25 * np.log(N) / N) + ROUNDING**2 * variance
    else:
        limit = best + 0.5 * np.log(N) / N
    for digits in range(2, 16):
        if deadline.passed:
            break
        with suppress(ValueError):  # the arguments of a function may leave its domain
            rounded = found.round(digits)
            if loss(rounded) <= limit:
                return rounded
    return found


def _points(network: KAN, scaler: Scaler | None) -> Array:
    """Return fixed random points (1000, n_in) on the grids of the first layer."""
    basis = network.kan_layers[0][1].basis
    z = np.random.default_rng(0).uniform(basis.low, basis.high, (1000, network.widths[0]))
    return z if scaler is None else scaler.inverse(z)
