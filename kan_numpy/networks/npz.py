"""Arrays in .npz files, with a description in JSON and without executable content."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 2
"""What `save_arrays` writes, and the only one that `load_arrays` reads."""

Arrays = dict[str, npt.NDArray[Any]]


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return the path; a number, which would be an open file, is refused."""
    try:
        return Path(path)
    except TypeError:
        raise TypeError(
            f"path must name a file, but is a {type(path).__name__}: {path!r}"
        ) from None


def save_arrays(path: str | os.PathLike[str], meta: dict[str, Any], arrays: Arrays) -> None:
    """Write arrays and their description into a file; nothing is appended to its name.

    The file is replaced as a whole: an interrupted save does not change an existing file.
    """
    target = as_path(path)
    text = json.dumps({"format": FORMAT, **meta})
    everything: dict[str, Any] = {"meta": np.array(text), **arrays}
    temporary = target.with_name(target.name + ".part")
    try:
        with open(temporary, "wb") as file:
            np.savez(file, **everything)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load_arrays(path: str | os.PathLike[str], kind: str) -> tuple[dict[str, Any], Arrays]:
    """Return the description and the arrays that `save_arrays` wrote, without executing anything.

    A ValueError is raised for any other file, and if ``meta["kind"]`` is not ``kind``.
    """
    with open(as_path(path), "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            meta = json.loads(str(arrays.pop("meta")))
            if not isinstance(meta, dict) or meta.get("format") != FORMAT:
                raise ValueError("it does not say that its format is known here")
        except Exception as error:  # a foreign file can fail in any way
            raise ValueError(
                f"path {str(path)!r} is not a file that kan_numpy saved: {error}"
            ) from None
    if meta.get("kind") != kind:
        raise ValueError(f"path {str(path)!r} holds a {meta.get('kind')}, not a {kind}")
    return meta, arrays
