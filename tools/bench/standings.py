"""How the contest is shown: absolute figures, ratios to DBOS, and ours against each peer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tools.bench.contest import DBOS, OURS, PEERS, Turn, medians

COLUMNS = {
    "workflows_per_s": "serial-3 wf/s",
    "activities_per_s": "serial-3 act/s",
    "fan_activities_per_s": "fan-out act/s",
    "latency_ms": "idle ms",
    "first_step_ms": "first step ms",
    "last_step_ms": "last step ms",
}
NONE = "-"


def as_json(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """One row for each contestant: its medians, its ratios to DBOS (above 1 is better), its turns."""
    dbos = medians(turns, DBOS)
    return [
        {
            "peer": peer.name,
            "note": peer.note,
            **(measured := medians(turns, peer.name)),
            "times_dbos": {key: _better(key, measured, dbos) for key in COLUMNS if key in measured and key in dbos},
            "turns": [
                {"load": turn.load, "sync_ms": turn.sync_ms, "failure": turn.failure, **turn.figures}
                for turn in turns
                if turn.peer == peer.name
            ],
        }
        for peer in PEERS
    ]


def as_text(turns: Sequence[Turn]) -> str:
    measured = {peer.name: medians(turns, peer.name) for peer in PEERS}
    loads, syncs = sorted(turn.load for turn in turns), sorted(turn.sync_ms for turn in turns)
    machine = f"load average {loads[0]:.1f} to {loads[-1]:.1f}, fdatasync {syncs[0]:.2f} to {syncs[-1]:.2f} ms"
    lines = [f"medians of the rounds; {machine}", "", _line("", [*COLUMNS.values(), "steps"])]
    for name, figures in measured.items():
        lines.append(_line(name, [*[_number(figures, key) for key in COLUMNS], _number(figures, "steps")]))
    lines += _ratios("times DBOS (above 1 is better)", measured, dict.fromkeys(measured, DBOS), list(measured))
    for ours in OURS:
        peers = [name for name in measured if name not in OURS]
        lines += _ratios(f"{ours} against each (above 1: ours is better)", measured, dict.fromkeys(peers, ours), peers, inverse=True)
    lines += ["", *_notes(turns)]
    return "\n".join(lines)


def _ratios(
    title: str, measured: Mapping[str, Mapping[str, float]], against: Mapping[str, str], names: Sequence[str], *, inverse: bool = False
) -> list[str]:
    lines = ["", _line(title, [])]
    for name in names:
        this, other = measured[name], measured[against[name]]
        pair = (other, this) if inverse else (this, other)
        lines.append(_line(name, [f"{_better(key, *pair):.2f}" if key in this and key in other else NONE for key in COLUMNS]))
    return lines


def _better(key: str, this: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How many times better: more of a rate, less of a time."""
    return other[key] / this[key] if key.endswith("_ms") else this[key] / other[key]


def _number(figures: Mapping[str, float], key: str) -> str:
    if key not in figures:
        return NONE
    return f"{figures[key]:,.1f}" if figures[key] < 100 and key != "steps" else f"{figures[key]:,.0f}"


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<28}" + "".join(f"{cell:>16}" for cell in cells)


def _notes(turns: Sequence[Turn]) -> list[str]:
    lines = []
    for peer in PEERS:
        mine = [turn for turn in turns if turn.peer == peer.name]
        versions = {turn.figures["versions"] for turn in mine if turn.figures}
        lines.append(f"{peer.name}: {'; '.join([*sorted(versions), *([peer.note] if peer.note else [])])}")
        lines += [f"  did not run: {turn.failure}" for turn in mine if turn.failure]
    return lines
