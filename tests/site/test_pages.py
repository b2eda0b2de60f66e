"""Every page as it is written: nothing from elsewhere, no broken link, no figure without words."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = pytest.mark.site
ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted((ROOT / "lessons").glob("[0-9]*.py"))
NOTEBOOKS = ROOT / "build" / "notebooks"
LITE = "lite"  # notebooks that run in a browser need the network, and say so

# What a browser loads by itself, by the attributes that name it.
LOADED = {"src", "srcset", "data", "poster", "background", "xlink:href"}
FOR_READERS = {"next", "prev", "index", "search", "author", "copyright", "top", "up", "canonical"}


class Page(HTMLParser):
    """What a page loads, links to and shows."""

    def __init__(self, path):
        super().__init__()
        self.path, self.loads, self.links, self.images = path, [], [], []
        self.ids, self.styles, self.words, self._inside = {""}, [], [], ""
        self.tags = []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        found = {key: value or "" for key, value in attributes}
        self.tags.append(tag)
        self._inside = tag
        self.ids |= {found[key] for key in ("id", "name") if key in found}
        self.loads += [value for key, value in found.items() if key in LOADED]
        self.styles.append(found.get("style", ""))
        if tag == "link" and found.get("rel") not in FOR_READERS:
            self.loads.append(found["href"])
        elif tag in ("a", "link", "area"):
            self.links.append(found.get("href", ""))
        elif tag in ("form", "use"):
            self.links.append(found.get("action") or found.get("href") or "")
        elif tag == "img":
            self.images.append((found["src"], found.get("alt")))

    def handle_data(self, text):
        if self._inside == "style":
            self.styles.append(text)
        elif self._inside != "script":
            self.words.append(text)


@cache
def pages_of(site):
    """Return every page by its place."""
    return {
        path: Page(path)
        for path in sorted(site.rglob("*.html"))
        if path.relative_to(site).parts[0] != LITE
    }


@pytest.fixture(scope="module")
def pages(site):
    return pages_of(site)


def place(site, page):
    return page.path.relative_to(site).as_posix()


def test_nothing_is_loaded_from_another_host(site, pages):
    wrong = [
        (place(site, page), address)
        for page in pages.values()
        for address in page.loads
        if urlsplit(address).scheme not in ("", "data") or urlsplit(address).netloc
    ]
    assert len(pages) > 60
    assert not wrong


def test_no_style_and_no_script_names_another_host(site, pages):
    texts = [(place(site, page), style) for page in pages.values() for style in page.styles]
    texts += [(path.name, path.read_text("utf-8")) for path in site.rglob("*.css")]
    reaching = re.compile(r"@import|url\(\s*[\"']?(?!data:)(?:\w+:)?//")
    assert not [name for name, text in texts if reaching.search(text)]
    scripts = [*site.glob("_static/**/*.[cj]s*"), *site.glob("*.[cj]s")]
    assert len(scripts) > 10
    assert not [p.name for p in scripts if "sourceMappingURL" in p.read_text(encoding="utf-8")]


def test_every_link_leads_somewhere(site, pages):
    wrong = []
    for page in pages.values():
        for link in {*page.links, *page.loads, *(source for source, _ in page.images)}:
            parts = urlsplit(link)
            if parts.scheme or parts.path.startswith(f"{LITE}/"):
                continue
            goal = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            there = goal.is_file() and goal.is_relative_to(site)
            if not there or (goal in pages and unquote(parts.fragment) not in pages[goal].ids):
                wrong.append((place(site, page), link))
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert not wrong


def test_every_figure_is_described(site, pages):
    wrong = [
        (place(site, page), source)
        for page in pages.values()
        for source, words in page.images
        if not words or len(words) < 15 or re.search(r"\.(png|gif|svg)$", words)
    ]
    assert sum(len(page.images) for page in pages.values()) > len(LESSONS)
    assert not wrong


def test_a_lesson_has_its_page_its_files_and_its_neighbors(site, pages):
    for before, script, after in zip(
        [None, *LESSONS[:-1]], LESSONS, [*LESSONS[1:], None], strict=True
    ):
        page = pages[site / f"{script.stem}.html"]
        title = re.match(r"# %% \[markdown\]\n# # (.*)", script.read_text("utf-8"))[1]
        assert title in page.text
        files = {
            f"files/scripts/{script.name}": script,
            f"files/plain/{script.stem}.ipynb": NOTEBOOKS / "plain" / f"{script.stem}.ipynb",
            f"files/executed/{script.stem}.ipynb": NOTEBOOKS / f"{script.stem}.ipynb",
        }
        for link, file in files.items():
            assert link in page.links
            assert (site / link).read_bytes() == file.read_bytes()
        for neighbor in (before, after):
            assert neighbor is None or f"{neighbor.stem}.html" in page.links


def test_every_task_is_on_a_page_and_no_solution_is(site, pages):
    files = sorted((ROOT / "lessons" / "exercises").glob("ex*.py"))
    for path in files:
        page = pages[site / "exercises" / f"{path.stem}.html"]
        tasks = re.findall(r"Task [\d.]+ \(\d+ points?\)", path.read_text(encoding="utf-8"))
        assert tasks
        assert all(task in page.text for task in tasks)
    given = "".join(path.read_text("utf-8") for path in [*files, *LESSONS])
    given += "".join(path.read_text("utf-8") for path in (ROOT / "kan_numpy").rglob("*.py"))
    solutions = (ROOT / "tests" / "exercises" / "solutions").glob("*.py")
    lines = {
        line.strip()
        for path in solutions
        for line in path.read_text("utf-8").splitlines()
        if len(line.strip()) > 40 and line.strip() not in given
    }
    shown = [page.text for page in pages.values()]
    assert len(lines) > 50
    assert not [line for line in lines if any(" ".join(line.split()) in text for text in shown)]


def test_the_tables_of_the_reproduction_and_of_the_instructors_are_whole(site, pages):
    for name, source in (
        ("reproduction", "lessons/reproduction/results/reproduction.md"),
        ("instructor", "lessons/INSTRUCTOR.md"),
    ):
        lines = (ROOT / source).read_text(encoding="utf-8").splitlines()
        rows = [
            line for line in lines if line.startswith("|") and not re.match(r"\|[-:| ]+$", line)
        ]
        assert len(rows) > 50
        assert pages[site / f"{name}.html"].tags.count("tr") == len(rows)


def test_the_chapters_introduce_themselves(site, pages):
    for path in (ROOT / "kan_numpy").glob("*/__init__.py"):
        first = path.read_text(encoding="utf-8").partition("\n")[0].strip('".')
        tells = first.partition(": ")[2][1:]  # but for a capital that it gets as a sentence
        assert tells
        assert tells in pages[site / "api" / f"{path.parent.name}.html"].text
