"""Files hold networks bit for bit, and nothing else is ever let in."""

import copy
import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from checks import same
from hypothesis import given
from hypothesis import strategies as st

from kan_numpy import KAN
from kan_numpy.networks.npz import save_arrays


def test_a_network_is_saved_under_exactly_its_name(tmp_path):
    KAN([2, 1], rng=0).save(tmp_path / "my network")
    KAN([2, 1], rng=1).save(str(tmp_path / "my network"))  # and replaces what was there
    assert [path.name for path in tmp_path.iterdir()] == ["my network"]
    assert same(KAN.load(tmp_path / "my network"), KAN([2, 1], rng=1))


@pytest.mark.parametrize("number", [1, 3, "2", None])
def test_a_file_of_another_format_is_refused(tmp_path, number):
    path = tmp_path / "net.npz"
    KAN([2, 1], rng=0).save(path)
    with np.load(path) as file:
        arrays = dict(file)
    meta = json.loads(str(arrays.pop("meta")))
    assert meta["format"] == 2
    np.savez(path, meta=np.array(json.dumps({**meta, "format": number})), **arrays)
    with pytest.raises(ValueError, match="not a file that kan_numpy saved"):
        KAN.load(path)


class CreatesAFile:
    """What a malicious pickle looks like: unpickling it writes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["meta", "0.coef"])
def test_a_malicious_file_is_refused_without_executing_anything(tmp_path, name):
    harm, path = tmp_path / "harm", tmp_path / "net.npz"
    evil = np.array([CreatesAFile(harm)], dtype=object)
    KAN([2, 1], rng=0).save(path)
    with np.load(path) as file:
        arrays = {**file, name: evil}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r"net\.npz' is not a file that kan_numpy saved"):
        KAN.load(path)
    path.write_bytes(pickle.dumps(CreatesAFile(harm)))
    with pytest.raises(ValueError, match=r"net\.npz' is not a file that kan_numpy saved"):
        KAN.load(path)
    assert not harm.exists()
    pickle.loads(path.read_bytes())  # the harm is real
    assert harm.exists()


def write_nothing(path):
    path.write_bytes(b"")


def write_text(path):
    path.write_text("a network, honestly")


def write_one_array(path):
    with path.open("wb") as file:
        np.save(file, np.ones(3))


def write_other_arrays(path):
    np.savez(path, coef=np.ones(3))


def write_half(path):
    KAN([2, 1], rng=0).save(path)
    path.write_bytes(path.read_bytes()[:500])


def write_another_byte(path, record, offset, value):
    """Change one byte in the last record of a kind, as the zip format numbers them."""
    KAN([2, 1], rng=0).save(path)
    content = bytearray(path.read_bytes())
    content[content.rfind(record) + offset] = value
    path.write_bytes(content)


def write_as_if_encrypted(path):
    write_another_byte(path, b"PK\x01\x02", 8, 1)


def write_as_if_compressed_in_an_unknown_way(path):
    write_another_byte(path, b"PK\x01\x02", 10, 99)


def write_as_if_the_arrays_began_before_the_file(path):
    write_another_byte(path, b"PK\x05\x06", 18, 99)


def write_a_promise_of_an_array_larger_than_any_memory(path):
    header = io.BytesIO()
    described = {"descr": "<f8", "fortran_order": False, "shape": (10**15,)}
    np.lib.format.write_array_header_1_0(header, described)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("meta.npy", header.getvalue())


@pytest.mark.parametrize(
    "write",
    [
        write_nothing,
        write_text,
        write_one_array,
        write_other_arrays,
        write_half,
        write_as_if_encrypted,
        write_as_if_compressed_in_an_unknown_way,
        write_as_if_the_arrays_began_before_the_file,
        write_a_promise_of_an_array_larger_than_any_memory,
    ],
)
def test_a_file_that_holds_no_network_is_refused(tmp_path, write):
    write(tmp_path / "net.npz")
    with pytest.raises(ValueError, match=r"net\.npz' is not a file that kan_numpy saved"):
        KAN.load(tmp_path / "net.npz")


@given(data=st.data())
def test_a_file_with_a_wrong_byte_is_refused_or_harmless(tmp_path_factory, data):
    network = KAN([1, 1], grid_size=1, degree=1, rng=0)
    path = tmp_path_factory.mktemp("networks") / "net.npz"
    network.save(path)
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        loaded = KAN.load(path)
    except ValueError:
        return
    assert same(loaded, network)


def test_a_file_of_another_kind_is_refused(tmp_path):
    save_arrays(tmp_path / "net.npz", {"kind": "MLP"}, {"w": np.ones(3)})
    with pytest.raises(ValueError, match="holds a MLP, not a KAN"):
        KAN.load(tmp_path / "net.npz")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(FileNotFoundError):
        KAN.load(tmp_path / "net.npz")


@pytest.mark.parametrize("base", ["zero", "silu"])
def test_copies_and_pickles_are_the_same_network(tmp_path, base):
    net = KAN([2, 3, 1], base=base, rng=0)
    for twin in (copy.copy(net), copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert np.array_equal(twin.theta, net.theta)
        twin.save(tmp_path / "twin.npz")
        assert np.array_equal(KAN.load(tmp_path / "twin.npz").theta, net.theta)
