"""Finds the function of a `python` activity: in the spec's folder first, then wherever Python looks.

The folder goes to the end of sys.path, so that the module's own imports find their neighbours and nothing of the standard
library is shadowed. A process has one module per name: where the name is taken by another file (another spec's folder has a
module of that name too), ours is loaded beside it, under a name of its own. Known gap: what such a module imports in turn goes
by Python's own rule, the first of that name.
Imports `errors`, `python` and `spec.model`; imported by `choose`.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
import traceback
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from engine.errors import UsageError
from engine.runtime.handlers.python import PythonHandler, arity
from engine.spec.model import PythonRun

_importing = threading.Lock()


def load_function(run: PythonRun, folder: Path, activity: str) -> PythonHandler:
    """Raises: UsageError, saying what of `module:function` is not there, or why the module can't be imported."""
    named = f"the activity {activity} is to run {run.module}:{run.function}"
    try:
        with _importing:
            module = _module(run.module, folder.resolve(), named)
    except UsageError:
        raise
    except (Exception, SystemExit) as error:  # the author's code: whatever it raises
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error} ({where.filename}, line {where.lineno})"
        raise UsageError(f"{named}, but {run.module} can't be imported: {what}") from error
    function = getattr(module, run.function, None)
    if not callable(function):
        what = "is no function" if hasattr(module, run.function) else "is not there"
        raise UsageError(f"{named}, but {run.function} {what} in {module.__file__ or run.module}")
    try:
        return PythonHandler(run_as=run, function=function, arity=arity(function))
    except (TypeError, ValueError) as error:
        raise UsageError(f"{named}, which can't be called with (), (input) or (input, activity): {error}") from None


def _module(name: str, folder: Path, named: str) -> ModuleType:
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    importlib.invalidate_caches()
    top = name.partition(".")[0]
    ours = PathFinder.find_spec(top, [str(folder)])
    if ours is not None and ours.origin is not None and _taken_by(top) not in ("", ours.origin):
        if top != name:
            raise UsageError(f"{named}, but the package {top} is {_taken_by(top)} in this process: rename one, or run two workers")
        return _load_beside(top, ours)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise UsageError(f"{named}, but there is no module {error.name} in {folder} or on sys.path") from None


def _taken_by(name: str) -> str:
    """The file that `import name` gives in this process; empty where it gives none."""
    loaded = sys.modules.get(name)
    if loaded is not None:
        return loaded.__file__ or f"<built-in {name}>"
    found = PathFinder.find_spec(name)
    return "" if found is None or found.origin is None else found.origin


def _load_beside(name: str, ours: ModuleSpec) -> ModuleType:
    alias = f"{name}@{ours.origin}"
    if alias in sys.modules:
        return sys.modules[alias]
    spec = importlib.util.spec_from_file_location(alias, ours.origin, submodule_search_locations=ours.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise UsageError(f"{ours.origin} can't be loaded as a Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[alias]
        raise
    return module
