"""The project's Markdown files as pages of the site: what they link to is found there too."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = {
    "README.md": "index",
    "CONTRIBUTING.md": "contributing",
    "CHANGELOG.md": "changelog",
    "lessons/INSTRUCTOR.md": "instructor",
    "lessons/reproduction/results/reproduction.md": "reproduction",
    "kan_numpy/datasets/data/README.md": "knots",  # in no list of contents
}
LESSONS = {path.name.partition("_")[0]: path for path in (ROOT / "lessons").glob("[0-9]*.py")}
PARTS = re.compile(
    r"(?P<kept>^```.*?^```$|`[^`\n]+`|\$\$.*?\$\$|\$[^$]+\$|^#.*?$)"
    r"|(?P<words>!?\[(?:`[^`]*`|[^\]])*\])\((?P<path>[^)\s]+)\)"
    r"|(?P<lesson>(?<![\w.])\d\d[a-e]\b|(?<=[Ll]esson )00\b|(?<=\| )00(?=[ ,]))",
    re.DOTALL | re.MULTILINE,
)
"""Of Markdown: code, formulas and headings; links and pictures; numbers of lessons."""


def write(source: Path, files: Path) -> None:
    """Write the pages into the folder that Sphinx reads, and copy the files they link to."""
    for name, page in PAGES.items():
        if (ROOT / name).exists():
            text = (ROOT / name).read_text(encoding="utf-8")
            text = with_links(text, (ROOT / name).parent, source, files)
            hidden = "---\norphan: true\n---\n\n" if page == "knots" else ""
            (source / f"{page}.md").write_text(hidden + text, encoding="utf-8")


def with_links(text: str, folder: Path, source: Path, files: Path) -> str:
    """Lead the links of a text to pages and files of the site, and link the lessons it names."""

    def linked(part: re.Match[str]) -> str:
        if part["lesson"] in LESSONS:
            return f"[{part['lesson']}](/{LESSONS[part['lesson']].stem}.ipynb)"
        path = part["path"]
        if not path or re.match(r"\w+:|#", path):
            return part[0]
        if part["words"][0] == "!":  # Sphinx takes pictures from its own folder
            shutil.copy(folder / path, source)
            return f"{part['words']}({Path(path).name})"
        return f"{part['words']}({target(path, folder, files)})"

    return PARTS.sub(linked, text)


def target(link: str, folder: Path, files: Path) -> str:
    """Return where a link to a file or folder of the project leads: `site:` if Sphinx makes it not.

    A file that is no page is copied, so a link that leads nowhere ends the build.
    """
    if link == "explorer.html":
        return f"site:{link}"
    path = (folder / link).resolve()
    name = path.relative_to(ROOT).as_posix()
    if name in PAGES:
        return f"/{PAGES[name]}.md"
    if re.fullmatch(r"lessons/\d\w+\.py", name):
        return f"/{path.stem}.ipynb"
    if path.is_dir() and path.parent == ROOT / "kan_numpy":
        return f"/api/{path.name}.rst"
    if re.fullmatch(r"kan_numpy/(\w+/)?[a-z]\w*\.py", name):
        return f"site:_modules/{name.removesuffix('.py')}.html"
    copy = files / "files" / "project" / name
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, copy)
    return f"site:files/project/{name}"
