"""The docstrings of all public names: parameters, shapes, errors, and an example that runs."""

import inspect
import re

import kan_numpy as kn

CHECKS = re.compile(r"\braise \w+(?:Error)?\(|\bas_(?:array|choice|count|knots|number|rng)\(")
"""What in the code of a function refuses an argument."""

VAGUE = ("does not make sense", "do not make sense", "which and why")
HOME_MADE = ("Hold", "Name what", "Tell", "Say", "Ask")
"""Words that do not begin a first line: a class is a noun, a function does something."""


def public_names():
    """Return every public function and class, by name: of the library and of its modules."""
    found = {}
    for name in kn.__all__:
        thing = getattr(kn, name)
        if name == "minimal":  # one page, with a line and its shapes for each function
            continue
        if inspect.ismodule(thing):
            own = [n for n, o in vars(thing).items() if defined_in(thing, n, o)]
            inside = {n: getattr(thing, n) for n in getattr(thing, "__all__", own)}
            found |= {f"kn.{name}.{n}": o for n, o in inside.items()}
        else:
            found[f"kn.{name}"] = thing
    chosen = {n: o for n, o in found.items() if inspect.isfunction(o) or inspect.isclass(o)}
    return {name: thing for name, thing in chosen.items() if not name.startswith("kn.localisation")}


def defined_in(module, name, thing):
    return name[0] != "_" and getattr(thing, "__module__", "") == module.__name__


PUBLIC = public_names()


def section(docstring, title):
    """Return the text of one section of a numpydoc docstring, empty if there is none."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=^\w+\n-+\n|\Z)", docstring, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def docstrings():
    """Return the name, the object and the docstring of everything public."""
    return [(name, thing, inspect.getdoc(thing) or "") for name, thing in PUBLIC.items()]


def methods():
    """Return the same of the methods and properties of public classes that the library defines."""
    return [
        (f"{name}.{attribute}", member, inspect.getdoc(member) or "")
        for name, thing in PUBLIC.items()
        if inspect.isclass(thing)
        for attribute, member in inspect.getmembers(thing)
        if attribute[0] != "_" and (inspect.isroutine(member) or isinstance(member, property))
        if str(getattr(getattr(member, "fget", member), "__module__", "")).startswith("kan_numpy")
    ]


def checking_code(thing):
    """Return the function that sees the arguments first; None if a class takes what it is given."""
    if inspect.isfunction(thing):
        return thing
    own = [thing.__dict__.get(name) for name in ("__post_init__", "__init__")]
    functions = [f for f in own if inspect.isfunction(f) and f.__module__ == thing.__module__]
    return next((f for f in functions if f.__code__.co_filename.endswith(".py")), None)


def is_protocol(thing):
    return getattr(thing, "_is_protocol", False)


def is_elementwise(thing):
    """Tell whether it is a function from x to an array of its shape, as its module says once."""
    types = {"x": "Array", "return": "Array"}
    elementwise = inspect.isfunction(thing) and thing.__annotations__ == types
    return elementwise and "element by element" in inspect.getmodule(thing).__doc__


def test_the_public_names_are_found():
    assert {"kn.KAN", "kn.fit", "kn.plot", "kn.datasets.Scaler", "kn.pde.PDE"} <= PUBLIC.keys()
    assert {"kn.KAN.forward", "kn.KAN.theta", "kn.Formula.latex"} <= {n for n, _, _ in methods()}
    assert len(PUBLIC) > 100


def test_modules_are_documented():
    modules = {name: getattr(kn, name) for name in kn.__all__}
    assert not [n for n, m in modules.items() if inspect.ismodule(m) and not m.__doc__]


def test_the_first_line_says_what_it_is_or_does():
    wrong = []
    for name, _, docstring in docstrings() + methods():
        first, _, rest = docstring.partition("\n")
        complete = re.fullmatch(r"[A-Z].*\.", first) and (not rest or rest[0] == "\n")
        if not complete or re.match(rf"(?:{'|'.join(HOME_MADE)})\b", first):
            wrong.append(f"{name}: {first}")
    assert not wrong


def test_every_parameter_is_described():
    wrong = []
    for name, thing, docstring in docstrings():
        described = section(docstring, "Parameters") + section(docstring, "Attributes")
        complete = is_protocol(thing) or is_elementwise(thing)
        names = [] if complete else inspect.signature(thing).parameters
        wrong += [
            f"{name}: {parameter}"
            for parameter in names
            if not re.search(rf"^(?! )[\w, *]*\b{parameter}\b.* : ", described, re.MULTILINE)
        ]
    assert not wrong


def test_no_parameter_is_described_that_does_not_exist():
    wrong = []
    for name, thing, docstring in docstrings():
        lines = re.findall(r"^(?! )([\w, *]+) : ", section(docstring, "Parameters"), re.MULTILINE)
        named = {n.strip(" *") for line in lines for n in line.split(",")}
        wrong += [f"{name}: {n}" for n in named - set(inspect.signature(thing).parameters)]
    assert not wrong


def test_what_is_returned_is_described():
    wrong = []
    for name, thing, docstring in docstrings():
        function = inspect.isfunction(thing) and not is_elementwise(thing)
        returns = function and thing.__annotations__["return"] not in ("None", None)
        if returns and not section(docstring, "Returns"):
            wrong.append(name)
    assert not wrong


def test_every_array_has_a_shape():
    wrong = []
    for name, _, docstring in docstrings() + methods():
        for title in ("Parameters", "Attributes", "Returns"):
            lines = re.findall(r"^(?! )\S.*$", section(docstring, title), re.MULTILINE)
            arrays = [line for line in lines if re.search(r"array_like|ndarray", line)]
            wrong += [
                f"{name}: {line}"
                for line in arrays
                if not re.search(r"(?:array_like|ndarray).*\bshape\b|tuple of ndarray", line)
            ]
    assert not wrong


def test_what_is_refused_is_described():
    wrong = []
    for name, thing, docstring in docstrings():
        code = checking_code(thing)
        if code is not None and CHECKS.search(inspect.getsource(code)):
            entries = re.findall(r"^(?! )\S.*$", section(docstring, "Raises"), re.MULTILINE)
            if not entries or any(not re.fullmatch(r"\w+", entry) for entry in entries):
                wrong.append(f"{name}: {entries}")
        wrong += [f"{name}: {phrase}" for phrase in VAGUE if phrase in docstring]
    assert not wrong


def test_an_example_imports_what_it_uses():
    wrong = []
    for name, thing, docstring in docstrings():
        code = re.findall(r"^(?:>>>|\.\.\.) .*$", section(docstring, "Examples"), re.MULTILINE)
        example = "" if is_elementwise(thing) else "\n".join(code)
        wrong += [
            f"{name}: {module}"
            for module, short in (("numpy", "np"), ("kan_numpy", "kn"))
            if re.search(rf"\b{short}\.", example) and f"import {module} as {short}" not in example
        ]
    assert not wrong


def test_every_public_name_has_an_example_with_a_result():
    wrong = []
    for name, _, docstring in docstrings():
        lines = section(docstring, "Examples").splitlines()
        results = [line for line in lines if line and not line.startswith((">>>", "..."))]
        if not any(line.startswith(">>>") for line in lines) or not results:
            wrong.append(name)
    assert not wrong
