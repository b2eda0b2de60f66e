"""Grade a folder of exercises: make grade FROM=folder REPORT=results.json, make exercise N=2.2.

Nothing that a submission does can change its points or stop the report: it is copied, with what
checks it, into a folder of its own, its functions run in processes without rights (`worker`), and
a report of zeros is written before anything else.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from exercises.catalog import SEED, tasks
from exercises.report import nothing

SECONDS = 20.0
"""For each task, while grading; the checks of a right solution take less than one."""

SECONDS_AT_THE_DESK = 6.0
"""For all tasks of a file together, while a student waits."""

KEPT = ("PATH", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT", SEED)
"""What the grader sees of the environment."""


def copied(source, folder):
    """Copy the library, the grader and the submission into a folder."""
    shutil.copytree(PROJECT / "kan_numpy", folder / "kan_numpy")
    ours = folder / "tests" / "exercises"
    for pattern in ("checks/check_*.py", "[!t]*.py"):
        for path in HERE.glob(pattern):
            target = ours / path.relative_to(HERE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    (folder / "submission").mkdir()
    for path in sorted([*source.glob("lessons/exercises/ex*.py"), *source.glob("ex*.py")]):
        if path.is_file():
            shutil.copy(path, folder / "submission" / path.name)


def graded(source, report, wanted=None, seconds=SECONDS, prints=False):
    """Grade the files in a folder and write the report; return its entries."""
    nothing(report, wanted, "The grading did not come to its end.")
    chosen = tasks(wanted)
    with tempfile.TemporaryDirectory(prefix="grading-") as place:
        folder = Path(place).resolve()
        copied(Path(source), folder)
        files = sorted({f"tests/exercises/checks/check_{task.lesson}.py" for task in chosen})
        command = [sys.executable, "-m", "pytest", *files, "-q", "--import-mode=importlib"]
        command += ["--rootdir=.", "-c", os.devnull, "-W", "ignore", "--tb=short"]
        command += ["-p", "no:cacheprovider", "--gradescope=report.json", f"--seconds={seconds}"]
        command += ["--submission", str(folder / "submission"), "--project", str(PROJECT)]
        command += ["--number", wanted] if wanted else []
        command += ["--prints", "-s"] if prints else []
        environment = {
            **{name: value for name, value in os.environ.items() if name in KEPT},
            "PYTHONPATH": os.pathsep.join([str(folder), str(folder / "tests")]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MPLBACKEND": "Agg",
        }
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=None if prints else subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=60 + 1.5 * seconds * len(chosen),
            check=False,
        )
        found = folder / "report.json"
        if not found.exists():
            nothing(report, wanted, f"The grader failed: {done.stdout[-1000:]}")
        shutil.copy(found, report)
    return json.loads(Path(report).read_text(encoding="utf-8"))["tests"]


def shown(entries):
    """Print what a student wants to know; return whether everything is solved."""
    for entry in entries:
        print(f"{entry['name']}, {entry['score']} of {entry['max_score']} points")
        print("  " + entry["output"].replace("\n", "\n  "))
    return all(entry["status"] == "passed" for entry in entries)


def main(wanted, source=None, report=None):
    """Run what make exercise and make grade ask for; return the exit code."""
    chosen = tasks(wanted)
    if not chosen:
        print(f"There is no task {wanted}; there are {', '.join(t.number for t in tasks())}.")
        return 2
    if source is None:
        seconds = SECONDS_AT_THE_DESK / len(chosen)
        with tempfile.TemporaryDirectory() as folder:
            results = Path(folder, "results.json")
            return 0 if shown(graded(PROJECT, results, wanted, seconds, prints=True)) else 1
    if not Path(source).is_dir():
        print(f"There is no folder {source}.")
        return 2
    entries = graded(source, report, wanted)
    score, most = (sum(entry[key] for entry in entries) for key in ("score", "max_score"))
    print(f"{score:g} of {most:g} points in {len(entries)} tasks; the report is in {report}")
    return 0


if __name__ == "__main__":
    # Make hands its variables on in the environment, where quotes and spaces do no harm.
    number, given = os.environ.get("N") or None, sys.argv[1:]
    if given == ["exercise"] and number:
        sys.exit(main(number))
    if given == ["grade"] and os.environ.get("FROM") and os.environ.get("REPORT"):
        sys.exit(main(number, os.environ["FROM"], os.environ["REPORT"]))
    print("Say for instance: make exercise N=2.2")
    print("              or: make grade FROM=folder REPORT=results.json")
    sys.exit(2)
