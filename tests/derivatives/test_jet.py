"""Products of gradients, over the pairs that are asked for: planted bugs are caught."""

import pytest
from jet_checks import the_backward_pass, the_backward_pass_exactly, the_derivatives
from planting import Bug, assert_caught

from kan_numpy.derivatives.jet import Pairs

BUGS = [
    Bug(
        "the products of the gradient take the same input twice",
        Pairs, "products",
        "gradient[:, :, self.b]", "gradient[:, :, self.a]",
        the_derivatives,
    ),
    Bug(
        "in the backward pass a product hands its gradient to one factor only",
        Pairs, "backward",
        "dg[:, :, b] +=", "dg[:, :, b] += 0.0 *",
        the_backward_pass,
    ),
    Bug(
        "in the backward pass a product hands its gradient to the wrong factor",
        Pairs, "backward",
        "dg[:, :, a] += dp[:, :, q] * gradient[:, :, b]",
        "dg[:, :, a] += dp[:, :, q] * gradient[:, :, a]",
        the_backward_pass_exactly,
    ),
]  # fmt: skip


@pytest.mark.gradient
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(monkeypatch, bug):
    assert_caught(monkeypatch, bug)
