"""Arrays in files: written as a whole, and read without trust.

A file is an uncompressed .npz archive. Its member ``meta`` is a description in JSON, the others
are arrays of float64 or bool. How formats change: an entry may be added to the description, with a
meaning where it is missing, because a reader refuses entries that it does not know; anything else
gets the next number, and every format from 2 on will still be read.

Of a file that is read, nothing is believed: the directory of the archive comes first, then the
description, from which follows which members there must be, and of each member its header, from
which follows its size. Only then is an array read. Nothing is decompressed or executed. A digest of
all that was saved, if there is one, tells whether any of it was changed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import secrets
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from kan_numpy._arguments import as_path
from kan_numpy._validation import require_finite, require_shape

__all__ = ["DTYPES", "FORMAT", "HEADER", "LONGEST_QUOTE", "MOST_MEMBERS", "MOST_TEXT"]
__all__ += ["load_arrays", "refusing", "require_floats", "require_keys", "save_arrays", "shortened"]

FORMAT = 2
"""What `save_arrays` writes, and the only one that `load_arrays` reads."""

MOST_MEMBERS = 8192
"""The members of a file, so that its directory is read within 0.1 s: 1365 layers."""

MOST_TEXT = 2**21
"""The bytes of a description, so that it is parsed within 10 MB: about 25,000 symbols."""

HEADER = 128
"""The bytes before a description in its member."""

LONGEST_QUOTE = 200
"""The characters that a message quotes from a file."""

FOREIGN, DAMAGED = "is not a file that kan_numpy saved", "holds a damaged network"

DTYPES = ("<f8", "|b1")
"""The types of arrays in a file."""

_ARRAY_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(?s:..){'descr': '([<|]\w+)', 'fortran_order': (True|False),"
    rb" 'shape': \(([\d, ]*)\), } *\n"
)
"""What NumPy writes before an array, in version 1.0 of its format: type, order, shape."""

Arrays = dict[str, npt.NDArray[Any]]


def save_arrays(path: str | os.PathLike[str], meta: dict[str, Any], arrays: Arrays) -> None:
    """Write arrays and their description into a file; nothing is appended to its name.

    The file is replaced as a whole, by one that was written beside it under a name of its own: who
    reads it meanwhile sees the old file or the new one, also after a crash, and its mode is kept. A
    link is replaced, and not followed.
    """
    target = as_path("path", path)
    meta = {"format": FORMAT, **meta}
    text = json.dumps({**meta, "digest": _digest(meta, arrays)}, separators=(",", ":"))
    if 4 * len(text) > MOST_TEXT or len(arrays) >= MOST_MEMBERS:
        raise ValueError(
            f"network is too large for one file: its description has {len(text)} characters and"
            f" {len(arrays)} arrays; at most {MOST_TEXT // 4} and {MOST_MEMBERS - 1} can be read"
        )
    ordered: dict[str, Any] = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        old = _mode(target)
        mode = 0o666 if old is None else old  # of which the system takes the umask
        unnamed = _unnamed(target.parent, mode)
        opener = partial(os.open, mode=mode)
        with open(temporary, "xb", opener=opener) if unnamed is None else unnamed as file:
            np.savez(file, meta=np.array(text), **ordered)
            file.flush()
            os.fsync(file.fileno())
            if unnamed is not None:
                os.link(f"/proc/self/fd/{file.fileno()}", temporary, src_dir_fd=file.fileno())
        if old is not None:
            temporary.chmod(old)
        os.replace(temporary, target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise type(error)(error.errno, error.strerror, str(target)) from None
        raise


def _unnamed(folder: Path, mode: int) -> BinaryIO | None:
    """Open a file that has no name until it is complete, so that a killed process leaves nothing.

    Where the system has no such files, return None.
    """
    if not os.path.exists("/proc/self/fd"):
        return None
    with suppress(OSError, AttributeError):
        return os.fdopen(os.open(folder, os.O_TMPFILE | os.O_WRONLY, mode), "wb")
    return None


def _mode(target: Path) -> int | None:
    """Return the permissions of a file, None if there is none; refuse folders and devices."""
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return None
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise ValueError(f"path must name a file, but {str(target)!r} is a folder or a device")
    return mode & 0o777 if stat.S_ISREG(mode) else None


def load_arrays(
    path: str | os.PathLike[str], kind: str, names: Callable[[dict[str, Any]], Iterable[str]]
) -> tuple[dict[str, Any], Arrays]:
    """Return the description and the arrays that `save_arrays` wrote, the arrays read-only.

    ``names`` returns from a description the names of the arrays that must be there. A ValueError is
    raised for any other file, and if ``meta["kind"]`` is not ``kind``.
    """
    target = as_path("path", path)
    if not stat.S_ISREG(target.stat().st_mode):
        raise ValueError(f"path must name a file, but {str(path)!r} is a folder or a device")
    with open(target, "rb") as file:
        with refusing(path, FOREIGN):
            archive = _archive(file)
            members = {member.filename: member for member in archive.infolist()}
            meta = _description(archive, members.pop("meta.npy", None))
        digest = meta.pop("digest", None)  # the first files had none
        if meta.get("kind") != kind:
            found = shortened(meta.get("kind"))
            raise ValueError(f"path {str(path)!r} holds a {found}, not a {kind}")
        with refusing(path, DAMAGED):
            wanted = list(islice(names(meta), len(members) + 1))
            _require_names({f"{name}.npy" for name in wanted}, set(members))
        with refusing(path, FOREIGN):
            arrays = {name: _array(archive, members[f"{name}.npy"]) for name in wanted}
        with refusing(path, DAMAGED):
            if digest not in (None, _digest(meta, arrays)):
                raise ValueError("it was changed after it was saved")
    return meta, arrays


def require_keys(name: str, found: dict[str, Any], wanted: Mapping[str, type]) -> None:
    """Refuse a part of a description that has not these entries of these types, and no others."""
    if set(found) != set(wanted):
        raise ValueError(f"{name} has other entries than {sorted(wanted)}")
    for key, kind in wanted.items():
        if type(found[key]) is not kind:  # a bool is no int
            raise ValueError(f"{name} has {found[key]!r:.40} as {key}")


def require_floats(name: str, array: npt.NDArray[Any], shape: Sequence[int | str]) -> None:
    """Refuse an array from a file that is of bool, of another shape, empty or not finite."""
    if array.dtype != np.float64:
        raise ValueError(f"{name} has dtype {array.dtype}")
    require_shape(name, array, shape)
    if not array.size:
        raise ValueError(f"{name} is empty")
    require_finite(name, array)


@contextmanager
def refusing(path: str | os.PathLike[str], problem: str) -> Iterator[None]:
    """Turn every error into a ValueError that names the file: a foreign one can fail in any way."""
    try:
        yield
    except Exception as error:
        reason = shortened(error if isinstance(error, ValueError) else repr(error))
        raise ValueError(f"path {str(path)!r} {problem}: {reason}") from None


def shortened(value: object) -> str:
    """Return what comes from a file as text of at most `LONGEST_QUOTE` characters."""
    text = str(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}..."


def _digest(meta: dict[str, Any], arrays: Arrays) -> str:
    """Return a checksum of a description and of arrays, whatever their order."""
    checksum = hashlib.sha256(json.dumps(meta, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        checksum.update(f"{name} {array.dtype.str} {array.shape}".encode())
        checksum.update(np.ascontiguousarray(array).data)
    return checksum.hexdigest()


def _archive(file: BinaryIO) -> zipfile.ZipFile:
    """Open an archive with a short directory at the very end, whose members are stored as is."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 42))
    tail = file.read()
    signature, *_, count, length, _, comment = struct.unpack("<4s4H2LH", tail[-22:].rjust(22))
    # A second directory, for large files, would take the place of this one.
    large = tail[:4] == b"PK\x06\x07"
    if signature != b"PK\x05\x06" or comment or (large and size <= zipfile.ZIP64_LIMIT):
        raise ValueError("it does not end like an archive")
    if not 0 < count <= MOST_MEMBERS or length > 128 * count:
        raise ValueError(f"its directory has {count} members in {length} bytes")
    archive = zipfile.ZipFile(file)
    members = archive.infolist()
    if any(m.compress_type or m.flag_bits & 1 or m.file_size != m.compress_size for m in members):
        raise ValueError("it is compressed or encrypted")
    if len({m.filename for m in members}) < count or sum(m.file_size for m in members) > size:
        raise ValueError("its members overlap")
    return archive


def _description(archive: zipfile.ZipFile, member: zipfile.ZipInfo | None) -> dict[str, Any]:
    """Read the description."""
    if member is None or member.file_size > HEADER + MOST_TEXT:
        raise ValueError(f"it has no description of at most {MOST_TEXT} bytes")
    meta = json.loads(str(_array(archive, member, is_text=True)))
    if not isinstance(meta, dict) or type(meta.get("format")) is not int:
        raise ValueError("its description names no format")
    if meta["format"] != FORMAT:
        raise ValueError(f"its format is {meta['format']}, and only {FORMAT} is known here")
    return meta


def _require_names(wanted: set[str], found: set[str]) -> None:
    """Refuse members that should not be there, and missing ones."""
    if wanted != found:
        extra, missing = sorted(found - wanted)[:3], sorted(wanted - found)[:3]
        raise ValueError(f"it should not hold {extra}, or lacks {missing}")


def _array(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, is_text: bool = False
) -> npt.NDArray[Any]:
    """Read an array, read-only, if the size of the member follows from its header."""
    with archive.open(member) as stream:
        start = stream.read(10)  # of which the last two are the length of the rest
        header = _ARRAY_HEADER.fullmatch(start + stream.read(int.from_bytes(start[8:], "little")))
        if header is None:
            raise ValueError(f"{member.filename} has no header of version 1.0")
        dtype, by_columns = np.dtype(header[1].decode()), header[2] == b"True"
        shape = tuple(int(size) for size in header[3].split(b",") if size.strip())
        if (dtype.kind != "U" or shape) if is_text else dtype.str not in DTYPES:
            raise ValueError(f"{member.filename} holds {dtype} of shape {shape}")
        count = math.prod(shape)
        if member.file_size != stream.tell() + count * dtype.itemsize:
            raise ValueError(f"{member.filename} has not the size of {dtype} of shape {shape}")
        array = np.empty(count, dtype)
        content, place = array.view(np.uint8), 0
        while chunk := stream.read(2**20):  # and the last one checks the sum of all bytes
            content[place : place + len(chunk)] = np.frombuffer(chunk, np.uint8)
            place += len(chunk)
    if dtype.kind == "b" and content.max(initial=0) > 1:
        raise ValueError(f"{member.filename} holds other values than true and false")
    array.flags.writeable = False
    return array.reshape(shape, order="F" if by_columns else "C")
