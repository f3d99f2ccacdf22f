"""Draws every spec of the repository: PNG beside the examples in specs/, SVG beside the small ones in docs/pictures.

`python -m tools.pictures` draws what is not current, `--check` only says so (exit code 1), `--all` draws every one (for when the drawing
itself has changed). The pictures of PLAYED are coloured by an execution, which is run for this. A picture carries the digest of its
chart, not of its layout: a check draws nothing, and is the same with any Graphviz.
"""

from __future__ import annotations

import hashlib
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, Literal

from engine.graph.check import find_specs, load_plan
from engine.graph.draw import EdgeStatus, NodeStatus, Overlay, State, render, to_dot
from engine.graph.plan import Plan
from engine.interpreter.board import EdgeState
from engine.interpreter.view import RunView
from engine.runtime.decider import DeciderSettings
from engine.runtime.embedded import EmbeddedSettings, run_here
from engine.runtime.worker import WorkerSettings
from engine.spec.model import ABSENT, Absent, Json
from engine.swf.connect import connect

ROOT: Final = Path(__file__).parents[1]

PLAYED: Final[Mapping[str, Json]] = {"skipping": {"size": 7}, "failing": None, "undoing": None}
"""Specs in docs/pictures -> the input of the execution that colours the picture."""


def pictures() -> Iterator[tuple[Path, Path]]:
    """Specs, and where their pictures belong."""
    for spec in find_specs([ROOT / "specs"]):
        yield spec, spec.with_suffix(".png")
    for spec in find_specs([ROOT / "docs" / "pictures"]):
        yield spec, spec.with_suffix(".svg")


def is_current(spec: Path, picture: Path) -> bool:
    return picture.exists() and _digest(load_plan(spec), _overlay(spec)).encode() in picture.read_bytes()


def draw(spec: Path, picture: Path) -> None:
    plan, overlay = load_plan(spec), _overlay(spec)
    content = render(plan, picture.suffix[1:], status=overlay)
    stamp = _png_stamp if picture.suffix == ".png" else _svg_stamp
    picture.write_bytes(stamp(content, _digest(plan, overlay)))


def _digest(plan: Plan, overlay: Overlay | Literal[Absent.ABSENT]) -> str:
    return f"chart sha256 {hashlib.sha256(to_dot(plan, overlay).encode()).hexdigest()}"


def _svg_stamp(content: bytes, digest: str) -> bytes:
    return content.rstrip() + f"\n<!-- {digest} -->\n".encode()


def _png_stamp(content: bytes, digest: str) -> bytes:
    """A text chunk after the header (PNG specification, 11.3.4.3)."""
    body = b"tEXtSource\0" + digest.encode()
    end_of_header = 8 + 25
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return content[:end_of_header] + chunk + content[end_of_header:]


def _overlay(spec: Path) -> Overlay | Literal[Absent.ABSENT]:
    if spec.parent.name != "pictures" or spec.stem not in PLAYED:
        return ABSENT
    return _colours(_play(load_plan(spec), PLAYED[spec.stem]))


def _play(plan: Plan, value: Json) -> RunView:
    with tempfile.TemporaryDirectory() as folder:
        client = connect(f"sqlite:///{folder}/swf.db", durability="process")
        settings = EmbeddedSettings(decider=DeciderSettings(), worker=WorkerSettings())
        try:
            return run_here(client, plan, value, settings, lambda _started, _view: None)
        finally:
            client.close()


def _colours(view: RunView) -> Overlay:
    return Overlay(
        nodes={name: NodeStatus(state=State(node.state.value)) for name, node in view.nodes.items()},
        edges={number: EdgeStatus(taken=min(edge.taken, 1), dead=edge.state is EdgeState.DEAD) for number, edge in enumerate(view.edges)},
    )


def main(arguments: list[str]) -> int:
    if set(arguments) - {"--check", "--all"}:
        print("usage: python -m tools.pictures [--check | --all]", file=sys.stderr)
        return 2
    stale = [(spec, picture) for spec, picture in pictures() if "--all" in arguments or not is_current(spec, picture)]
    for spec, picture in stale:
        print(picture.relative_to(ROOT))
        if "--check" not in arguments:
            draw(spec, picture)
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
