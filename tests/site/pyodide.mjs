// Compile every module below a folder with the Python of Pyodide, and import the package there.
//
//     node pyodide.mjs node_modules/pyodide/pyodide.mjs folder package
const CHECK = `
import json, sys
from importlib import import_module
from pathlib import Path

modules = sorted(Path("/wheel").rglob("*.py"))
for path in modules:
    compile(path.read_text(encoding="utf-8"), str(path), "exec")
sys.path.insert(0, "/wheel")
json.dumps({
    "modules": [path.relative_to("/wheel").as_posix() for path in modules],
    "version": import_module(name).__version__,
    "python": sys.version_info[:2],
})
`;
const [program, folder, name] = process.argv.slice(2);
const { loadPyodide } = await import(program);
const pyodide = await loadPyodide();
pyodide.FS.mkdir("/wheel");
pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: folder }, "/wheel");
pyodide.globals.set("name", name);
try {
  console.log(pyodide.runPython(CHECK));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
