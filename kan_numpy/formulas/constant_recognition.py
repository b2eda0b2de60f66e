r"""Recognition of the constants in an expression that is fitted to data, by the BIC.

The expression is first brought to canonical form (`kan_numpy.algebra.canonical_form`), because the
parameters of a network are not unique, and to the simplest (`kan_numpy.formulas.simplest_form`).
Then constants are recognized one at a time (`kan_numpy.algebra.constants`), as accurate as their
standard errors, and the remaining numbers fitted again. A fitted number minimizes
the error on the data, so that the true one has a slightly larger error. By the Bayesian
information criterion, each number fixed may increase the mean square on N samples by the share

.. math:: \frac{\log N}{N}

(G. Schwarz, Ann. Stat. 6, 461, 1978). Differences of the size of rounding errors are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline
from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.constants import complexity, recognize
from kan_numpy.algebra.expansion import expand
from kan_numpy.algebra.expressions import Expression, Number, evaluate
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import simplify
from kan_numpy.formulas.parameter_fit import (
    free_numbers,
    refit,
    standard_errors,
    with_numbers,
)
from kan_numpy.formulas.simplest_form import simplest

__all__ = ["MANY", "NOISY", "ROUNDING", "TIGHTEST", "ConstantRecognizer"]

ROUNDING = 1e-12
"""Relative errors below this are rounding errors."""

TIGHTEST = 1e-10
"""The smallest relative tolerance for a constant."""

NOISY = 1e-10
"""The relative error above which the other numbers are fitted again after each recognition."""

MANY = 20
"""If there are more constants than these, and no noise, all are recognized at once."""


@dataclass(frozen=True)
class ConstantRecognizer:
    """The data (N,) to which candidate expressions are compared."""

    values: Mapping[str, Array]  # of each variable, (N,)
    target: Array  # (N,)
    deadline: Deadline = NEVER

    def loss(self, expression: Expression) -> float:
        """Return the mean square error, infinite where the expression is undefined."""
        loss = float(np.mean((evaluate(expression, self.values) - self.target) ** 2))
        return loss if np.isfinite(loss) else np.inf

    def simplify(self, expression: Expression) -> Expression:
        """Return the expression simplified, with all constants that the data support."""
        N, spread = len(self.target), float(np.var(self.target)) or 1.0
        per_number = np.log(N) / N
        floor = (np.sqrt(self.loss(expression)) + ROUNDING * np.sqrt(spread)) ** 2
        accuracy = float(np.clip(np.sqrt(floor / spread), 1e-11, 0.01))
        for known in range(len(free_numbers(expression)) + 1):
            if self.deadline.passed:
                break
            limit = floor * (1.0 + known * per_number)
            expanded = canonicalize(expand(expression))
            forms = [simplify(expression), canonicalize(expression), expanded]
            expression = self.simplest_of(forms, expression, limit)
            forms = [simplest(expanded, TIGHTEST), simplest(expression, TIGHTEST)]
            expression = self.simplest_of(forms, expression, limit)
            if accuracy > NOISY:
                expression = self.with_equal_numbers(
                    expression, accuracy, limit, per_number * floor
                )
            limit += floor * per_number
            guesses = self.proposals(expression, accuracy)
            if known == 0 and accuracy <= NOISY:
                together, count = self.all_at_once(expression)
                if count > MANY and self.loss(together) <= floor * (1.0 + count * per_number):
                    expression = together
                    continue
            better = next((guess for guess in guesses if self.loss(guess) <= limit), None)
            if better is None:
                break
            expression = better
        return expression

    def simplest_of(
        self, forms: Iterable[Expression], expression: Expression, limit: float
    ) -> Expression:
        """Return the last of the simplest forms that have a loss within the limit."""
        for form in forms:
            if complexity(form) <= complexity(expression) and self.loss(form) <= limit:
                expression = form
        return expression

    def with_equal_numbers(
        self, expression: Expression, accuracy: float, limit: float, per_number: float
    ) -> Expression:
        """Return a form in which numbers that hardly differ are one, if the data allow that."""
        form = simplest(expression, accuracy)
        fewer = len(free_numbers(expression)) - len(free_numbers(form))
        if fewer > 0:
            form = simplify(refit(form, self.values, self.target))
            if self.loss(form) <= limit + fewer * per_number:
                return form
        return expression

    def tolerances(self, expression: Expression, free: list[float]) -> Array:
        """Return three standard errors of the free numbers (P,), relative to these."""
        errors = standard_errors(expression, self.values, self.target)
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = 3.0 * errors / np.abs(free)
        return np.clip(np.nan_to_num(relative, nan=1.0), TIGHTEST, 1.0)

    def is_new(self, constant: Expression, value: float) -> bool:
        """Return whether a constant differs from its digits, without a name that is a variable."""
        words = set(re.findall(r"[A-Za-z]\w*", text(constant)))
        return constant != Number(value) and not words & set(self.values)

    def all_at_once(self, expression: Expression) -> tuple[Expression, int]:
        """Return the expression with every number that is a constant replaced, and how many are.

        One after the other, thousands of numbers would each take a simplification of all terms.
        """
        parts: list[Expression] = []
        free = free_numbers(expression)
        for value in free:
            constant = recognize(value, TIGHTEST)
            is_new = constant is not None and self.is_new(constant, value)
            parts.append(constant if constant is not None and is_new else Number(value))
        count = sum(part != Number(value) for part, value in zip(parts, free, strict=True))
        return simplify(with_numbers(expression, iter(parts))), count

    def proposals(self, expression: Expression, accuracy: float) -> Iterator[Expression]:
        """Yield the expression with one number zero or a constant, and the others refitted."""
        small = 10.0 * accuracy * max(1.0, float(np.std(self.target)))
        free = free_numbers(expression)
        tolerances = self.tolerances(expression, free) if free else ()
        for index, value in enumerate(free):
            if self.deadline.passed:
                return
            constant = recognize(value, tolerances[index])
            guesses: list[Expression] = [Number(0)] if abs(value) <= small else []
            # A decimal would be fitted again; it is for `Formula.round` to find.
            if constant and (constant.is_exact or accuracy <= NOISY):
                guesses += [constant] if self.is_new(constant, value) else []
            for guess in guesses:
                known = [*map(Number, free[:index]), guess, *map(Number, free[index + 1 :])]
                replaced = simplify(with_numbers(expression, iter(known)))
                if accuracy > NOISY:
                    replaced = simplify(refit(replaced, self.values, self.target))
                yield replaced
