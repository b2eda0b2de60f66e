"""The process that runs a submission: it imports the libraries once, and forks for every task.

The child that runs foreign code may not write outside its folder, start or end processes, reach
the network, or read the project. None of this is needed to solve a task.
"""

import importlib
import importlib.util
import os
import sys
import types
from importlib.machinery import ModuleSpec
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np  # noqa: F401 - imported here once, and not again for every task
from exercises.calling import careful, derandomize
from exercises.wire import GoneError, Peer

LIBRARIES = ("kan_numpy", "scipy")

REFUSED = ("subprocess.", "socket.", "ctypes.", "os.fork", "os.exec", "os.posix_spawn", "os.spawn")
REFUSED += ("os.system", "os.kill", "signal.", "pty.", "os.putenv", "os.startfile")
READING = ("open", "os.listdir", "os.scandir")
CHANGING = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod")
CHANGING += ("os.truncate", "os.chown", "os.utime", "shutil.")


class StandIn(types.ModuleType):
    """A library that a task forbids: it can be imported, and used for nothing."""

    in_use = False  # while a file is imported, other tasks in it may ask for anything

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}")

    def __call__(self, *_arguments, **_keywords):
        if StandIn.in_use:
            raise AssertionError(f"this task may not use {self.__name__.partition('.')[0]}")
        return self


class StandInFinder:
    """Find stand-ins where the libraries would be."""

    @staticmethod
    def find_spec(name, _path=None, _target=None):
        """Return the specification of a stand-in for a forbidden module."""
        if name.partition(".")[0] in LIBRARIES:
            return ModuleSpec(name, StandInFinder, is_package=True)
        return None

    @staticmethod
    def create_module(spec):
        return StandIn(spec.name)

    @staticmethod
    def exec_module(module):
        pass


def lock(folder, project):
    """Refuse what no task needs, for the rest of this process."""
    copy = Path(__file__).parents[2]  # of the library and of the checks
    own, checks, library = (real(path) for path in (folder, copy / "tests", copy / "kan_numpy"))
    hidden = real(project), checks, "/proc/"
    known = real(sys.prefix), real(sys.base_prefix), library, own

    def inside(path, folders):
        return os.path.realpath(os.fsdecode(path)).startswith(folders)

    def watch(event, arguments):
        if event.startswith(REFUSED):
            raise PermissionError(f"a submission may not call {event}")
        if not event.startswith((*READING, *CHANGING)):
            return
        changes = event.startswith(CHANGING) or (event == "open" and to_write(*arguments[1:]))
        paths = arguments[:1] if event in READING else arguments
        for path in [p for p in paths if isinstance(p, str | bytes | os.PathLike)]:
            if changes and not inside(path, own) and os.fsdecode(path) != os.devnull:
                raise PermissionError("a submission may not change anything outside its folder")
            if inside(path, hidden) and not inside(path, known):
                raise PermissionError("a submission may not read the project")

    sys.addaudithook(watch)


def to_write(mode, flags):
    """Return whether a file is opened to be changed."""
    return set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)


def real(path):
    """Return the true path of a folder, as its files begin."""
    return os.path.realpath(path) + os.sep


def load(folder, file, function):
    """Return a function of a submission."""
    if not Path(folder, file).exists():
        raise AssertionError(f"{file} is missing")
    sys.path.insert(0, str(folder))
    module = importlib.import_module(file.removesuffix(".py"))
    found = getattr(module, function, None)
    if not callable(found):
        raise AssertionError(f"{file} has no function {function}")
    return careful(found)


def serve(connection, folder, file, function, library, project):
    """Answer calls of one function, until this process is ended from outside."""
    os.setsid()
    os.chdir(folder)
    peer = Peer(connection)
    peer.send(("value", os.getpid()))
    text = Path(folder, file).read_bytes() if Path(folder, file).exists() else b""
    if b"hypothesis" in text:
        derandomize()
    if not library:
        sys.meta_path.insert(0, StandInFinder)
    lock(folder, project)
    # Handle 0 imports the file, handle 1 is the function.
    peer.functions = [lambda: peer.functions.append(load(folder, file, function))]
    peer.answer(*peer.receive()[1:])
    StandIn.in_use = True
    while True:
        peer.answer(*peer.receive()[1:])


def next_request(peer):
    """Return where the next submission is; None when the grading is over."""
    try:
        return peer.receive()[1:]
    except GoneError:
        return None


def main(descriptor, with_library):
    """Fork a child for every request; tell when it has ended."""
    if with_library:
        importlib.import_module("kan_numpy")
    connection = Connection(descriptor)
    peer = Peer(connection)
    while request := next_request(peer):
        child = os.fork()
        if child == 0:
            try:
                serve(connection, *request)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        peer.send(("dead",))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] == "library")
