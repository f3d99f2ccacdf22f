"""How much of a folder of state machines can be imported: the shares, the reasons for losses and refusals, what replays of recordings say.

    python -m tools.asl_survey FOLDER [--recordings FILE]

Every JSON (or JSON5) file below the folder that holds a state machine is imported; nothing is written. `--recordings`: a JSON list of
{"name", "definition", "input", "events"}, as `tools.asl_replay` plays them. Public machines are fetched by whoever runs this; none of
them are in this repository.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from engine.asl.importing import Imported, import_machine
from engine.asl.scope import Options
from engine.errors import AslError
from tools.asl_replay import replay

_LAX: Final = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=\s*(?:(?://[^\n]*|/\*.*?\*/)\s*)*[}\]])', re.DOTALL)
"""What JSON5 has beyond JSON, as far as people use it in state machines: comments, and commas at the end."""


def machines(folder: Path) -> Iterator[tuple[str, Any]]:
    """(file, machine) of each file that holds one, be it inside a CloudFormation resource or bare."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".json", ".json5"} or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
            value = json.loads(_LAX.sub(lambda found: found.group() if found.group()[0] == '"' else "", text), strict=False)
        except (UnicodeDecodeError, ValueError):
            continue
        for number, machine in enumerate(_inside(value)):
            yield f"{path.relative_to(folder)}{f' #{number + 1}' if number else ''}", machine


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and isinstance(value.get("States"), dict):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _inside(inner)


def survey(folder: Path) -> None:
    shares: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for name, machine in machines(folder):
        try:
            imported = import_machine(machine, Options(name="surveyed"))
        except AslError as refusal:
            shares["refused"] += 1
            print(f"refused\t{name}\t{refusal}")
            continue
        shares["with loss" if imported.losses else "without loss"] += 1
        reasons.update({f"{loss.what}: {loss.why}" for loss in imported.losses})
    total = sum(shares.values())
    for share, count in shares.most_common():
        print(f"{count:5} of {total} {share} ({count / total:.0%})")
    for reason, count in reasons.most_common():
        print(f"{count:5} machines lose {reason}")


def replays(file: Path) -> None:
    """Recordings whose machine loses nothing should end the same; the others are told apart."""
    counts: Counter[str] = Counter()
    for recording in json.loads(file.read_text(encoding="utf-8")):
        imported = _imported(recording["definition"])
        if imported is None:
            counts["refused"] += 1
            continue
        verdict = replay(imported, recording)
        kind = "with loss" if imported.losses else "without loss"
        outcome = verdict.kind
        counts[f"{kind}: {outcome}"] += 1
        if outcome == "other" and not imported.losses:
            print(f"other\t{recording['name']}\t{verdict.reason}")
        elif outcome == "not comparable":
            print(f"not comparable\t{recording['name']}\t{verdict.reason}")
    for kind, count in sorted(counts.items()):
        print(f"{count:5} recordings, {kind}")


def _imported(definition: Any) -> Imported | None:
    try:
        return import_machine(definition, Options(name="replayed"))
    except AslError:
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--recordings", type=Path, default=None)
    given = parser.parse_args()
    survey(given.folder)
    if given.recordings is not None:
        replays(given.recordings)


if __name__ == "__main__":
    main()
