"""Products of gradients, over the pairs that are asked for: planted bugs are caught."""

import numpy as np
import pytest
from jet_checks import the_backward_pass, the_backward_pass_exactly, the_derivatives
from planting import Bug, assert_caught

from kan_numpy.derivatives.jet import Pairs, as_pairs, seed

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


@pytest.mark.parametrize(
    ("pairs", "gradient", "orders"),
    [([], False, []), ([], True, [1]), ([(0, 0)], True, [1, 2]), (None, True, [1, 2])],
)
@pytest.mark.parametrize("n_in", [1, 2])
def test_the_jet_of_an_input_is_1_in_its_own_direction_and_asks_for_what_is_wanted(
    pairs, gradient, orders, n_in
):
    x = np.arange(3.0 * n_in).reshape(3, n_in)
    jet = seed(x, as_pairs(pairs, n_in), gradient)
    assert list(jet.orders) == orders
    assert jet.value is x
    assert jet.gradient.tolist() == [np.eye(n_in).tolist() if gradient else [[]] * n_in] * 3
    assert jet.second.shape == (3, n_in, n_in if pairs is None else len(pairs))
    assert not jet.second.any()


def test_pairs_name_inputs_that_exist():
    assert [index.tolist() for index in as_pairs([(0, 1), (1, 1)], 2)] == [[0, 1], [1, 1]]
    assert [index.tolist() for index in as_pairs(None, 3)] == [[0, 1, 2]] * 2
    for pairs in ([(0, 2)], [(2, 0)]):
        with pytest.raises(ValueError, match="pairs must name inputs from 0 to 1"):
            as_pairs(pairs, 2)
    with pytest.raises(ValueError, match="pairs must be a list of pairs"):
        as_pairs([(0, 1, 2)], 3)
