"""The certificate of a formula: its errors, on which samples, and where it is not exact.

A formula is exact if it contains no spline and differs from the data by rounding errors only. That
is a statement about the samples on which it was measured, and worth as much as they are: `discover`
measures on samples that it put aside before anything was fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.algebra.expressions import Call, Expression, evaluate
from kan_numpy.algebra.traversal import walk
from kan_numpy.formulas.network_to_expression import SplineFunction

__all__ = ["EXACT_WITHIN", "Certificate", "Errors", "Measurement", "values_of"]

EXACT_WITHIN = 1e-11
"""Relative errors below this are rounding errors: of float64, and of numbers with 12 digits."""


class Errors(NamedTuple):
    """The errors of a formula with respect to its network and to the data."""

    largest: float  # difference to the network
    rms: float  # difference to the network
    rmse: float  # difference to the data; NaN without data


@dataclass(frozen=True)
class Certificate:
    """The errors of a formula, before and after its numbers were rounded.

    Parameters
    ----------
    before, after : Errors
        ``largest`` and ``rms``, the largest and the root mean square difference to the network;
        ``rmse``, that to the data (NaN if there are none).
    samples : int
        The number of samples on which they were measured.
    put_aside : bool
        Whether these samples were put aside before anything was fitted.
    relative : float
        The root mean square difference to the data, in units of the standard deviation of the
        output for which it is largest; NaN without data.
    worst : dict of str to float
        The sample with the largest difference to the data, or else to the network.
    splines : tuple of str
        The splines in the formula; s_1_0_2 is the edge of ``layers[1]`` from node 2 to node 0.

    Examples
    --------
    Rounded from 1.23456 to 1.23, a slope is wrong by 0.00456 at x = 1:

    >>> import kan_numpy as kn
    >>> net = kn.from_formula("1.23456*x", ["x"])
    >>> certificate = kn.formula(net, ["x"], x=[[0.0], [1.0]], digits=3).certificate
    >>> round(certificate.after.largest, 5), certificate.worst
    (0.00456, {'x': 1.0})
    """

    before: Errors
    after: Errors
    samples: int
    put_aside: bool
    relative: float
    worst: dict[str, float]
    splines: tuple[str, ...]

    @property
    def exact(self) -> bool:
        """Whether only rounding errors are left, without splines; never without data."""
        return not self.splines and self.relative <= EXACT_WITHIN

    def __str__(self) -> str:
        """Return a table of two lines, and one that says whether the formula is exact, or where."""
        lines = [f"{'':16} {'largest':>9} {'rms':>9} {'rmse':>9}"]
        for name, row in (("before rounding", self.before), ("after rounding", self.after)):
            lines.append(f"{name:16} " + " ".join(f"{value:9.2e}" for value in row))
        return "\n".join([*lines, self.conclusion])

    @property
    def conclusion(self) -> str:
        """The line that says whether the formula is exact; if not, where."""
        where = f"on {self.samples} samples{' put aside' if self.put_aside else ''}"
        if self.exact:
            return f"exact {where}"
        known = not np.isnan(self.relative)
        parts = [f"not exact {where}" if known else f"not compared with data, {where}"]
        if known:
            parts.append(f"error {self.relative:.1e} of the spread")
            place = ", ".join(f"{name} = {value:.4g}" for name, value in self.worst.items())
            parts.append(f"largest at {place}")
        if self.splines:
            names, more = ", ".join(self.splines[:3]), len(self.splines) - 3
            names += f" and {more} more" if more > 0 else ""
            parts.append(f"{names} {'are splines' if len(self.splines) > 1 else 'is a spline'}")
        return "; ".join(parts)


@dataclass(frozen=True, eq=False)
class Measurement:
    """What the expressions of a formula are compared with, and what that gives."""

    variables: tuple[str, ...]
    x: Array  # (N, n_in)
    reference: Array  # (N, n_out), outputs of the network
    target: Array | None  # (N, n_out), data
    put_aside: bool = False

    def __call__(self, expressions: Sequence[Expression]) -> Errors:
        """Return the errors of expressions."""
        values = values_of(expressions, self.variables, self.x)
        off = values - self.reference
        rmse = np.nan if self.target is None else _rms(values - self.target)
        return Errors(float(np.abs(off).max()), _rms(off), rmse)

    def certificate(
        self, exact: Sequence[Expression], rounded: Sequence[Expression]
    ) -> Certificate:
        """Return the certificate of expressions before and after rounding."""
        values = values_of(rounded, self.variables, self.x)
        aim = self.reference if self.target is None else self.target
        off, unit = np.abs(values - aim), _units(aim)
        row = int(np.argmax((off / unit).max(axis=1)))
        relative = np.nan
        if self.target is not None:
            # Where a formula is undefined, nothing is known about its error.
            relative = float(np.nan_to_num((_rms_of_columns(off) / unit).max(), nan=np.inf))
        worst = dict(zip(self.variables, map(float, self.x[row]), strict=True))
        splines = tuple(dict.fromkeys(name for each in rounded for name in _splines(each)))
        errors = self(exact), self(rounded)
        return Certificate(*errors, len(self.x), self.put_aside, relative, worst, splines)


def values_of(expressions: Sequence[Expression], variables: Sequence[str], x: Array) -> Array:
    """Evaluate the expressions at x (N, n_in), giving (N, n_out)."""
    columns = dict(zip(variables, x.T, strict=True))
    return np.stack([evaluate(expression, columns) for expression in expressions], axis=1)


def _units(values: Array) -> Array:
    """Return the standard deviation of columns (N, n), or the size of one that hardly varies."""
    size = np.abs(values).max(axis=0)
    spread = np.where(np.ptp(values, axis=0) > EXACT_WITHIN * size, values.std(axis=0), size)
    return np.where(spread > 0.0, spread, 1.0)


def _splines(expression: Expression) -> list[str]:
    """Return the names of the splines in an expression."""
    calls = [node for node in walk(expression) if isinstance(node, Call)]
    return [c.function.name for c in calls if isinstance(c.function, SplineFunction)]


def _rms_of_columns(values: Array) -> Array:
    """Return the root mean square of each column, (N, n) -> (n,)."""
    return np.sqrt(np.mean(values**2, axis=0))


def _rms(values: Array) -> float:
    """Return the root mean square of an array of any shape."""
    return float(np.sqrt(np.mean(values**2)))
