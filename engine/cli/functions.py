"""`--lambda NAME=module:function`: the handlers that the operator gives to the service.

Here: reading the option and importing what it names. The working directory comes last on sys.path, so that it shadows nothing.
Never: running them (service/lambdas). Imports errors; imported by serve.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from engine.errors import UsageError
from engine.service.lambdas import Function

_FORM = "write --lambda NAME=module:function"


def load_functions(options: Iterable[str]) -> dict[str, Function]:
    """The handlers by name. Raises: UsageError."""
    functions: dict[str, Function] = {}
    for option in options:
        name, _, target = option.partition("=")
        module, _, attribute = target.partition(":")
        if not (name and module and attribute):
            raise UsageError(f"--lambda {option}: {_FORM}")
        if name in functions:
            raise UsageError(f"--lambda {option}: {name} is given twice")
        functions[name] = _load(option, module, attribute)
    return functions


def _load(option: str, module: str, attribute: str) -> Function:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise UsageError(f"--lambda {option}: {module} can't be imported: {error}") from error
        raise UsageError(f"--lambda {option}: there is no module {error.name} in {folder} or on sys.path") from None
    except (Exception, SystemExit) as error:  # the operator's code: whatever it raises
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__}: {error} ({where.filename}, line {where.lineno})"
        raise UsageError(f"--lambda {option}: {module} can't be imported: {what}") from error
    function = getattr(loaded, attribute, None)
    if not callable(function):
        what = "is no function" if hasattr(loaded, attribute) else "is not there"
        raise UsageError(f"--lambda {option}: {attribute} {what} in {loaded.__file__ or module}")
    return function  # type: ignore[no-any-return]  # callable, as far as can be told
