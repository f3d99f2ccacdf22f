"""From what a spec says about an activity type to the handler that runs it. Imports the handlers; imported by `known`.

That of HTTP requests is imported when a spec asks for it: its client costs what others need not pay.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import assert_never

from engine.runtime.handlers.command import CommandHandler
from engine.runtime.handlers.loading import load_function
from engine.runtime.task import Handler
from engine.spec.model import ABSENT, ActivityType, CommandRun, HttpRun, PythonRun


def handler_for(activity: ActivityType, folder: Path, grace: float) -> Handler:
    """`grace` is the seconds between TERM and KILL. Raises: UsageError where the function that the spec names isn't there."""
    match activity.run:
        case CommandRun():
            return CommandHandler(run_as=activity.run, output=activity.output, folder=folder, grace=grace)
        case PythonRun():
            return load_function(activity.run, folder, activity.name)
        case HttpRun():
            http: Handler = import_module("engine.runtime.handlers.http").HttpHandler(run_as=activity.run)
            return http
        case _ if activity.run is ABSENT:
            raise ValueError(f"{activity.name} has no `run`: another worker runs it")
        case _:
            assert_never(activity.run)
