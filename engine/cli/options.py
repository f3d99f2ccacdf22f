"""The options that commands share: the endpoint, the domain, JSON, how much is said. Declares and collects them, acts on none
but the logging level. Imports `engine.errors`; imported by every command.
"""

from __future__ import annotations

import functools
import importlib
import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, TypeAlias

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from engine.errors import UsageError

Command: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[Command], Command]

DEFAULT_URL = "sqlite:///.swfgraph/swf.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every command may be told."""

    url: str = DEFAULT_URL
    domain: str = ""
    """Empty: not given on the command line."""
    domain_in_environment: str = ""
    payloads: str = ""
    """Where payloads are that are too long for SWF. Empty: where the endpoint's default is."""
    json: bool = False
    verbosity: int = 0
    """-1 quiet, 0 normal, 1 verbose, 2 debugging."""

    @property
    def quiet(self) -> bool:
        return self.verbosity < 0


def at(common: Common) -> list[str]:
    """The words of a command line that reach the same endpoint."""
    if common.url == DEFAULT_URL:
        return []
    file = common.url.removeprefix("sqlite:///")
    return ["--url", common.url] if file == common.url else ["--db", file]


_URL: Decorator = click.option(
    "--url",
    envvar="SWFGRAPH_URL",
    default=DEFAULT_URL,
    metavar="URL",
    help=f"Where SWF is: sqlite:///FILE, http://HOST:PORT, aws://REGION. [$SWFGRAPH_URL; default: {DEFAULT_URL}]",
)
_DATABASE: Decorator = click.option(
    "--db", "database", default="", metavar="FILE", help="A database file, for --url sqlite:///FILE; goes before $SWFGRAPH_URL."
)
_SPEC_DOMAIN: Decorator = click.option("--domain", default="", metavar="NAME", help="Use this domain instead of the one in the spec.")
_DOMAIN: Decorator = click.option("--domain", default="", metavar="NAME", help="[$SWFGRAPH_DOMAIN; default: the only one there is]")
_PAYLOADS: Decorator = click.option(
    "--payloads",
    envvar="SWFGRAPH_PAYLOADS",
    default="",
    metavar="DIR|s3://BUCKET/PREFIX|none",
    help="Where payloads are that SWF does not carry (over 32,768 characters). [$SWFGRAPH_PAYLOADS; default: beside the database file]",
)
_JSON: Decorator = click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout, errors as JSON to stderr.")
_VERBOSE: Decorator = click.option("-v", "--verbose", count=True, help="Log more (-vv: debugging).")
_QUIET: Decorator = click.option("-q", "--quiet", is_flag=True, help="Log errors only, leave out remarks.")
_ENVIRONMENT: Decorator = click.option("--domain-in-environment", envvar="SWFGRAPH_DOMAIN", default="", hidden=True)


def _common(*options: Decorator) -> Decorator:
    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def collected(**given: Any) -> Any:
            verbosity = -1 if given.pop("quiet") else given.pop("verbose")
            given.pop("verbose", None)
            common = Common(
                url=_placed(given.pop("url", DEFAULT_URL), given.pop("database", "")),
                domain=given.pop("domain", ""),
                domain_in_environment=given.pop("domain_in_environment", ""),
                payloads=given.pop("payloads", ""),
                json=given.pop("as_json"),
                verbosity=verbosity,
            )
            configure_logging(verbosity)
            return command(common, **given)

        wrapped: Command = collected
        for option in (_QUIET, _VERBOSE, _JSON, *reversed(options)):
            wrapped = option(wrapped)
        return wrapped

    return decorate


def _placed(url: str, database: str) -> str:
    """The URL of the endpoint. Raises: UsageError where --db and --url were both given."""
    if not database:
        return url
    if click.get_current_context().get_parameter_source("url") is ParameterSource.COMMANDLINE:
        raise UsageError("--db and --url exclude each other: --db FILE is short for --url sqlite:///FILE")
    return f"sqlite:///{database}"


offline_command = _common()
"""For commands that reach no endpoint. Gives the command its `Common`, first."""

check_command = _common(_SPEC_DOMAIN, _PAYLOADS)
"""For `check`, which reaches an endpoint only where one is named."""

spec_command = _common(_URL, _DATABASE, _SPEC_DOMAIN)
"""For commands on a spec's workflow: the domain is the spec's unless --domain says otherwise."""

execution_command = _common(_URL, _DATABASE, _DOMAIN, _ENVIRONMENT)
"""For commands on an execution: the domain is --domain, else $SWFGRAPH_DOMAIN, else the only one there is."""

spec_data_command = _common(_URL, _DATABASE, _SPEC_DOMAIN, _PAYLOADS)
"""As `spec_command`, for those that send or read payloads."""

execution_data_command = _common(_URL, _DATABASE, _DOMAIN, _ENVIRONMENT, _PAYLOADS)
"""As `execution_command`, for those that send or read payloads."""

endpoint_command = _common(_URL, _DATABASE)
"""For commands on an endpoint, whatever its domains."""

endpoint_data_command = _common(_URL, _DATABASE, _PAYLOADS)
"""As `endpoint_command`, for those that send or read payloads."""


def _offered(what: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem[Any]]]:
    """What a shell offers there: a function of `candidates`, which is imported when a shell asks."""

    def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
        offered: list[CompletionItem[Any]] = getattr(importlib.import_module("engine.cli.candidates"), what)(ctx, incomplete)
        return offered

    return complete


spec_argument: Decorator = click.argument(
    "spec", type=click.Path(exists=True, dir_okay=False, path_type=Path), shell_complete=_offered("specs")
)
specs_argument: Decorator = click.argument(
    "specs",
    nargs=-1,
    required=True,
    metavar="SPEC_OR_DIR...",
    type=click.Path(exists=True, path_type=Path),
    shell_complete=_offered("specs"),
)
run_specs_argument: Decorator = click.argument(
    "specs",
    nargs=-1,
    required=True,
    metavar="SPEC [CHILD_SPEC...]",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    shell_complete=_offered("specs"),
)
workflow_id_argument: Decorator = click.argument("workflow_id", shell_complete=_offered("workflow_ids"))
database_argument: Decorator = click.argument("db", type=click.Path(exists=True, dir_okay=False, path_type=Path))
run_id_option: Decorator = click.option("--run-id", default="", metavar="RUNID", help="That run. [default: the open one, else the latest]")
input_option: Decorator = click.option(
    "--input", "given_input", default=None, metavar="JSON|@FILE|-", help="The input: JSON or plain text, @FILE to read a file, - for stdin."
)


def configure_logging(verbosity: int) -> None:
    level = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG)
    handler = StreamNow(lambda: sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"))
    logging.basicConfig(handlers=[handler], force=True)
    logging.getLogger("engine").setLevel(level)
    logging.getLogger("engine.runtime").setLevel(logging.NOTSET)
    _tell_handlers([])


def _tell_handlers(handlers: list[logging.Handler]) -> None:
    """Whom the activity handlers' log lines go to, if not where all the others go."""
    log = logging.getLogger("engine.runtime.handlers")
    log.handlers = handlers
    log.propagate = not handlers
    log.setLevel(logging.INFO if handlers else logging.NOTSET)


class StreamNow(logging.StreamHandler[TextIO]):
    """Writes to what stderr (or stdout) is at that moment: a live picture puts itself in its place, and lines appear above it."""

    def __init__(self, stream: Callable[[], TextIO]) -> None:
        super().__init__(stream())
        self._now = stream

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = self._now()
        super().emit(record)


def log_work(common: Common, *, once: bool) -> None:
    """For decider and worker. They log what they do; with --json only what goes wrong, since each task is written anyway.

    With --once, in words, what a program is and what it writes to stderr stands among the other lines, bare, and nothing else is
    logged but errors.
    """
    if common.verbosity != 0:
        return
    logging.getLogger("engine.runtime").setLevel(logging.ERROR if once else logging.WARNING if common.json else logging.INFO)
    if once and not common.json:
        _tell_handlers([StreamNow(lambda: sys.stdout)])


def read_text(given: str) -> str:
    """What an option of the form TEXT|@FILE|- stands for. Raises: UsageError where the file can't be read."""
    if given == "-":
        return sys.stdin.read()
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{given}: {error}") from None


def as_value(text: str) -> Any:
    """Input as a JSON value. What is no JSON is taken as text: a bare `apple` means `"apple"`.

    Raises: UsageError for what was clearly meant to be an object, a list or a string but is not well-formed.
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] in ("{", "[", '"'):
            raise UsageError(f"the input is not well-formed JSON: {error}") from None
        return text.removesuffix("\n")


def _no_number(name: str) -> Any:
    raise UsageError(f"the input holds {name}, which JSON can't")
