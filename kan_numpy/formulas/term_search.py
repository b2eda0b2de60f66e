r"""The functions of one variable that span given signals, from products of compositions.

Signals Q (n, R) at points x (n,), such as a factor of a separated function, are to be linear
combinations of powers of x and of terms, which are products of compositions with numbers theta:

.. math:: Q \approx \sum_{p \le P} x^p c_p^T + \sum_k T_k(x; \theta_k)\, C_k, \qquad
          T(x; \theta) = \prod_m f_m(a_m h_m(s_m x + t_m) + b_m)

On a mesh of theta, the share of Q that is left is known for every form of a term at once. The most
promising are fitted by variable projection for a few steps, the best of them to convergence. Larger
forms come later: polynomials, single compositions, multiples of those, products and sums of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from kan_numpy._arrays import Array
from kan_numpy._deadline import NEVER, Deadline
from kan_numpy.algebra.expressions import Call, Expression, Number, Variable
from kan_numpy.algebra.simplify import add, call, multiply, power
from kan_numpy.algebra.traversal import as_multiple, factors_of, terms_of
from kan_numpy.formulas.network_to_expression import affine
from kan_numpy.functions.composition_mesh import HUMAN, mesh
from kan_numpy.functions.compositions import IDENTITY, SIN, Composition, Term, products
from kan_numpy.functions.symbols import SYMBOLS
from kan_numpy.optimizers.variable_projection import variable_projection

__all__ = ["ALONE", "DEGREES", "FINALISTS", "FIRST_STEPS", "FIT_POINTS", "KINDS", "MESH_POINTS"]
__all__ += ["RIDGE", "STEPS", "TELLING", "TRIED", "WEIGHT", "Left", "Starts", "TermSet"]
__all__ += ["term_sets", "with_phases"]

SQUARE, COS = SYMBOLS["x^2"], SYMBOLS["cos"]
INNER = [SYMBOLS[name] for name in ("x", "x^2", "x^3", "1/x", "sqrt", "exp", "log")]
COMMON = ["sin", "exp", "log", "sqrt", "1/x", "1/sqrt(x)", "1/x^2"]
COMMON += ["tanh", "gaussian", "1/(1+x^2)", "arctan"]
RARE = ["x^1.5", "arcsin", "tan", "arctanh", "erf", "arcsinh", "softplus", "J0", "sinh", "cosh"]
SIMPLE = [Composition(SYMBOLS[f], h) for h in INNER[:5] for f in COMMON]
OTHERS = [Composition(SYMBOLS[f], h) for h in INNER[:5] for f in RARE]
OTHERS += [Composition(SYMBOLS[f], h) for h in INNER[5:] for f in (*COMMON, *RARE)]
"""The forms of single compositions; only the simple ones are combined with others."""

MULTIPLIERS = [(name, 1.0) for name in ("x", "x^2", "x^3", "1/x", "1/x^2", "sqrt")]
MULTIPLIERS += [("exp", a) for a in (*HUMAN[:4], *-HUMAN[:4])]
"""What a composition is multiplied by."""

MESH_POINTS, FIT_POINTS = 60, 120
"""The number of points of the mesh search, and of the fits."""

TRIED, FIRST_STEPS, FINALISTS, STEPS = 60, 6, 12, 60
"""So many combined forms are fitted for a few steps, and the best to convergence."""

TELLING = 1e-8
"""What leaves so little of the signals is no approximation, and others need not be tried."""

DEGREES, ALONE = (0, 3), 4
"""The degrees P of the powers beside terms, and the highest without terms."""

WEIGHT = 0.3
"""How many orders of magnitude in the error one unit of size is worth."""

RIDGE = 1e-10
"""Functions closer to dependent than this are not told apart by the mesh."""


class TermSet(NamedTuple):
    """Powers of x and terms, and the share of the signals that they leave."""

    degree: int  # P
    terms: tuple[Term, ...]
    error: float = np.inf

    @property
    def size(self) -> int:
        """The complexity of the symbols and the number of free numbers."""
        symbols = [s for term in self.terms for form in term.factors for s in form]
        complexity = sum(symbol.complexity for symbol in symbols if symbol is not IDENTITY)
        return complexity + sum(int(term.free.sum()) for term in self.terms)

    def columns(self, x: Array) -> Array:
        """Return the functions (n, T) at x (n,), NaN where a term is not defined."""
        if not all(term.defined(x) for term in self.terms):
            return np.full((len(x), 1), np.nan)
        powers = x[:, None] ** np.arange(self.degree + 1.0)
        return np.column_stack([powers, *(term(x).T for term in self.terms)])

    def slopes(self, x: Array) -> Array:
        """Return the derivatives (P, n, T) of the functions by the free numbers."""
        sizes = [(int(term.free.sum()), term.size) for term in self.terms]
        P, K = np.sum(sizes, axis=0)
        row, column = 0, self.degree + 1
        result = np.zeros((P, len(x), column + K))
        for term, (p, k) in zip(self.terms, sizes, strict=True):
            own = np.swapaxes(term.slopes(x), 1, 2)  # (p, n, k)
            result[row : row + p, :, column : column + k] = own
            row, column = row + p, column + k
        return result

    def fitted(self, x: Array, Q: Array, steps: int) -> TermSet:
        """Return the set with its numbers fitted to the signals Q (n, R) at x (n,)."""
        stops = np.cumsum([int(term.free.sum()) for term in self.terms])[:-1]

        def at(theta: Array) -> TermSet:
            pairs = zip(self.terms, np.split(theta, stops), strict=False)
            return TermSet(self.degree, tuple(term.with_free(v) for term, v in pairs))

        start = np.concatenate([np.zeros(0), *(term.numbers[term.free] for term in self.terms)])
        theta, error = variable_projection(
            lambda theta: at(theta).columns(x), lambda theta: at(theta).slopes(x), Q, start, steps
        )
        return at(theta)._replace(error=error)

    def rank(self, enough: float) -> float:
        """Return the order of magnitude of the error, or of one that is enough, and the size."""
        return float(np.log10(max(self.error, enough))) + WEIGHT * self.size

    def expressions(self, name: str) -> list[Expression]:
        """Return the functions as expressions, T of them."""
        x = Variable(name)
        powers = [power(x, Number(p)) for p in range(self.degree + 1)]
        return [*powers, *(each for term in self.terms for each in _expressions(term, x))]


def _expressions(term: Term, x: Expression) -> list[Expression]:
    """Return the functions of a term as expressions; phases of sines are left out."""
    result: list[Expression] = [Number(1)]
    for (f, h), (a, b, s, t) in zip(term.factors, term.numbers.tolist(), strict=True):
        u = affine(a, call(h, affine(s, x, t)), b)
        if f is SIN and h is SQUARE:  # a (x + t)^2 = a x^2 + 2 a t x + constant
            u = add([affine(a, call(h, x), 0.0), affine(2.0 * a * t, x, 0.0)])
        own = [call(f, u), call(COS, u)] if f is SIN else [call(f, u)]
        result = [multiply([one, other]) for one in result for other in own]
    return result


def with_phases(expression: Expression) -> Expression:
    r"""Replace pairs of terms by :math:`A \sin u + B \cos u = C \sin(u + p)`, C^2 = A^2 + B^2."""
    seen: dict[tuple[Expression, Expression], tuple[Expression, Expression]] = {}
    for term in terms_of(expression):
        coefficient, rest = as_multiple(term)
        for wave in factors_of(rest):
            if isinstance(wave, Call) and wave.function in (SIN, COS):
                others = multiply([power(wave, Number(-1)), rest])
                before, number = seen.setdefault((wave.argument, others), (term, coefficient))
                if before is not term:
                    A, B = coefficient.value, number.value
                    A, B = (A, B) if wave.function is SIN else (B, A)
                    one = call(SIN, add([wave.argument, Number(np.arctan2(B, A))]))
                    left = [each for each in terms_of(expression) if each not in (before, term)]
                    return with_phases(
                        add([*left, multiply([Number(np.hypot(A, B)), one, others])])
                    )
    return expression


def term_sets(
    x: Array, Q: Array, enough: float, deadline: Deadline = NEVER, kinds: int = 3
) -> list[TermSet]:
    """Return sets that leave less than a share of the signals Q (n, R) at x (n,), smallest first.

    The search ends with the first of so many ``kinds`` of forms that gives any.
    """
    points, signals = _spread(x, Q, FIT_POINTS)
    for degree in range(ALONE + 1):
        alone = TermSet(degree, ()).fitted(points, signals, 0)
        if alone.error <= enough:
            return [alone]
    start = Starts(*_spread(x, Q, MESH_POINTS))
    for kind in KINDS[:kinds]:
        for degree in DEGREES:
            first = []
            for terms in kind(start, Left(start.x, start.Q, degree)):
                deadline.check()
                first.append(TermSet(degree, terms).fitted(points, signals, FIRST_STEPS))
                if first[-1].error <= enough <= TELLING and kind is not KINDS[-1]:
                    return first[-1:]  # of pairs, there may be smaller ones
            first.sort(key=lambda each: each.rank(enough))
            found = [each.fitted(points, signals, STEPS) for each in first[:FINALISTS]]
            good = [each for each in found if each.error <= enough]
            if good:
                return sorted(good, key=lambda each: each.size)
    return []


def _spread(x: Array, Q: Array, most: int) -> tuple[Array, Array]:
    """Return at most so many of the points, evenly spaced in the order of x, ends included."""
    order = np.argsort(x, kind="stable")
    rows = order[np.linspace(0, len(x) - 1, min(most, len(x))).round().astype(int)]
    return x[rows], Q[rows]


Meshed = tuple[Composition, Array, Array]  # a form, numbers (M, 4), and functions (M, K, n)
Ranked = list[tuple[float, tuple[Term, ...]]]  # what terms leave


class Starts:
    """Terms with numbers from a mesh, and the shares that they leave of Q (n, R) at x (n,)."""

    def __init__(self, x: Array, Q: Array) -> None:
        self.x, self.Q = x, Q
        self.simple = [(f, v, f(x, v)) for f in SIMPLE if len(v := mesh(f, x))]
        self.others = [(f, v, f(x, v)) for f in OTHERS if len(v := mesh(f, x))]

    @cached_property
    def coarse(self) -> list[tuple[int, Term]]:
        """Simple forms with few numbers, and the indices of the forms."""
        rows = [(m, f, v) for m, f in enumerate(SIMPLE) for v in mesh(f, self.x, few=True)]
        terms = [(m, Term((form,), numbers[None])) for m, form, numbers in rows]
        return [(m, term) for m, term in terms if np.isfinite(term(self.x)).all()]

    def one(self, left: Left) -> Iterator[tuple[Term, ...]]:
        """Yield single compositions, the most promising first."""
        yield from _in_order(self._multiplied(left, [*self.simple, *self.others]))

    def times(self, left: Left) -> Iterator[tuple[Term, ...]]:
        """Yield compositions times a power or an exponential."""
        ranked: Ranked = []
        for name, a in MULTIPLIERS:
            first = Term((Composition(SYMBOLS[name], IDENTITY),), np.array([[a, 0.0, 1.0, 0.0]]))
            if first.defined(self.x):
                ranked += self._multiplied(left, self.simple, first)
        yield from _in_order(ranked, TRIED)

    def pairs(self, left: Left) -> Iterator[tuple[Term, ...]]:
        """Yield products of two, and sums of two."""
        functions = np.zeros((len(self.coarse), 2, len(self.x)))  # the second may be zero
        for row, (_, term) in zip(functions, self.coarse, strict=True):
            row[: term.size] = term(self.x)
        shares = left.of_products(functions), left.of_sums(functions)
        yield from _in_order(self._two(shares[0], lambda *terms: (_product(*terms),)), TRIED)
        yield from _in_order(self._two(shares[1], lambda *terms: terms), TRIED)

    def _multiplied(self, left: Left, forms: list[Meshed], first: Term | None = None) -> Ranked:
        """Return each form with its best numbers, times a term if there is one."""
        ranked: Ranked = []
        for form, numbers, functions in forms:
            share = left(functions if first is None else products([functions, first(self.x)]))
            best = int(np.argmin(share))
            term = Term((form,), numbers[best][None])
            ranked.append((float(share[best]), (term if first is None else _product(first, term),)))
        return ranked

    def _two(
        self, shares: Iterator[Array], join: Callable[[Term, Term], tuple[Term, ...]]
    ) -> Ranked:
        """Return each pair of simple forms with its best numbers."""
        best: dict[tuple[int, int], tuple[float, int, int]] = {}
        for i, share in enumerate(shares):
            forms = [m for m, _ in self.coarse[i:]]
            for j in np.argsort(-share):  # the last of each form is its best
                key = self.coarse[i][0], forms[j]
                if share[j] < best.get(key, (np.inf,))[0]:
                    best[key] = float(share[j]), i, i + int(j)
        return [
            (share, join(self.coarse[i][1], self.coarse[j][1])) for share, i, j in best.values()
        ]


class Left:
    """The share of signals Q (n, R) that is left by powers of x (n,) and more functions."""

    def __init__(self, x: Array, Q: Array, degree: int) -> None:
        self.base, _ = np.linalg.qr(x[:, None] ** np.arange(degree + 1.0))  # (n, P + 1)
        self.Q = Q - self.base @ (self.base.T @ Q)

    def __call__(self, F: Array) -> Array:
        """Return the share (...) that functions (..., K, n) leave, 1 if they are undefined."""
        F = self._beside_powers(F)
        with np.errstate(all="ignore"):
            return self._share(F @ np.swapaxes(F, -1, -2), F @ self.Q)

    def of_products(self, F: Array) -> Iterator[Array]:
        """Yield the shares that the products of F_i and F_j (I, K, n) leave, j from i on."""
        for i in range(len(F)):
            yield self(products([F[i], F[i:]]))

    def of_sums(self, F: Array) -> Iterator[Array]:
        """Yield the shares that F_i and F_j (I, K, n) leave together, j from i on."""
        F = self._beside_powers(F)
        G = np.einsum("ikn,jln->ijkl", F, F, optimize=True)
        R, own = F @ self.Q, F @ np.swapaxes(F, -1, -2)
        for i in range(len(F)):
            first, cross = np.broadcast_to(own[i], own[i:].shape), G[i, i:]
            rows = [[first, cross], [np.swapaxes(cross, -1, -2), own[i:]]]
            both = [np.broadcast_to(R[i], R[i:].shape), R[i:]]
            yield self._share(np.block(rows), np.concatenate(both, axis=-2))

    def _beside_powers(self, F: Array) -> Array:
        """Return functions (..., K, n) without their projection on the powers, of unit size."""
        with np.errstate(all="ignore"):
            F = F - (F @ self.base) @ self.base.T
            size = np.sqrt(np.einsum("...n,...n->...", F, F))[..., None]
            return F / np.where(size > 0.0, size, 1.0)

    def _share(self, G: Array, R: Array) -> Array:
        """Return the shares (...) from the products of functions (..., K, K), and with Q."""
        told = np.isfinite(np.concatenate([G, R], axis=-1)).all(axis=(-1, -2), keepdims=True)
        G = np.where(told, G, 0.0) + RIDGE * np.eye(G.shape[-1])
        R = np.where(told, R, 0.0)
        explained = np.einsum("...kr,...kr->...", R, np.linalg.solve(G, R))
        return 1.0 - explained / np.sum(self.Q**2)


def _product(one: Term, other: Term) -> Term:
    """Return the product of two terms."""
    return Term(one.factors + other.factors, np.concatenate([one.numbers, other.numbers]))


def _in_order(ranked: Ranked, most: int | None = None) -> Iterator[tuple[Term, ...]]:
    """Yield the terms in the order of what they leave, at most so many."""
    for _, terms in sorted(ranked, key=lambda pair: max(pair[0], 10.0 * RIDGE))[:most]:
        yield terms


KINDS = (Starts.one, Starts.times, Starts.pairs)
"""The kinds of forms, in the order of their size."""
