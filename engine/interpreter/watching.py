"""Who may watch a run: told of every move of a node, as it happens. Watching changes nothing; nobody watches, unless somebody says so.

A view says where things stand; the way there (which node was entered when, and how often) only a watcher sees. Imports `states`; imported
by `board`, `run` and whoever watches (spec tests do).
"""

from __future__ import annotations

from typing import Final, Protocol

from engine.interpreter.states import NodeTrigger


class Watcher(Protocol):
    def moved(self, node: str, trigger: NodeTrigger) -> None:
        """The node has moved by this trigger. (Of ENTER: the visit and the attempt are counted right after it.)"""
        ...


class Nobody:
    """Watches nothing."""

    __slots__ = ()

    def moved(self, node: str, trigger: NodeTrigger) -> None:
        pass


NOBODY: Final = Nobody()
