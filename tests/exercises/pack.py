"""Pack what a student gets: the library, the lessons, the blanks and the checks, no solutions."""

import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

FOLDERS = ("kan_numpy", "lessons", "tests/exercises")
FILES = ("Makefile", "pyproject.toml", "setup.py", "README.md", "LICENSE")
LEFT_OUT = {"INSTRUCTOR.md", "solutions", "mutants", "__pycache__", "build"}
DAY = (2024, 1, 1, 0, 0, 0)  # the same files make the same archive


def packed(target):
    """Write the archive; all of it lies in one folder named like the archive."""
    paths = [PROJECT / name for name in FILES]
    for folder in FOLDERS:
        paths += [path for path in (PROJECT / folder).rglob("*") if path.is_file()]
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(paths):
            name = path.relative_to(PROJECT)
            if LEFT_OUT & set(name.parts) or name.match("tests/exercises/test_*.py"):
                continue
            entry = zipfile.ZipInfo(f"{Path(target).stem}/{name.as_posix()}", DAY)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    packed(sys.argv[1])
    print(f"The students' archive is {sys.argv[1]}")
