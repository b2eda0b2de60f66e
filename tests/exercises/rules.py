"""What a function uses: found in the text of its file, without running it."""

import ast

LIBRARIES = {"kan_numpy", "scipy"}

ROUNDABOUT = {"importlib", "builtins", "runpy", "pkgutil", "ctypes", "inspect", "subprocess", "gc"}
"""Modules that lead to every other module."""

TRICKS = {"__import__", "eval", "exec", "compile", "globals", "vars", "open", "__builtins__"}
TRICKS |= {"breakpoint", "__loader__", "__spec__"}
HIDDEN = {"modules", "meta_path", "path_hooks", "__globals__", "__builtins__", "__subclasses__"}
HIDDEN |= {"__loader__", "__spec__", "__import__", "f_globals", "f_builtins", "__getattribute__"}


def violations(source, function):
    """Return what a function uses, itself or in what it calls, that its task forbids."""
    tree = ast.parse(source)
    bound = bindings(tree.body)
    found, seen, todo = [], set(), [function, "*"]
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for node in bound.get(name, []):
            found += [f"{what} (line {line})" for what, line in forbidden(node)]
            todo += names_read(node)
    words = ", ".join(dict.fromkeys(found))
    return [f"this task may not use {words}"] if words else []


def bindings(body):
    """Return for every name of a module the statements that may have bound it last."""
    bound = {}
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.For | ast.While | ast.With):
            for inner in blocks(node):
                for name, nodes in bindings(inner).items():
                    bound[name] = [*bound.get(name, []), *nodes]
        for name in names_bound(node):
            bound[name] = [node]
    return bound


def blocks(node):
    """Return the lists of statements inside a compound statement."""
    handlers = [handler.body for handler in getattr(node, "handlers", [])]
    inner = [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
    return [*inner, *handlers]


def names_bound(node):
    """Return the names that a statement of a module binds; a star stands for all of them."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    parts = [node] if not isinstance(node, ast.If | ast.Try | ast.While) else []
    if isinstance(node, ast.For):
        parts = [node.target]
    elif isinstance(node, ast.With):
        parts = node.items
    found = [inner for part in parts for inner in ast.walk(part)]
    return [n.id for n in found if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def names_read(node):
    """Return the names that a statement reads from its module."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        outside = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        names = [name for part in outside for name in names_read(part)]
        own = local_names(node)
        inner = [name for part in node.body for name in names_read(part)]
        return names + [name for name in inner if name not in own]
    if isinstance(node, ast.Name):
        return [node.id]
    return [name for child in ast.iter_child_nodes(node) for name in names_read(child)]


def local_names(node):
    """Return the names that belong to a function, and not to its module."""
    arguments = [a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)]
    stored, shared = set(arguments), set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            stored.add(inner.id)
        elif isinstance(inner, ast.Global | ast.Nonlocal):
            shared |= set(inner.names)
    return stored - shared


def forbidden(node):
    """Return what a statement uses that no task without libraries may use, and in which line."""
    found = []
    for inner in ast.walk(node):
        line = getattr(inner, "lineno", 0)
        if isinstance(inner, ast.Import):
            modules = [alias.name.partition(".")[0] for alias in inner.names]
        elif isinstance(inner, ast.ImportFrom):
            modules = [(inner.module or "").partition(".")[0]]
        else:
            modules = []
        found += [(name, line) for name in modules if name in LIBRARIES | ROUNDABOUT]
        if isinstance(inner, ast.Name) and inner.id in TRICKS:
            found.append((inner.id, line))
        if isinstance(inner, ast.Attribute) and inner.attr in HIDDEN:
            found.append((inner.attr, line))
    return found
