"""The API reference: every name has an entry with its example, its formulas and its source."""

import html
import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import kan_numpy as kn

pytestmark = pytest.mark.site

FOLDER = Path(kn.__file__).parent
CHAPTERS = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))
MODULES = [
    ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts)
    for path in sorted(FOLDER.rglob("[!_]*.py"))
]
PAGES = ["index", "minimal", "reference", "gradcheck", *CHAPTERS]
DEFINED = {
    f"{file}.{name}": import_module(file)
    for file in MODULES
    for name in import_module(file).__all__
}


def thing(full):
    return getattr(DEFINED[full], full.rpartition(".")[2])


def users_names():
    """Return every name that users write, and what it is."""
    found = {f"kn.{name}": getattr(kn, name) for name in kn.__all__}
    for name, value in list(found.items()):
        if isinstance(value, ModuleType):
            found |= {f"{name}.{inner}": getattr(value, inner) for inner in value.__all__}
    return found


def plain(text):
    """Return the text of HTML: its words, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


def formulas(docstring):
    return len(re.findall(r":math:`|^ *\.\. math::", docstring, re.MULTILINE))


@pytest.fixture(scope="module")
def pages(site):
    """Return the HTML of every page of the reference, by its name."""
    found = {path.stem: path.read_text(encoding="utf-8") for path in site.glob("api/*.html")}
    assert sorted(found) == sorted(PAGES)
    return found


@pytest.fixture(scope="module")
def entries(pages):
    """Return the line and the description of every entry, by each of its anchors."""
    found = {}
    pattern = r'<dt class="sig [^>]*(id=".*?)</dt>(.*?)(?=<dt class="sig |<section |</section>)'
    for page in pages.values():
        for line, text in re.findall(pattern, page, re.DOTALL):
            for anchor in re.findall(r'id="(.*?)"', line):
                assert anchor not in found
                found[anchor] = line, text
    return found


def test_what_a_file_offers_has_an_entry(entries):
    assert len(DEFINED) > 400
    assert not DEFINED.keys() - entries.keys()
    methods = {
        f"{full}.{name}"
        for full in DEFINED
        if inspect.isclass(thing(full))
        for name, member in vars(thing(full)).items()
        if name[0] != "_" and inspect.isfunction(member) and member.__doc__
    }
    assert len(methods) > 200
    assert not methods - entries.keys()


def test_what_users_write_is_an_anchor(entries, pages):
    every, everything = "".join(pages.values()), users_names()
    for name, value in everything.items():
        if isinstance(value, ModuleType):
            assert every.count(f"<span id='{name}'></span>") == 1, name
        else:
            shown = re.search(r"\bkn\.[\w.]+", plain(entries[name][0].partition(">")[2]))
            assert everything[shown[0]] is value


def test_every_entry_leads_to_its_source(entries, site):
    sources = {}
    for anchor, (line, _) in entries.items():
        (link,) = re.findall(r'href="\.\./(_modules/.*?)"', line)
        page, _, place = link.partition("#")
        if page not in sources:
            sources[page] = set(re.findall(r'id="(.*?)"', (site / page).read_text("utf-8")))
        assert place in sources[page]
        assert anchor.startswith("kn.") or anchor == f"{page[9:-5].replace('/', '.')}.{place}"


def test_every_file_can_be_read(site):
    for module in MODULES:
        page = (site / f"_modules/{module.replace('.', '/')}.html").read_text(encoding="utf-8")
        assert plain(inspect.getdoc(import_module(module)).split("\n")[0]) in plain(page)


def test_examples_are_shown(entries):
    shown = 0
    for name, value in users_names().items():
        documented = inspect.isroutine(value) or inspect.isclass(value)
        docstring = (inspect.getdoc(value) or "") if documented else ""
        for line in re.findall(r"^(?:>>>|\.\.\.) .*$", docstring, re.MULTILINE):
            assert " ".join(line.split()) in plain(entries[name][1]), (name, line)
            shown += 1
    assert shown > 400


def test_formulas_of_docstrings_are_formulas(entries, pages):
    for full in DEFINED:
        value = thing(full)
        if inspect.isfunction(value) or inspect.isclass(value):
            docstring = inspect.getdoc(value) or ""
            assert entries[full][1].count('<span class="math ') + entries[full][1].count(
                '<div class="math '
            ) == formulas(docstring), full
    assert sum(page.count('class="math ') for page in pages.values()) > 300
    assert not [name for name, page in pages.items() if ":math:" in plain(page)]


def test_code_is_code_and_a_letter_is_no_list(pages):
    """An indented block without a double colon would be a quotation, and ``k.`` item 11."""
    assert not [name for name, page in pages.items() if "<blockquote" in page or "<ol" in page]


def test_our_names_are_links(pages):
    ours = {full.rpartition(".")[2] for full in DEFINED} | DEFINED.keys()
    for page in pages.values():
        code = r'(?<!">)<code class="xref py py-obj[^>]*>(.*?)</code>'
        assert not ours & {plain(name) for name in re.findall(code, page)}
    assert 'href="networks.html#kan_numpy.networks.kan.KAN"' in pages["index"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_begins_with_its_introduction_and_keeps_its_order(pages, chapter):
    introduction = inspect.getdoc(import_module(f"kan_numpy.{chapter}"))
    page = pages[chapter]
    opening = introduction.partition("\n\n")[2].partition("::")[0]
    assert " ".join(opening.replace("`", "").split()) in plain(page)
    order = re.findall(r"^ {4}(\w+)  +\S", introduction, re.MULTILINE)
    assert re.findall(r'id="module-kan_numpy\.\w+\.(\w+)"', page) == order
    lesson = re.search(r"[Ll]essons? (\d\d\w?)\b|lessons train", opening)
    assert lesson[1] is None or f'href="../{lesson[1]}_' in page


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_typeset(browser, site, pages, name):
    page = browser.new_page()
    errors = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else 0
    )
    page.goto((site / f"api/{name}.html").as_uri())
    wanted = pages[name].count('class="math ')
    if wanted:
        count = "document.querySelectorAll('mjx-container').length"
        page.wait_for_function(f"{count} == {wanted}")
    assert page.evaluate("document.querySelectorAll('mjx-merror, [data-mjx-error]').length") == 0
    assert not errors
    page.close()
