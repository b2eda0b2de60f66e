r"""Reading the numbers of an expression: normal forms, recognized constants, and no more digits.

An expression is brought to normal form (`kan_numpy.algebra.canonical_form`), because a network is
free to move factors and constants from edge to edge. Then constants are recognized one by one
(`kan_numpy.algebra.constants`), the other numbers fitted again, and one is kept only if the error
does not get worse. "Not worse" allows for chance: a fitted number is as close to the data as it can
be, a true one somewhat further away. On N samples each number that is not fitted any more may cost

.. math:: \frac{\log N}{N}

of the mean square (G. Schwarz, Ann. Stat. 6, 461, 1978), and rounding errors are never worse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.constants import complexity, recognize
from kan_numpy.algebra.expansion import expand
from kan_numpy.algebra.expressions import Expression, Number, evaluate
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplify import simplify
from kan_numpy.formulas.parameter_fit import free_numbers, refit, with_numbers

ROUNDING = 1e-12
"""Relative errors below this are those of arithmetic."""

TIGHTEST = 1e-10
"""No constant is asked to be closer than this."""

NOISY = 1e-9
"""Above this relative error, the other numbers are fitted again when one has been recognized."""


@dataclass(frozen=True)
class ConstantRecognizer:
    """The data by which readings of an expression are judged."""

    values: Mapping[str, Array]  # of each variable, (N,)
    target: Array  # (N,)

    def loss(self, expression: Expression) -> float:
        """Return the mean square error, infinite where the expression is not defined."""
        loss = float(np.mean((evaluate(expression, self.values) - self.target) ** 2))
        return loss if np.isfinite(loss) else np.inf

    def simplify(self, expression: Expression) -> Expression:
        """Return the expression in normal form, its constants recognized as far as data allow."""
        N, spread = len(self.target), float(np.var(self.target)) or 1.0
        per_number = np.log(N) / N
        floor = self.loss(expression) + ROUNDING**2 * spread
        accuracy = float(np.clip(np.sqrt(floor / spread), 1e-11, 0.01))
        for known in range(len(free_numbers(expression)) + 1):
            limit = floor * (1.0 + known * per_number)
            expanded = canonicalize(expand(expression))
            for form in (simplify(expression), canonicalize(expression), expanded):
                simpler = complexity(form) <= complexity(expression)
                if simpler and self.loss(form) <= limit:
                    expression = form
            limit += floor * per_number
            guesses = self.proposals(expression, accuracy)
            better = next((guess for guess in guesses if self.loss(guess) <= limit), None)
            if better is None:
                break
            expression = better
        return expression

    def is_new(self, constant: Expression, value: float) -> bool:
        """Return whether a constant reads differently, and not like a variable of that name."""
        words = set(re.findall(r"[A-Za-z]\w*", text(constant)))
        return constant != Number(value) and not words & set(self.values)

    def proposals(self, expression: Expression, accuracy: float) -> Iterator[Expression]:
        """Yield the expression with one number zero or a constant, and the others fitted again."""
        # What N samples leave unknown of a fitted number, times three.
        tolerance = max(3.0 * accuracy / np.sqrt(len(self.target)), TIGHTEST)
        small = 10.0 * accuracy * max(1.0, float(np.std(self.target)))
        free = free_numbers(expression)
        for index, value in enumerate(free):
            constant = recognize(value, tolerance)
            guesses: list[Expression] = [Number(0)] if abs(value) <= small else []
            guesses += [constant] if constant and self.is_new(constant, value) else []
            for guess in guesses:
                known = [*map(Number, free[:index]), guess, *map(Number, free[index + 1 :])]
                replaced = simplify(with_numbers(expression, iter(known)))
                if accuracy > NOISY:
                    replaced = simplify(refit(replaced, self.values, self.target))
                yield replaced
