"""The doctor of the course finds this machine well, and says what to do about one that is not."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "lessons" / "_doctor.py"


def doctor(folder, *options):
    return subprocess.run(
        [sys.executable, *options, str(PROGRAM)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_machine_on_which_these_tests_run_is_well(tmp_path):
    report = doctor(tmp_path)
    *lines, _, end = report.stdout.splitlines()
    assert report.returncode == 0, report.stdout
    assert end == "All is well."
    assert all(line.startswith("ok ") for line in lines)
    for word in ("Python", "numpy", "processors", "formulas too", "figures go to", "central", "60"):
        assert word.lower() in report.stdout.lower()
    assert list((tmp_path / "build").iterdir()) == []


def test_without_packages_it_says_which_command_installs_them(tmp_path):
    report = doctor(tmp_path, "-S")  # without the folder of installed packages
    assert report.returncode == 1
    assert 'kan_numpy is missing; run: pip install -e ".[test]"' in report.stdout
    assert "checks failed" in report.stdout


def test_without_a_folder_to_write_to_it_fails(tmp_path):
    (tmp_path / "build").write_text("a file is in the way", encoding="utf-8")
    report = doctor(tmp_path)
    assert report.returncode == 1
    assert "WRONG  folder" in report.stdout
