"""The canonical form keeps the values, and is what its table says."""

import re

import numpy as np
import pytest
from expression_strategies import FORMS, assert_same_function, expressions
from hypothesis import given

from kan_numpy.algebra import canonical_form
from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.expressions import evaluate
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text


@given(expressions)
def test_normal_forms_keep_the_values(expression):
    assert_same_function(expression, canonicalize(expression), factor=1e4)


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_normal_forms(written, expected):
    assert text(canonicalize(parse(written), 1e-9)) == expected


RULES = re.findall(r"^`(\w+)` +(\S.*?)  +(\S.*)$", canonical_form.__doc__, re.MULTILINE)


@pytest.mark.parametrize(("rule", "written", "expected"), RULES)
def test_the_rules_do_what_their_table_says(rule, written, expected):
    assert callable(getattr(canonical_form, rule))
    expression = parse(written)
    assert text(canonicalize(expression)) == expected != text(expression)
    values = {name: np.linspace(0.2, 0.9, 20) for name in "xy"}
    np.testing.assert_allclose(
        evaluate(parse(expected), values), evaluate(expression, values), rtol=1e-13
    )


def test_every_rule_is_in_the_table():
    functions = {canonical_form.join_exponentials, canonical_form.extract_factors}
    functions |= {canonical_form.mirror, *canonical_form.RULES.values()}
    assert {function.__name__ for function in functions} == {rule for rule, *_ in RULES}
