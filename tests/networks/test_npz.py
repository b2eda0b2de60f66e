"""Files hold networks bit for bit, and nothing else is ever let in."""

import copy
import errno
import io
import json
import os
import pickle
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from checks import same
from hypothesis import given
from hypothesis import strategies as st
from machine import within

import kan_numpy as kn
from kan_numpy import KAN, MLP
from kan_numpy.networks import npz
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


@cache
def networks():
    """Return a network of each kind that a file can hold, by name."""
    formula = kn.from_formula("sin(2*x)*y + 1", ["x", "y"])
    tied = kn.lock(KAN([2, (1, 1), 1], grid_size=3, degree=2, rng=0), 2, [(0, 0), (0, 1)])
    waves, bumps = (KAN([2, 1], basis=basis, rng=0) for basis in ("fourier", "gaussian"))
    mlp = MLP([2, 3, 1], rng=0)
    return {"formula": formula, "tied": tied, "waves": waves, "bumps": bumps, "mlp": mlp}


@cache
def content_of(name):
    """Return the bytes of the file of a network."""
    with tempfile.TemporaryDirectory() as folder:
        networks()[name].save(Path(folder) / "net.npz")
        return (Path(folder) / "net.npz").read_bytes()


def saved(name, factory):
    """Return a network, and the path of a file of it."""
    path = factory.mktemp("networks") / "net.npz"
    path.write_bytes(content_of(name))
    return networks()[name], path


def refused_or_the_same(path, network):
    """Say whether a file is refused with its name; it must be, if it is not the same network."""
    x = np.random.default_rng(0).uniform(-1.0, 1.0, (20, 2))
    try:
        loaded = type(network).load(path)
    except ValueError as error:
        message = str(error)
    else:
        assert np.array_equal(loaded(x), network(x))
        return False
    assert f"path '{path}' " in message
    assert len(message) < 500
    return True


def rewritten(path, change):
    """Write the members of a file again, as a change of their list of names and contents says."""
    with zipfile.ZipFile(path) as file:
        members = [(name, file.read(name)) for name in file.namelist()]
    with zipfile.ZipFile(path, "w") as file:
        for name, content in change(members):
            file.writestr(name, content)


def described(text):
    content = io.BytesIO()
    np.save(content, np.array(text))
    return content.getvalue()


each_network = pytest.mark.parametrize("name", networks())


@each_network
@given(data=st.data())
def test_a_file_cut_short_is_refused(tmp_path_factory, name, data):
    network, path = saved(name, tmp_path_factory)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    assert refused_or_the_same(path, network)


@each_network
@given(data=st.data())
def test_a_file_with_wrong_bits_is_refused_or_harmless(tmp_path_factory, name, data):
    network, path = saved(name, tmp_path_factory)
    content = bytearray(path.read_bytes())
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(1, 255))
    for at, bits in data.draw(st.lists(places, min_size=1, max_size=3)):
        content[at] ^= bits
    path.write_bytes(content)
    refused_or_the_same(path, network)


def places(value, at=()):
    """Yield the place of every part of a description."""
    yield at
    parts = enumerate(value) if isinstance(value, list) else ()
    for key, part in value.items() if isinstance(value, dict) else parts:
        yield from places(part, (*at, key))


AWKWARD = [None, True, -1, 1, 2.0, 1e300, float("nan"), 10**30, "", "sine", [], {}, [[]], [[0, 0]]]


def changed_description(path, data, values):
    """Change one entry of a description, add one or remove one; return the new one."""
    with np.load(path) as file:
        meta = {"": json.loads(str(file["meta"]))}
    *way, last = data.draw(st.sampled_from(list(places(meta))[1:]))
    part = meta
    for key in way:
        part = part[key]
    match data.draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            part[last] = data.draw(st.sampled_from(values))
        case "remove":
            del part[last]
        case "add" if isinstance(part, dict):
            part["more"] = data.draw(st.sampled_from(values))
        case "add":
            part.append(part[last])
    return meta.get("", meta)


@each_network
@given(data=st.data())
def test_a_file_with_another_description_is_refused(tmp_path_factory, name, data):
    network, path = saved(name, tmp_path_factory)
    with np.load(path) as file:
        before = json.loads(str(file["meta"]))
    meta = changed_description(path, data, [*AWKWARD, 0, 3, "silu", "cos", "chebyshev"])
    rewritten(path, lambda members: [("meta.npy", described(json.dumps(meta))), *members[1:]])
    refused = refused_or_the_same(path, network)
    assert refused or {**meta, "digest": None} == {**before, "digest": None}


@each_network
@given(data=st.data())
def test_a_description_without_digest_is_refused_or_makes_a_network(tmp_path_factory, name, data):
    network, path = saved(name, tmp_path_factory)
    meta = changed_description(path, data, AWKWARD)
    if isinstance(meta, dict):
        meta.pop("digest", None)
    rewritten(path, lambda members: [("meta.npy", described(json.dumps(meta))), *members[1:]])
    try:
        loaded, x = type(network).load(path), np.random.default_rng(0).uniform(-1.0, 1.0, (20, 2))
    except ValueError:
        return
    assert np.array_equal(loaded.with_theta(loaded.theta)(x), loaded(x))
    loaded.save(path)
    assert np.array_equal(type(network).load(path)(x), loaded(x))


@each_network
@pytest.mark.parametrize("change", ["extra", "missing", "twice", "swapped", "two in one"])
@given(data=st.data())
def test_a_file_with_other_members_is_refused(tmp_path_factory, name, change, data):
    network, path = saved(name, tmp_path_factory)

    def changed(members):
        at = data.draw(st.integers(0, len(members) - 1))
        other = data.draw(st.integers(0, len(members) - 2))
        other += other >= at
        name, content = members[at]
        match change:
            case "extra":
                return [*members, (data.draw(st.sampled_from(["a.npy", "0.more.npy"])), content)]
            case "missing":
                return members[:at] + members[at + 1 :]
            case "twice":
                return [*members, members[at]]
            case "swapped":
                members[at] = name, members[other][1]
                members[other] = members[other][0], content
            case "two in one":
                members[at] = (name, content + content)
        return members

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warnings.warn", lambda *_, **__: None)  # of a second member of a name
        rewritten(path, changed)
    refused = refused_or_the_same(path, network)
    assert refused or change == "swapped"


def with_junk(path, size, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "a", compression) as file, file.open("junk.npy", "w") as junk:
        for _ in range(size >> 20):
            junk.write(bytes(1 << 20))


def with_a_large_description(path):
    text = '{"format": 2, "kind": "KAN", "layers": [' + "[]," * 10**6 + "[]]}"
    rewritten(path, lambda members: [("meta.npy", described(text)), *members[1:]])


def with_many_members(path):
    rewritten(path, lambda members: [*members, *((f"{n}.npy", b"") for n in range(20000))])


def with_a_deep_description(path):
    rewritten(path, lambda members: [("meta.npy", described("[" * 10**5)), *members[1:]])


def with_many_layers(path):
    meta = {"format": 2, "kind": "MLP", "activation": "relu", "own_activation": False}
    text = json.dumps({**meta, "depth": 10**15})
    rewritten(path, lambda members: [("meta.npy", described(text)), *members[1:]])


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path: with_junk(path, 2**27), id="an unused member of 128 MB"),
        pytest.param(lambda path: with_junk(path, 2**27, zipfile.ZIP_DEFLATED), id="compressed"),
        with_a_large_description,
        with_many_members,
        with_a_deep_description,
        with_many_layers,
    ],
)
def test_a_foreign_file_is_refused_before_it_costs_time_or_memory(tmp_path, spoil):
    path = tmp_path / "net.npz"
    MLP([2, 3, 1], rng=0).save(path)
    spoil(path)
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"net\.npz'"):
        MLP.load(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10e6

    def refused():
        with pytest.raises(ValueError, match=r"net\.npz'"):
            MLP.load(path)

    within(0.1, refused)


def test_arrays_are_loaded_without_a_second_copy(tmp_path):
    path = tmp_path / "net.npz"
    MLP([2000, 1000, 1], rng=0).save(path)  # 16 MB
    tracemalloc.start()
    network = MLP.load(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < path.stat().st_size + 10e6
    with pytest.raises(ValueError, match="read-only"):
        network.layers[0].weights[0, 0] = 1.0


def test_members_may_be_in_any_order_and_hold_columns_first(tmp_path):
    path, network = tmp_path / "net.npz", MLP([2, 3, 1], rng=0)
    network.save(path)
    with np.load(path) as file:
        arrays = {name: np.asfortranarray(file[name]) for name in reversed(file.files)}
    np.savez(path, **{**arrays, "meta": arrays["meta"].reshape(())})
    loaded = MLP.load(path)
    assert loaded.layers[0].weights.flags.f_contiguous
    assert np.array_equal(loaded.theta, network.theta)


# Saved as a whole, or not at all.


@pytest.fixture(params=["without a name", "with a name"])
def temporary(request, monkeypatch):
    """Save once by a file that has no name until it is complete, once by one that has."""
    if request.param == "with a name":
        monkeypatch.setattr(npz, "_unnamed", lambda *_: None)


pytestmark_files = pytest.mark.usefixtures("temporary")


@pytestmark_files
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o400])
def test_the_mode_of_a_file_is_kept(tmp_path, mode):
    path = tmp_path / "net.npz"
    KAN([2, 1], rng=0).save(path)
    path.chmod(mode)
    KAN([2, 1], rng=1).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert same(KAN.load(path), KAN([2, 1], rng=1))


@pytestmark_files
def test_a_new_file_has_the_mode_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        KAN([2, 1], rng=0).save(tmp_path / "net.npz")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "net.npz").stat().st_mode) == 0o640


@pytestmark_files
def test_no_link_is_followed_and_no_bystander_touched(tmp_path):
    folder, path = tmp_path / "folder", tmp_path / "folder" / "net.npz"
    folder.mkdir()
    treasure = tmp_path / "treasure"
    treasure.write_text("gold")
    (folder / "net.npz.part").symlink_to(treasure)
    (folder / ".net.npz.part").write_text("silver")
    path.symlink_to(treasure)
    KAN([2, 1], rng=0).save(path)
    assert not path.is_symlink()
    assert same(KAN.load(path), KAN([2, 1], rng=0))
    assert treasure.read_text() == "gold"
    assert sorted(p.name for p in folder.iterdir()) == [".net.npz.part", "net.npz", "net.npz.part"]
    assert (folder / ".net.npz.part").read_text() == "silver"


@pytestmark_files
@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]
)
@pytest.mark.parametrize("step", ["numpy.savez", "os.fsync", "os.replace"])
def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, error, step):
    path = tmp_path / "net.npz"
    KAN([2, 1], rng=0).save(path)

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(step, fail)
    with pytest.raises(type(error)) as raised:
        KAN([2, 1], rng=1).save(path)
    if isinstance(error, OSError):
        assert raised.value.errno == errno.ENOSPC
        assert str(path) in str(raised.value)
    assert os.listdir(tmp_path) == ["net.npz"]
    assert same(KAN.load(path), KAN([2, 1], rng=0))


FULL = """
import resource, sys, kan_numpy as kn
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
kn.KAN([2, 50, 1], rng=0).save(sys.argv[1])
"""


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "net.npz"
    KAN([2, 1], rng=0).save(path)
    command = [sys.executable, "-c", FULL, path]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"OSError: [Errno {errno.EFBIG}] File too large: '{path}'" in done.stderr
    assert os.listdir(tmp_path) == ["net.npz"]
    assert same(KAN.load(path), KAN([2, 1], rng=0))


@pytest.mark.parametrize(
    ("place", "error", "message"),
    [
        ("nowhere/net.npz", FileNotFoundError, "nowhere/net.npz"),
        ("file/net.npz", NotADirectoryError, "file/net.npz"),
        ("folder", ValueError, "path must name a file, but .* is a folder or a device"),
        ("pipe", ValueError, "path must name a file, but .* is a folder or a device"),
    ],
)
def test_where_no_file_can_be_is_said(tmp_path, place, error, message):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for call in (KAN([2, 1], rng=0).save, KAN.load):
        with pytest.raises(error, match=message):
            call(tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "pipe"]


@pytest.mark.parametrize("path", [3, b"net.npz", None, "", "a\0b", ["net.npz"]])
def test_what_names_no_file_is_refused(path):
    for call in (KAN([2, 1], rng=0).save, KAN.load):
        with pytest.raises((TypeError, ValueError), match="path must name a file, but is"):
            call(path)


def test_a_description_too_long_to_be_read_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "MOST_TEXT", 400)
    with pytest.raises(ValueError, match="network is too large for one file"):
        KAN([2, 2, 1], rng=0).save(tmp_path / "net.npz")
    assert not os.listdir(tmp_path)


SIDE_BY_SIDE = """
import sys, time
import kan_numpy as kn
path, seconds = sys.argv[1], float(sys.argv[2])
nets = [kn.KAN([2, 3, 1], rng=seed) for seed in range(3)]
known, end, rounds = {net.theta.tobytes() for net in nets}, time.monotonic() + seconds, 0
while time.monotonic() < end:
    nets[rounds % 3].save(path)
    rounds += 1
    assert kn.KAN.load(path).theta.tobytes() in known
print(rounds)
"""


def saver(path, seconds):
    command = [sys.executable, "-c", SIDE_BY_SIDE, path, str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("processes", "seconds"), [(2, 0.5), pytest.param(4, 10.0, marks=pytest.mark.slow)]
)
def test_processes_may_save_and_read_one_file_side_by_side(tmp_path, processes, seconds):
    started = [saver(tmp_path / "net.npz", seconds) for _ in range(processes)]
    for process in started:
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        assert int(output) > 1
    assert os.listdir(tmp_path) == ["net.npz"]


@pytest.mark.parametrize("kills", [1, pytest.param(20, marks=pytest.mark.slow)])
def test_a_process_may_be_killed_at_any_moment(tmp_path, kills):
    path, rng = tmp_path / "net.npz", np.random.default_rng(0)
    for _ in range(kills):
        process = saver(path, 60.0)
        while not path.exists():
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert KAN.load(path).widths == [2, 3, 1]


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


def test_members_too_many_and_too_few_are_named():
    npz._require_names({"a", "b"}, {"a", "b"})
    with pytest.raises(ValueError, match=r"should not hold \['c'\], or lacks \['b'\]"):
        npz._require_names({"a", "b"}, {"a", "c"})
    with pytest.raises(ValueError, match=r"should not hold \['c', 'd', 'e'\], or lacks \[\]"):
        npz._require_names({"a"}, set("acdefg"))


def test_a_file_may_have_as_many_members_as_allowed_and_no_more(tmp_path, monkeypatch):
    path, network = tmp_path / "net.npz", KAN([2, 1], rng=0)
    network.save(path)
    with zipfile.ZipFile(path) as archive:
        count = len(archive.namelist())
    monkeypatch.setattr(npz, "MOST_MEMBERS", count)
    assert same(KAN.load(path), network)
    network.save(path)
    monkeypatch.setattr(npz, "MOST_MEMBERS", count - 1)
    with pytest.raises(ValueError, match=f"its directory has {count} members"):
        KAN.load(path)
    with pytest.raises(ValueError, match=f"{count - 1} arrays; at most .* and {count - 2} can be"):
        network.save(path)


def test_a_description_may_be_as_long_as_can_be_read(tmp_path, monkeypatch):
    path, network = tmp_path / "net.npz", KAN([2, 1], rng=0)
    monkeypatch.setattr(npz, "MOST_TEXT", 0)
    with pytest.raises(ValueError, match="characters") as refused:
        network.save(path)
    length = int(re.search(r"has (\d+) characters", str(refused.value))[1])
    monkeypatch.setattr(npz, "MOST_TEXT", 4 * length - 1)
    with pytest.raises(ValueError, match="too large for one file"):
        network.save(path)
    monkeypatch.setattr(npz, "MOST_TEXT", 4 * length)
    network.save(path)
    assert same(KAN.load(path), network)
    monkeypatch.setattr(npz, "MOST_TEXT", 4 * length - 1)
    with pytest.raises(ValueError, match=f"no description of at most {4 * length - 1} bytes"):
        KAN.load(path)


@pytest.mark.parametrize(
    ("members", "message"),
    [([], "its directory has 0 members"), (["other.npy"], "it has no description")],
)
def test_an_archive_with_little_in_it_is_refused(tmp_path, members, message):
    with zipfile.ZipFile(tmp_path / "net.npz", "w") as archive:
        for name in members:
            archive.writestr(name, b"")
    with pytest.raises(ValueError, match=message):
        KAN.load(tmp_path / "net.npz")
