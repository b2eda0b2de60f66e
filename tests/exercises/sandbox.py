"""Functions of a submission, called in a process of their own, for a limited time."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing import Pipe
from pathlib import Path

from exercises.catalog import SEED
from exercises.rules import violations
from exercises.wire import GoneError, Handle, Peer, RemoteError, SafeReader

HERE = Path(__file__).resolve().parent

IMPORT, FUNCTION = Handle(0), Handle(1)  # what a child offers, see `worker.serve`
LONGEST_TEXT = 10**6  # characters of a file that is read


class Sandbox:
    """Runs the tasks of one folder, one after the other."""

    def __init__(self, folder, project, seconds, silent=True, share=None):
        self.folder, self.project, self.seconds = Path(folder), Path(project), seconds
        self.share, self.left = share, seconds  # how many tasks share the time, and what is left
        self.output = subprocess.DEVNULL if silent else sys.__stderr__
        self.workers = {}
        self.task = self.peer = self.child = None
        self.reason = ""  # why the present task cannot be called any more

    def function(self, task):
        """Return the function of a task as the checks call it."""
        if self.task != task:
            self.close()
            self.open(task)
        if self.reason:
            raise AssertionError(self.reason)
        return self.call

    def open(self, task):
        """Start a child for a task, and import the file in it."""
        if self.share:
            self.seconds, self.share = round(self.left / self.share, 1), self.share - 1
        self.task, self.reason, self.remaining = task, "", self.seconds
        try:
            source = (self.folder / task.file).read_bytes()
            broken = violations(source, task.function) if task.alone else []
            broken += [f"{task.file} is too long"] if len(source) > LONGEST_TEXT else []
        except FileNotFoundError:
            broken = [f"{task.file} is missing"]
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            broken = [f"{task.file} cannot be read: {type(error).__name__}: {error}"]
        if broken:
            self.reason = "; ".join(broken)
            return
        self.peer = self.worker(task.library)
        request = (str(self.folder), task.file, task.function, task.library, str(self.project))
        self.peer.send(("start", *request))
        self.child = self.peer.wait()
        try:
            self.limited(IMPORT)
        except (AssertionError, RemoteError) as error:
            self.reason = self.reason or f"{task.file} cannot be imported: {error}"

    def call(self, *arguments):
        """Call the function of the present task."""
        if self.reason:
            raise AssertionError(self.reason)
        return self.limited(FUNCTION, *arguments)

    def limited(self, handle, *arguments):
        """Call something in the child, which is ended when the time of its task is over."""
        timer = threading.Timer(self.remaining, self.kill)
        begin = time.monotonic()
        timer.start()
        try:
            return self.peer.call(handle, *arguments)
        except GoneError as error:
            late = time.monotonic() - begin >= self.remaining
            self.reason = f"no answer within {self.seconds:g} s" if late else str(error)
            self.drop()
            raise AssertionError(self.reason) from None
        except RemoteError as error:
            if str(error).startswith(f"NotImplementedError: Task {self.task.number}:"):
                self.reason = str(error)  # a blank: no need to ask it again
            raise
        finally:
            timer.cancel()
            spent = time.monotonic() - begin
            self.remaining, self.left = self.remaining - spent, self.left - spent

    def worker(self, with_library):
        """Return the connection to a worker, with or without kan_numpy."""
        if with_library not in self.workers:
            here, there = Pipe()
            command = [sys.executable, "-m", "exercises.worker", str(there.fileno())]
            process = subprocess.Popen(
                [*command, "library" if with_library else "alone"],
                pass_fds=[there.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self.output,
                stderr=self.output,
                env={
                    **{name: value for name, value in os.environ.items() if name != SEED},
                    "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE.parent)]),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "MPLCONFIGDIR": str(self.folder),
                },
            )
            there.close()
            self.workers[with_library] = process, here
        return Peer(self.workers[with_library][1], SafeReader)

    def kill(self):
        """End the child, and what it may have started."""
        if self.child:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child, signal.SIGKILL)

    def close(self):
        """End the present task, and wait until its worker is ready for another."""
        if self.child:
            self.kill()
            try:
                while self.peer.receive()[0] != "dead":
                    pass
            except GoneError:
                self.drop()
        self.task = self.peer = self.child = None

    def drop(self):
        """Give up the worker of the present task: who knows what is left in its connection."""
        self.kill()
        process, connection = self.workers.pop(self.task.library)
        process.kill()
        process.wait()
        connection.close()
        self.child = None

    def end(self):
        """End everything."""
        self.close()
        for process, connection in self.workers.values():
            connection.close()
            process.kill()
            process.wait()
        self.workers = {}
