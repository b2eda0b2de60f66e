"""See whether this machine can run the course, and how long it will take.

    python lessons/_doctor.py

Each line is a check: what was found, and where something is wrong, what to do about it.
"""

import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

REFERENCE_SECONDS = 0.6  # of `training` below, on the machine that the lessons' seconds are from


def python() -> str:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    assert sys.version_info >= (3, 10), f"{found}; install Python 3.10 or newer"
    return found


def packages() -> str:
    try:
        needed = requires("kan_numpy") or []
    except PackageNotFoundError:
        raise AssertionError('kan_numpy is missing; run: pip install -e ".[test]"') from None
    found = []
    for name, least in re.findall(r"'([a-z]+)>=([\d.]+)(?:; extra == \"test\")?'", str(needed)):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            raise AssertionError(f'{name} is missing; run: pip install -e ".[test]"') from None
        assert numbers(version(name)) >= numbers(least), (
            f"{found[-1]} is older than {least}; run: pip install -U {name}"
        )
    return ", ".join(found)


def numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def threads() -> str:
    set_to = os.environ.get("OPENBLAS_NUM_THREADS")
    found = f"{os.cpu_count()} processors, OPENBLAS_NUM_THREADS={set_to or 'not set'}"
    return found + ("" if set_to else "; 1 is quicker for networks as small as those of the course")


def figures() -> str:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import font_manager, pyplot

    font = font_manager.findfont(font_manager.FontProperties())
    with tempfile.TemporaryDirectory() as folder:
        figure, ax = pyplot.subplots()
        ax.set_title(r"$\phi(x) = \sum_j c_j B_j(x)$")
        figure.savefig(Path(folder) / "formula.png")
        pyplot.close(figure)
    return f"drawn with {Path(font).stem}, formulas too"


def folder() -> str:
    place = Path("build")
    place.mkdir(exist_ok=True)
    probe = place / "doctor.txt"
    probe.write_text("This file shows that figures can be written here.\n", encoding="utf-8")
    probe.unlink()
    return f"figures go to {place.resolve()}"


def gradients() -> str:
    import numpy as np

    import kan_numpy as kn

    net = kn.KAN([2, 3, 1], rng=0)
    x, y = np.random.default_rng(0).uniform(-1, 1, (20, 2)), np.ones((20, 1))
    objective = kn.Objective(net, x, y)
    worst = kn.gradcheck.assert_adjoint(
        lambda theta: objective.fun(theta)[0],
        lambda dy, theta: dy * objective.fun(theta)[1],
        net.theta,
    )
    return f"a backward pass agrees with central differences, relative error {worst:.0e}"


def training() -> str:
    import numpy as np

    import kan_numpy as kn

    x = np.random.default_rng(0).uniform(-1, 1, (1000, 2))
    y = np.exp(np.sin(np.pi * x[:, :1]) + x[:, 1:] ** 2)
    start = time.perf_counter()
    kn.fit(kn.KAN([2, 5, 1], rng=0), x, y, steps=60, progress=False)
    seconds = time.perf_counter() - start
    times = seconds / REFERENCE_SECONDS
    return f"{seconds:.1f} s for 60 steps: the lessons take about {times:.1f} times what they say"


CHECKS: list[Callable[[], str]] = [python, packages, threads, figures, folder, gradients, training]


def main() -> int:
    """Print a line for each check, and return 1 if one of them failed."""
    failed = 0
    for check in CHECKS:
        try:
            print(f"ok     {check.__name__:10} {check()}", flush=True)
        except Exception as error:
            failed += 1
            print(f"WRONG  {check.__name__:10} {error or type(error).__name__}", flush=True)
    print("\nAll is well." if not failed else f"\n{failed} of {len(CHECKS)} checks failed.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
