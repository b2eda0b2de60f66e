"""The lessons' data: values worked out by hand, seeds that reproduce, knots as documented."""

import math
import random
from importlib import resources

import numpy as np
import pytest

from kan_numpy.datasets.hyperbolic_knots import load_knots, signature_from_slope
from kan_numpy.datasets.moons import two_moons
from kan_numpy.datasets.preprocessing import split
from kan_numpy.datasets.toy_functions import TOY_FUNCTIONS, toy
from kan_numpy.functions.scaling import Scaler

E = math.e
ROOT = math.sqrt(0.5)


def fifty_ones() -> list[float]:
    return [1.0] * 50 + [0.0] * 50


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        ("bessel", [0.0], 1.0),
        ("bessel", [2.404825557695773 / 20], 0.0),  # the first zero of J0
        ("bessel", [-0.5], -0.2459357644513483),  # J0(10), Abramowitz and Stegun, table 9.1
        ("bessel", [1.0], 0.1670246643405832),  # J0(20)
        ("exp_sin", [0.5, -1.0], E**2),
        ("exp_sin", [-0.5, 0.0], 1 / E),
        ("exp_sin", [1 / 6, 0.5], E**0.75),
        ("product", [0.5, -0.25], -0.125),
        ("product", [-1.0, -1.0], 1.0),
        ("high_dimensional", [0.0] * 100, 1.0),
        ("high_dimensional", [-1.0] * 100, E),
        ("high_dimensional", [0.5] * 100, E**0.5),
        ("high_dimensional", fifty_ones(), E**0.5),
        ("high_dimensional", fifty_ones()[::-1], E**0.5),
        ("four_variables", [0.5, -0.5, 0.0, 0.0], E**0.5),
        ("four_variables", [0.0, ROOT, 0.5, 0.5], E),
        ("four_variables", [1.0, ROOT, 0.0, 0.0], E**-0.5),
        ("four_variables", [0.5, 0.0, 0.0, 0.5], E**ROOT),
    ],
)
def test_toy_functions_have_the_values_worked_out_by_hand(name, x, value):
    other = np.full(len(x), 0.3)
    got = TOY_FUNCTIONS[name]([other, x])
    assert got.shape == (2, 1)
    np.testing.assert_allclose(got[1, 0], value, rtol=1e-14, atol=1e-15)


def test_toy_functions_have_the_names_and_shapes_of_the_paper():
    assert {name: f.widths for name, f in TOY_FUNCTIONS.items()} == {
        "bessel": (1, 1),
        "exp_sin": (2, 1, 1),
        "product": (2, 2, 1),
        "high_dimensional": (100, 1, 1),
        "four_variables": (4, 4, 2, 1),
    }
    assert all(f.name == name for name, f in TOY_FUNCTIONS.items())


@pytest.mark.parametrize("name", list(TOY_FUNCTIONS))
def test_toy_draws_uniform_inputs_and_the_targets_that_belong_to_them(name):
    data, f = toy(name, n_train=3000, n_test=2000, rng=4), TOY_FUNCTIONS[name]
    n = f.widths[0]
    for x, y, size in [(data.x_train, data.y_train, 3000), (data.x_test, data.y_test, 2000)]:
        assert x.shape == (size, n)
        assert y.shape == (size, 1)
        np.testing.assert_array_equal(y, f(x))
        assert np.all(np.abs(x) <= 1.0)
        # Five standard errors of the mean (0) and of the second moment (1/3) of U[-1, 1].
        assert np.all(np.abs(x.mean(axis=0)) < 5 * math.sqrt(1 / 3 / size))
        assert np.all(np.abs((x**2).mean(axis=0) - 1 / 3) < 5 * math.sqrt(4 / 45 / size))
    assert not np.isin(data.x_test[:, 0], data.x_train[:, 0]).any()


def drawn(seed):
    """Return everything that a seed decides."""
    rows = np.arange(40.0)
    (train,), (test,) = split(rows, rng=seed)
    return [*toy("product", 20, 30, noise=0.1, rng=seed), *two_moons(20, rng=seed), train, test]


def test_a_seed_reproduces_every_bit():
    for first, second in zip(drawn(7), drawn(7), strict=True):
        np.testing.assert_array_equal(first, second)


def test_another_seed_draws_other_numbers():
    names = ["x_train", "y_train", "x_test", "y_test", "moons", "labels", "train", "test"]
    pairs = zip(names, drawn(7), drawn(8), strict=True)
    assert [name for name, a, b in pairs if np.array_equal(a, b)] == ["labels"]


def test_a_generator_goes_on_where_it_stands():
    generator = np.random.default_rng(7)
    first, second = (toy("product", 20, 30, rng=generator) for _ in range(2))
    np.testing.assert_array_equal(first.x_train, toy("product", 20, 30, rng=7).x_train)
    assert not np.array_equal(first.x_train, second.x_train)


def test_the_global_random_states_stay_as_they_were():
    def states():
        state = np.random.get_bit_generator().state
        return state["state"]["key"].tolist(), state["state"]["pos"], random.getstate()

    before = states()
    drawn(None)
    assert states() == before


@pytest.mark.parametrize("noise", [0.05, 0.5])
def test_noise_is_in_the_training_targets_only_and_of_the_stated_size(noise):
    clean, noisy = (toy("exp_sin", 20000, 500, noise=s, rng=3) for s in (0.0, noise))
    for field in ("x_train", "x_test", "y_test"):
        np.testing.assert_array_equal(getattr(clean, field), getattr(noisy, field))
    z = (noisy.y_train - clean.y_train) / clean.y_train.std()
    # A standard deviation from 20,000 samples has a relative standard error of 0.5 %.
    assert z.std() == pytest.approx(noise, rel=0.025)
    assert abs(z.mean()) < 5 * noise / math.sqrt(20000)
    assert abs(np.corrcoef(z[:, 0], clean.y_train[:, 0])[0, 1]) < 5 / math.sqrt(20000)


def test_two_moons_are_two_half_circles_of_radius_1():
    x, labels = two_moons(1001, noise=0.0, rng=5)
    upper, lower = x[labels == 0], x[labels == 1]
    assert (len(upper), len(lower)) == (501, 500)
    np.testing.assert_allclose(np.hypot(*upper.T), 1.0, rtol=1e-14)
    np.testing.assert_allclose(np.hypot(*(lower - [1.0, 0.5]).T), 1.0, rtol=1e-14)
    assert np.all(upper[:, 1] >= 0.0)
    assert np.all(lower[:, 1] <= 0.5)
    for moon, center in [(upper, 0.0), (lower, 1.0)]:  # each reaches from end to end
        assert np.ptp(moon[:, 0]) == pytest.approx(2.0, abs=1e-3)
        assert moon[:, 0].mean() == pytest.approx(center, abs=5 * ROOT / math.sqrt(500))


def test_noise_moves_both_coordinates_of_the_moons():
    clean, labels = two_moons(10000, noise=0.0, rng=5)
    noisy, same_labels = two_moons(10000, noise=0.2, rng=5)
    np.testing.assert_array_equal(labels, same_labels)
    np.testing.assert_allclose((noisy - clean).std(axis=0), 0.2, rtol=0.035)


def slope(knots):
    meridian = knots.meridian_re + 1j * knots.meridian_im
    return (knots.longitude / meridian).real


def test_knots_are_complete_and_start_with_the_figure_eight():
    knots = load_knots()
    assert len(knots.names) == len(set(knots.names)) == 12954
    assert not {"K8n3", "K10n21", "K13n4587", "K13n4639", "K13a2108"} & set(knots.names)
    crossings, counts = np.unique(knots.crossings, return_counts=True)
    assert crossings.tolist() == list(range(4, 14))
    assert counts.tolist() == [1, 1, 3, 6, 20, 48, 164, 551, 2176, 9984]
    assert all(
        name.startswith((f"K{c}a", f"K{c}n"))
        for name, c in zip(knots.names, knots.crossings, strict=True)
    )
    # The figure eight is two regular ideal tetrahedra, with a cusp of 1 by 2 sqrt(3).
    assert (knots.names[0], knots.signature[0]) == ("K4a1", 0)
    assert knots.volume[0] == pytest.approx(2.0298832128, abs=1e-10)
    assert knots.longitude[0] == pytest.approx(2 * math.sqrt(3), abs=1e-10)


def test_knots_have_the_columns_of_the_file_in_its_order():
    text = (resources.files("kan_numpy.datasets") / "data" / "knots.csv").read_text(
        encoding="utf-8"
    )
    header, *lines = text.splitlines()
    knots, columns = load_knots(), header.split(",")
    assert columns[0] == "name"
    table = knots.columns(*columns[1:])
    for at in (0, 77, 12953):
        name, *numbers = lines[at].split(",")
        assert knots.names[at] == name
        assert table[at].tolist() == [float(number) for number in numbers]


def test_the_pretzel_knot_has_its_signature_and_volume():
    knots = load_knots()
    at = knots.names.index("K12n242")
    assert knots.signature[at] == 8
    assert knots.volume[at] == pytest.approx(2.828122, abs=5e-7)
    # K5a1 is another knot of the same volume.
    assert knots.volume[knots.names.index("K5a1")] == knots.volume[at]


def test_knots_obey_the_identities_of_their_columns():
    knots = load_knots()
    assert knots.signature.dtype == knots.crossings.dtype == np.int64
    assert np.all(knots.signature % 2 == 0)
    assert (knots.signature.min(), knots.signature.max()) == (-8, 10)
    np.testing.assert_allclose(
        knots.cusp_volume, 0.5 * knots.longitude * knots.meridian_im, rtol=0, atol=2e-9
    )
    assert np.all(knots.longitude > 0.0)
    assert np.all(np.abs(knots.chern_simons) <= 0.25)


def test_894_knots_repeat_translations_and_signature_of_another():
    knots = load_knots()
    translations = knots.columns("meridian_re", "meridian_im", "longitude")
    with_signature = np.column_stack([translations, knots.signature])
    assert 12954 - len(np.unique(translations, axis=0)) == 894
    assert 12954 - len(np.unique(with_signature, axis=0)) == 894


def test_the_known_law_is_as_good_as_documented():
    knots = load_knots()
    guess = signature_from_slope(knots.meridian_re, knots.meridian_im, knots.longitude)
    assert np.mean(guess == knots.signature) == pytest.approx(0.738, abs=0.001)
    assert np.corrcoef(knots.signature, slope(knots))[0, 1] == pytest.approx(-0.971, abs=5e-4)


def test_knot_columns_are_floats_side_by_side_and_leave_the_table_alone():
    knots = load_knots()
    features = knots.columns("longitude", "signature")
    assert features.dtype == np.float64
    assert features.shape == (12954, 2)
    np.testing.assert_array_equal(features[:, 0], knots.longitude)
    np.testing.assert_array_equal(features[:, 1], knots.signature)
    features += 1.0
    np.testing.assert_array_equal(features[:, 1], knots.signature + 1.0)
    with pytest.raises(ValueError, match="read-only"):
        knots.longitude[0] = 1.0


@pytest.mark.parametrize(
    ("meridian", "longitude", "signature"),
    [
        (1.0, 3.9, -2),  # -1.95
        (-1.0, 10.5, 6),  # 5.25
        (1.0 + 1.0j, 16.0, -4),  # slope 16 / 2
        (1.0 - 1.0j, 16.0, -4),
        (1.0j, 5.0, 0),
        (1.0, 1.9, 0),  # -0.95 is nearer to 0 than to -2
        (1.0, 2.1, -2),  # -1.05 is not
        (1.0, 2.0, 0),  # halfway: the multiple of 4
        (1.0, 6.0, -4),
    ],
)
def test_the_rule_rounds_minus_half_the_slope_to_an_even_number(meridian, longitude, signature):
    assert signature_from_slope(meridian.real, meridian.imag, longitude) == signature
    column = signature_from_slope([[meridian.real]], [[meridian.imag]], [[longitude]])
    assert column.tolist() == [[signature]]
    assert column.dtype == np.int64


def test_split_keeps_every_row_once_and_rows_together():
    x = np.arange(60.0).reshape(20, 3)
    labels = np.arange(20)
    names = [f"K{i}" for i in labels]
    (x_train, l_train, n_train), (x_test, l_test, n_test) = split(x, labels, names, test_share=0.3)
    assert (len(x_train), len(x_test)) == (14, 6)
    assert sorted([*l_train, *l_test]) == list(range(20))
    assert l_train.tolist() != sorted(l_train)
    for part, part_labels, part_names in [(x_train, l_train, n_train), (x_test, l_test, n_test)]:
        np.testing.assert_array_equal(part, x[part_labels])
        assert part_names.tolist() == [f"K{i}" for i in part_labels]
    assert l_train.dtype == labels.dtype
    x_train[:] = -1.0
    assert x.min() == 0.0


@pytest.mark.parametrize(("share", "n_test"), [(0.2, 2), (0.5, 5), (0.94, 9), (0.06, 1)])
def test_split_rounds_the_test_share(share, n_test):
    (train,), (test,) = split(np.arange(10), test_share=share)
    assert (len(train), len(test)) == (10 - n_test, n_test)


def test_scaler_gives_mean_0_and_standard_deviation_1():
    x = np.random.default_rng(0).normal([0.0, 1e3, -2.0], [1.0, 50.0, 1e-6], (500, 3))
    z = Scaler.fit(x)(x)
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(z.std(axis=0), 1.0, rtol=1e-9)


def test_scaler_uses_what_it_was_fitted_on():
    scaler = Scaler.fit([[1.0, 10.0], [3.0, 50.0]])
    assert scaler.center.tolist() == [2.0, 30.0]
    assert scaler.scale.tolist() == [1.0, 20.0]
    assert scaler([[4.0, 0.0]]).tolist() == [[2.0, -1.5]]
    assert scaler.inverse([[2.0, -1.5]]).tolist() == [[4.0, 0.0]]


@pytest.mark.parametrize("value", [0.1, 0.0, -7e5])
def test_a_constant_column_gets_scale_1(value):
    x = np.column_stack([np.full(7, value), np.arange(7.0)])
    scaler = Scaler.fit(x)
    assert scaler.scale.tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(scaler(x)[:, 0], 0.0)
    np.testing.assert_array_equal(scaler.inverse(scaler(x))[:, 0], value)
    assert scaler([[value + 2.0, 3.0]])[0].tolist() == pytest.approx([2.0, 0.0], abs=1e-9)


@pytest.mark.parametrize("squash", [False, True])
def test_scaler_round_trip(squash):
    knots = load_knots()
    x = knots.columns("volume", "meridian_re", "longitude")
    scaler = Scaler.fit(x, squash=squash)
    np.testing.assert_allclose(scaler.inverse(scaler(x)), x, rtol=0, atol=1e-10)


def test_squashing_takes_the_tanh_and_never_leaves_the_grid():
    scaler = Scaler([5.0], [2.0], squash=True)
    z = scaler([[5.0], [7.0], [3.0], [1e12], [-1e12]])[:, 0]
    np.testing.assert_allclose(z[:3], [0.0, 0.7615941559557649, -0.7615941559557649], rtol=1e-15)
    assert z[3:].tolist() == [1.0, -1.0]


def test_scaler_copies_its_numbers_and_locks_them():
    center = np.zeros(2)
    scaler = Scaler(center, np.ones(2))
    center[0] = 9.0
    assert scaler.center.tolist() == [0.0, 0.0]
    for values in (scaler.center, scaler.scale):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


NAN = float("nan")
ROWS = np.zeros((10, 2))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: toy("besel"), r"name must be one of bessel, .*four_variables, but is 'besel'"),
        (lambda: toy("product", n_train=0), "n_train must be at least 1, but is 0"),
        (lambda: toy("product", n_test=-5), "n_test must be at least 1, but is -5"),
        (lambda: toy("product", noise=-0.1), r"noise must lie in \[0, inf\], but is -0.1"),
        (lambda: toy("product", noise=NAN), "noise must be finite"),
        (lambda: toy("product", rng=-1), "rng must be a seed of at least 0"),
        (lambda: TOY_FUNCTIONS["product"](ROWS[:, :1]), r"x must have shape \(N, 2\)"),
        (lambda: TOY_FUNCTIONS["bessel"]([0.0, 1.0]), r"a single column is x\[:, None\]"),
        (lambda: TOY_FUNCTIONS["bessel"]([[0.0], [NAN]]), r"x must be finite, but x\[1, 0\]"),
        (lambda: two_moons(1), "n must be at least 2, but is 1"),
        (lambda: two_moons(noise=-1.0), r"noise must lie in \[0, inf\], but is -1.0"),
        (lambda: two_moons(rng=-1), "rng must be a seed of at least 0"),
        (lambda: load_knots().columns("volum"), "names must be one of crossings, signature"),
        (lambda: load_knots().columns("names"), "names must be one of .*, but is 'names'"),
        (lambda: load_knots().columns(), "names is empty; there are crossings, signature, vol"),
        (
            lambda: signature_from_slope([0.5, 0.0], [1.0, 0.0], [1.0, 1.0]),
            "meridian_re and meridian_im must not both be 0",
        ),
        (
            lambda: signature_from_slope([0.5, 0.0], [1.0], [1.0, 1.0]),
            r"meridian_im must have shape \(2,\), but has shape \(1,\)",
        ),
        (
            lambda: signature_from_slope([0.5], [1.0], 1.0),
            r"longitude must have shape \(1,\), but has shape \(\)",
        ),
        (lambda: signature_from_slope([0.5], [1.0], [NAN]), "longitude must be finite"),
        (split, "arrays must share .* shapes are none at all"),
        (lambda: split(ROWS, ROWS[1:]), r"their number of rows.* \(10, 2\), \(9, 2\)"),
        (lambda: split(ROWS, 3.0), r"their number of rows.* \(10, 2\), \(\)"),
        (lambda: split(3.0), "test_share must leave rows for both, but 0.2 of 0 rows is 0"),
        (lambda: split(ROWS, test_share=0.04), "test_share must leave .* 0.04 of 10 rows is 0"),
        (lambda: split(ROWS, test_share=1.0), "test_share must leave .* 1 of 10 rows is 10"),
        (lambda: split(ROWS, test_share=20), r"test_share must lie in \[0, 1\], but is 20"),
        (lambda: split(ROWS, rng=-1), "rng must be a seed of at least 0"),
        (lambda: Scaler.fit([1.0, 2.0]), r"x must have shape \(N, n\)"),
        (lambda: Scaler.fit([[1.0], [NAN]]), r"x must be finite, but x\[1, 0\] is nan"),
        (lambda: Scaler.fit(np.zeros((0, 2))), "x is empty"),
        (lambda: Scaler([0.0, 0.0], [1.0]), r"scale must have shape \(2,\)"),
        (lambda: Scaler([0.0, 0.0], [1.0, 0.0]), "scale must be positive, .* entry is 0"),
        (lambda: Scaler.fit(ROWS)(ROWS[:, :1]), r"x must have shape \(N, 2\)"),
        (lambda: Scaler.fit(ROWS)([[0.0, NAN]]), r"x must be finite, but x\[0, 1\] is nan"),
        (lambda: Scaler.fit(ROWS).inverse(ROWS[0]), r"z must have shape \(N, 2\)"),
        (
            lambda: Scaler.fit(ROWS, squash=True).inverse([[0.0, -1.0]]),
            "z must lie between -1 and 1, ends excluded",
        ),
    ],
)
def test_bad_values_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: toy("product", n_train=10.0), "n_train must be a whole number, but is 10.0"),
        (lambda: two_moons("many"), "n must be a whole number, but is 'many'"),
        (lambda: TOY_FUNCTIONS["bessel"]([[1.0 + 1.0j]]), "x must hold real numbers"),
        (lambda: Scaler.fit([["a"]]), "x must hold real numbers"),
        (lambda: toy("product", rng="seed"), "rng must be a seed"),
    ],
)
def test_values_of_another_kind_are_refused_with_a_reason(call, message):
    with pytest.raises(TypeError, match=message):
        call()
