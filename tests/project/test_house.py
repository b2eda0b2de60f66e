"""The rules of the house: what imports what, how long things are, whether the README is true."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# A chapter imports only the chapters before it; what stands beside the folders comes before all.
CHAPTERS = [
    "splines",
    "functions",
    "layers",
    "networks",
    "optimizers",
    "datasets",
    "training",
    "sparsity",
    "derivatives",
    "pde",
    "algebra",
    "formulas",
    "symbolic_regression",
    "plotting",
]
TOP = {"__init__", "gradcheck", "minimal", "reference"}

MOST_FILES = 10  # of a chapter
LONGEST_FUNCTION = 45  # lines of code
LONGEST_FILE = 320  # lines of any kind
SEEDED_BY_HAND = {"default_rng", "Random", "Generator", "SeedSequence", "BitGenerator", "PCG64"}
SITE_TOOLS = {"docutils", "nbclient", "nbformat", "numpydoc", "playwright", "sklearn", "sphinx"}
ONLY_LOOKS = {"getstate", "get_state", "get_bit_generator"}


def python_files(*folders):
    """Return every Python file of these folders, and make sure that there are some."""
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    assert files
    return files


def project_files():
    """Return what git knows or would add; in an unpacked archive, everything that is not hidden."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        paths = [ROOT / name for name in names.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = []
    if not paths:
        hidden = re.compile(r"(^|/)(\.(?!ci/)|build/|__pycache__/|[^/]*\.egg-info/)")
        paths = [p for p in ROOT.rglob("*") if not hidden.search(p.relative_to(ROOT).as_posix())]
    return [path for path in paths if path.is_file()]


@cache
def text_files():
    """Return the path and the text of every file of the project; of a picture, what is readable."""
    return [(path, path.read_text(encoding="utf-8", errors="ignore")) for path in project_files()]


@cache
def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


@cache
def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path, node):
    """Return file and line, as editors understand them."""
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def imports(path):
    """Return the node and the dotted name of everything a file imports, in functions too."""
    found = []
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            found += [(node, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = ".".join(filter(None, ["kan_numpy" if node.level else "", node.module]))
            found += [(node, f"{module}.{alias.name}") for alias in node.names]
    return found


def chapter(path):
    """Return the number of the chapter of a file, 0 for what stands beside the folders."""
    parts = path.relative_to(ROOT / "kan_numpy").parts
    return 1 + CHAPTERS.index(parts[0]) if len(parts) > 1 else 0


def own_modules(path):
    """Return the node and the file of everything of ours that a file imports."""
    for node, name in imports(path):
        if name.partition(".")[0] != "kan_numpy":
            continue
        place_of = ROOT / Path(*name.split("."))
        while not (place_of.with_suffix(".py").exists() or (place_of / "__init__.py").exists()):
            place_of = place_of.parent
        module = place_of.with_suffix(".py")
        yield node, module if module.exists() else place_of / "__init__.py"


def test_a_chapter_imports_only_earlier_chapters():
    wrong = [
        f"{place(path, node)} imports {module.relative_to(ROOT)}"
        for path in python_files("kan_numpy")
        for node, module in own_modules(path)
        if chapter(module) > chapter(path) or module == ROOT / "kan_numpy" / "__init__.py"
        if path != ROOT / "kan_numpy" / "__init__.py"
    ]
    assert not wrong


def test_the_tree_is_the_table_of_contents():
    folder = ROOT / "kan_numpy"
    folders = {path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert folders == set(CHAPTERS)
    assert {path.stem for path in folder.glob("*.py") if not re.match("_[a-z]", path.name)} <= TOP
    sizes = {name: len(list((folder / name).glob("[!_]*.py"))) for name in CHAPTERS}
    assert not {name: size for name, size in sizes.items() if size > MOST_FILES}


def test_tests_stand_where_the_code_stands():
    tests = [path for chapter in CHAPTERS for path in (ROOT / "tests" / chapter).rglob("*.py")]
    names = [path.name.removeprefix("test_") for path in tests]
    wrong = [
        str(path.relative_to(ROOT))
        for path, name in zip(tests, names, strict=True)
        if not (ROOT / "kan_numpy" / path.parent.name / name).exists()
    ]
    assert len(tests) > 50
    assert not wrong


def test_the_slow_twins_are_independent():
    reference = ROOT / "kan_numpy" / "reference.py"
    assert not list(own_modules(reference))
    splines = ROOT / "kan_numpy" / "splines" / "bsplines.py"
    assert reference not in {module for _, module in own_modules(splines)}


def allowed_packages(path):
    """Return what a file may import besides the standard library."""
    allowed = {"numpy", "scipy", "kan_numpy"}
    if path.is_relative_to(ROOT / "lessons" / "site") or path.is_relative_to(ROOT / "tests/site"):
        site = {neighbor.stem for neighbor in (ROOT / "lessons" / "site").glob("*.py")}
        if path.is_relative_to(ROOT / "tests"):
            site |= {neighbor.stem for neighbor in (ROOT / "tests").glob("*.py")}
        return allowed | {"matplotlib", "pytest", "_page"} | SITE_TOOLS | site
    if path.is_relative_to(ROOT / "kan_numpy"):
        draws = "plotting" in path.parts
        return allowed | ({"matplotlib"} if draws else set())
    if path.is_relative_to(ROOT / "lessons"):
        return allowed | {"matplotlib", "pytest", "hypothesis", "_page"}
    neighbors = {neighbor.stem for neighbor in (ROOT / "tests").glob("*.py")} | {"exercises"}
    return allowed | {"matplotlib", "pytest", "hypothesis"} | neighbors


def test_no_other_package_is_imported():
    wrong = []
    for path in python_files("kan_numpy", "lessons", "tests"):
        allowed = allowed_packages(path) | sys.stdlib_module_names
        names = [
            (node, name) for node, name in imports(path) if name.partition(".")[0] not in allowed
        ]
        wrong += [f"{place(path, node)} imports {name}" for node, name in names]
    assert not wrong


def code_lines(path, function):
    """Return how many lines of a function hold code: no docstring, no comment, nothing blank."""
    lines = lines_of(path)
    numbers = set(range(function.lineno, function.end_lineno + 1))
    if ast.get_docstring(function) is not None:
        numbers -= set(range(function.body[0].lineno, function.body[0].end_lineno + 1))
    return sum(re.match(r"\s*[^\s#]", lines[number - 1]) is not None for number in numbers)


def test_functions_of_the_library_are_short():
    lengths = {
        f"{place(path, node)} {node.name}": code_lines(path, node)
        for path in python_files("kan_numpy")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {name: count for name, count in lengths.items() if count > LONGEST_FUNCTION}


def test_files_of_the_library_are_short():
    lengths = {
        str(path.relative_to(ROOT)): len(lines_of(path)) for path in python_files("kan_numpy")
    }
    assert not {name: count for name, count in lengths.items() if count > LONGEST_FILE}


def test_the_first_line_of_a_file_says_what_it_is_for():
    wrong = []
    for path in python_files("kan_numpy", "tests"):
        first_line = lines_of(path)[0]
        if not re.match(r'r?"""\w.*[.:?](""")?$', first_line):
            wrong.append(f"{path.relative_to(ROOT)}: {first_line}")
    assert not wrong


def test_no_global_random_state_is_used():
    wrong = []
    for path in python_files("kan_numpy", "lessons", "tests"):
        used = imports(path) + [
            (node, ast.unparse(node).replace("np.", "numpy.", 1))
            for node in ast.walk(parse(path))
            if isinstance(node, ast.Attribute)
            and "random" in (getattr(node.value, "attr", ""), getattr(node.value, "id", ""))
        ]
        for node, name in used:
            state = re.match(r"(?:numpy\.)?random\.(\w+)", name)
            if state and state[1] not in SEEDED_BY_HAND | ONLY_LOOKS:
                wrong.append(f"{place(path, node)} uses {name}")
    assert not wrong


def test_no_path_leads_out_of_the_project():
    wrong = []
    for path, text in text_files():
        wrong += [
            (path.name, upwards)
            for upwards in re.findall(r"(?:\.\./)+[\w/.-]*\w", text)
            if "\0" not in text  # the bytes of a picture may look like anything
            if not (path.parent / upwards).resolve().is_relative_to(ROOT)
            or not (path.parent / upwards).exists()
        ]
        machine = r"(?<![\w.])/(?:home|root|Users|work)/\w+|[A-Z]:\\Users"
        wrong += [(path.name, found) for found in re.findall(machine, text)]
    assert not wrong


def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")


def fenced_blocks():
    """Return (line of the fence, language, text) of every fenced block of the README."""
    text = readme()
    blocks = re.finditer(r"^```([^\n`]*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [(text[: b.start()].count("\n") + 1, b[1].strip(), b[2]) for b in blocks]


def test_the_snippets_of_the_readme_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    snippets = [(line, code) for line, language, code in fenced_blocks() if language == "python"]
    assert snippets
    for line, code in snippets:
        exec(compile("\n" * line + code, "README.md", "exec"), {"__name__": "__main__"})


def test_the_table_of_lessons_in_the_readme_is_complete():
    rows = [line for line in readme().splitlines() if line.startswith("|")]
    linked = re.findall(r"\]\(lessons/(\w+\.py)\)", "\n".join(rows))
    assert list(dict.fromkeys(linked)) == sorted(
        path.name for path in (ROOT / "lessons").glob("[0-9]*.py")
    )


def test_every_link_to_a_file_leads_somewhere():
    wrong = []
    for path, text in text_files():
        if path.suffix == ".md":
            prose = re.sub(r"^```.*?^```$|`[^`\n]+`", "", text, flags=re.DOTALL | re.MULTILINE)
            links = re.findall(r'(?:\]\(|src=")(?!\w+:|#)([^)\s"#]+)', prose)
            wrong += [(path.name, link) for link in links if not (path.parent / link).exists()]
    assert not wrong


def test_every_command_of_the_readme_exists():
    commands = set(re.findall(r"`make ([a-z]+)", readme()))
    for _, language, text in fenced_blocks():
        if language != "python":
            commands |= set(re.findall(r"^\$? ?make ([a-z]+)", text, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert {"lessons", "test", "gradients"} <= commands
    unknown = commands - set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert not unknown
