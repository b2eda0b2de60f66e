"""The canonical form keeps the values, and is what its table says."""

import pytest
from expression_strategies import FORMS, assert_same_function, expressions
from hypothesis import given

from kan_numpy.algebra.canonical_form import canonicalize
from kan_numpy.algebra.parsing import parse
from kan_numpy.algebra.printing import text


@given(expressions)
def test_normal_forms_keep_the_values(expression):
    assert_same_function(expression, canonicalize(expression), factor=1e4)


@pytest.mark.parametrize(("written", "expected"), FORMS)
def test_normal_forms(written, expected):
    assert text(canonicalize(parse(written), 1e-9)) == expected
