"""The simplest form keeps the values, is its own simplest form, and is what a person would write."""

import re
import time

import numpy as np
import pytest
from expression_strategies import assert_same_function, expressions
from hypothesis import assume, given
from hypothesis import strategies as st

from kan_numpy.algebra import simplest_form
from kan_numpy.algebra.constants import complexity
from kan_numpy.algebra.expressions import evaluate
from kan_numpy.algebra.identities import IDENTITIES
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text
from kan_numpy.algebra.simplest_form import simplest
from kan_numpy.algebra.simplify import simplify
from kan_numpy.algebra.traversal import variables, walk

LEFT = [line.split(" = ")[0].strip() for line in IDENTITIES.strip().splitlines()]
ARGUMENTS = ["x", "2*x", "x/2 + y", "log(x)", "x*y", "3*x - 1", "softplus(y)", "sqrt(y)", "y**x"]
SURROUNDINGS = ["{}", "2*({}) + x", "y*({})**2", "exp({})", "log({})", "1/({})", "x - ({})/3"]

composed = st.builds(
    lambda outer, left, u, v: parse(outer.format(left.replace("u", f"({u})").replace("v", f"({v})"))),
    st.sampled_from(SURROUNDINGS),
    st.sampled_from(LEFT),
    st.sampled_from(ARGUMENTS),
    st.sampled_from(ARGUMENTS),
)  # fmt: skip
anything = st.one_of(expressions, composed)


@given(anything)
def test_it_keeps_the_values(expression):
    assert_same_function(expression, simplest(expression), factor=1e4)


@given(anything)
def test_it_is_its_own_simplest_form(expression):
    once = simplest(expression)
    assert text(simplest(once)) == text(once)
    assert text(simplify(once)) == text(once)


@given(anything)
def test_it_is_no_longer_than_the_normal_form(expression):
    assert complexity(simplest(expression)) <= complexity(simplify(expression))


@given(anything)
def test_its_text_is_read_back(expression):
    form = simplest(expression)
    constants = [evaluate(node, {}) for node in walk(form) if not variables(node)]
    assume(np.isfinite(constants).all())  # 1/0 is refused.
    assert_same_function(form, parse(text(form)))
