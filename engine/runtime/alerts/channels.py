"""Channels: from the names in specs to the URLs of the notification library (Apprise), and sending there.

The URLs hold secrets: they come from the command line, the environment or a file, and are never shown. Apprise costs a quarter of a
second to import and is an extra of the package: it is imported when something is to be sent. Imports `errors`, `occurrence`.
"""

from __future__ import annotations

import importlib
import logging
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from engine.errors import UsageError
from engine.runtime.alerts.occurrence import PLAIN, Level

VARIABLE: Final = "SWFGRAPH_CHANNEL_"
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LONGEST_PROBLEM: Final = 300
_PARTS: Final = re.compile(r"^\w+://|[/:@?&=]")
_SECRET: Final = 5
"""Characters: parts of a URL that are as long as this may be secret, a host's name too."""


class Channel(Protocol):
    """Where alerts go."""

    @property
    def name(self) -> str: ...

    @property
    def plain(self) -> bool:
        """It reads no markup."""
        ...

    def send(self, title: str, body: str, level: Level) -> str:
        """Blocks until it is there; what went wrong, empty where nothing did."""
        ...


def addresses(wanted: Iterable[str], options: Sequence[str], environment: Mapping[str, str], file: Path | None) -> dict[str, str]:
    """The URL of each channel that specs name: from NAME=URL options, else $SWFGRAPH_CHANNEL_NAME, else lines NAME=URL of a file.

    A channel that is a URL stands for itself. Raises: UsageError (a name that nobody knows, what is no NAME=URL).
    """
    said, kept = dict(_pairs(options)), _of_file(file)
    found: dict[str, str] = {}
    unknown = []
    for name in dict.fromkeys(wanted):
        variable = VARIABLE + re.sub(r"\W", "_", name).upper()
        url = name if _URL.match(name) else said.get(name) or environment.get(variable) or kept.get(name)
        if url is None:
            unknown.append(f"{name} (--channel {name}=URL, or ${variable})")
        else:
            found[name] = url
    if unknown:
        raise UsageError(f"specs tell channels that nobody here knows: {', '.join(unknown)}")
    return found


def open_channels(urls: Mapping[str, str]) -> list[Channel]:
    """Raises: UsageError (Apprise is not installed, or knows no such URL)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Apprise loads some hundred plug-ins here, of which we use one or two
        library = _library()
        return [_Channel(name, url, library) for name, url in urls.items()]


def shown(name: str) -> str:
    """A channel's name as people may see it: of one that is a URL, only how it begins."""
    scheme = _URL.match(name)
    return f"{scheme[0]}…" if scheme else name


class _Channel:
    """A Channel of Apprise."""

    def __init__(self, name: str, url: str, library: Any) -> None:
        self.name = name
        self._url = url
        self._library = library
        self._notifier = library.Apprise()
        scheme = url.partition("://")[0].lower()
        self.plain = scheme in PLAIN
        with library.LogCapture(level=logging.WARNING) as heard:
            if not self._notifier.add(url):
                said = self._said(heard.getvalue(), url)
                raise UsageError(f"the channel {shown(name)}: Apprise takes no such URL ({scheme}://…){': ' if said else ''}{said}")

    def send(self, title: str, body: str, level: Level) -> str:
        with self._library.LogCapture(level=logging.WARNING) as heard:
            try:
                sent = self._notifier.notify(title=title, body=body, notify_type=str(level), body_format="text")
            except Exception as error:  # noqa: BLE001 - dozens of plug-ins, each with errors of its own: all of them are tried again
                return self._said(f"{type(error).__name__}: {error}", self._url)
            return "" if sent else self._said(heard.getvalue(), self._url) or "it was not sent, and the channel does not say why"

    @staticmethod
    def _said(text: str, url: str) -> str:
        """The first line of what Apprise says, without what may be secret: parts of the channel's URL."""
        line = next((line.strip() for line in text.splitlines() if line.strip()), "")
        for part in sorted(set(_PARTS.split(url)) - {""}, key=len, reverse=True):
            if len(part) >= _SECRET:
                line = line.replace(part, "…")
        return re.sub(r"^[\d\-:, ]+ - \w+ - ", "", line)[:_LONGEST_PROBLEM]


def _library() -> Any:
    try:
        library = importlib.import_module("apprise")
    except ImportError as error:
        raise UsageError(f"alerts are sent by Apprise, which is not installed here: pip install 'swfgraph[alerts]' ({error})") from None
    logging.getLogger("apprise").propagate = False  # what it has to say is said with the alert that it is about
    return library


def _pairs(options: Sequence[str]) -> Iterator[tuple[str, str]]:
    for option in options:
        name, equals, url = option.partition("=")
        if not equals or not name.strip() or not _URL.match(url.strip()):
            raise UsageError(f"--channel {name}=…: give NAME=URL, e.g. ops=mailtos://user:password@example.org")
        yield name.strip(), url.strip()


def _of_file(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: {error}") from None
    found = {}
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            name, equals, url = line.partition("=")
            if not equals or not _URL.match(url.strip()):
                raise UsageError(f"{file}, line {number}: give NAME=URL")
            found[name.strip()] = url.strip()
    return found
