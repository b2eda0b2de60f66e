"""Hyperbolic knots: the table is complete, and the known law is as good as documented."""

import math
from importlib import resources

import numpy as np
import pytest

from kan_numpy.datasets.hyperbolic_knots import load_knots, signature_from_slope


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


NAN = float("nan")


@pytest.mark.parametrize(
    ("call", "message"),
    [
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
        (
            lambda: signature_from_slope([0.5], [0.0], [1e99]),
            "longitude must be at most 10000000 m",
        ),
        (lambda: signature_from_slope([1e-320], [0.0], [1e99]), "longitude must be at most"),
    ],
)
def test_bad_values_are_refused_with_a_reason(call, message):
    with pytest.raises(ValueError, match=message):
        call()
