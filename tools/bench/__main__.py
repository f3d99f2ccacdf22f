"""`python -m tools.bench`: what the engine does in a second, in-process and over HTTP, with each durability; and what bounds it.

--quick takes a tenth of the counts. --json prints the rows for programs. Run it on an idle machine, and compare ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterator
from typing import get_args

from engine.graph.plan import Plan
from engine.swf.connect import Durability
from tools.bench import limit, measures, workloads
from tools.bench.contest import contest
from tools.bench.growth import answer_one_poll, growth, table
from tools.bench.measures import Figures
from tools.bench.stage import Stage, in_process, over_http, work_until_killed
from tools.bench.standings import as_json, as_text

SERIAL = workloads.serial(3)
FAN = workloads.fan_out(100)
WORKER = "--as-worker"
RESTART = "--as-restart"


def main() -> int:
    options = _options()
    if options.as_restart:
        answer_one_poll(options.as_restart)
    elif options.peers:
        turns = contest(options.rounds, quiet=options.json)
        print(json.dumps(as_json(turns), indent=2) if options.json else as_text(turns))
    elif options.growth:
        figures = growth(options.rounds, quick=options.quick, quiet=options.json)
        print(json.dumps(figures, indent=2) if options.json else table(figures))
    else:
        _engine(options)
    return 0


def _engine(options: argparse.Namespace) -> None:
    steps = 200 if options.quick else 2000
    long_plan = workloads.serial(steps)
    plans = [SERIAL, FAN, long_plan]
    if options.as_worker:
        work_until_killed(options.as_worker, plans)
    scale = 0.1 if options.quick else 1.0
    rows: list[tuple[str, str, str, Figures]] = []

    def report(place: str, durability: str, what: str, figures: Figures) -> None:
        rows.append((place, durability, what, figures))
        if not options.json:
            shown = "   ".join(f"{name} {value:,.2f}" if value < 10 else f"{name} {value:,.0f}" for name, value in figures.items())
            print(f"{place:<12} {durability:<8} {what:<26} {shown}", flush=True)

    for place in options.place:
        for durability in options.durability:
            with _stage(place, durability, plans, quick=options.quick) as stage:
                count = round((2000 if place == "in-process" else 400) * scale)
                measures.throughput(stage, SERIAL, activities=3, count=60, concurrent=50)  # warm
                figures = measures.throughput(stage, SERIAL, activities=3, count=max(count, 60), concurrent=50)
                report(place, durability, "serial-3, 50 open", figures)
                report(place, durability, "fan-out of 100", measures.fan_out(stage, FAN, width=100, count=max(2, round(10 * scale))))
                report(
                    place,
                    durability,
                    "one serial-3, idle",
                    measures.latency(stage, SERIAL, activities=3, count=max(10, round(100 * scale))),
                )
                report(
                    place, durability, f"{steps} activities in a row", measures.long_run(stage, long_plan, steps=steps, window=steps // 20)
                )
    for durability in options.durability:
        report(
            "bare SQLite", durability, "serial-3's events", limit.bare_sqlite(durability, workflows=round(5000 * scale), open_at_once=50)
        )
    if options.json:
        json.dump([{"place": p, "durability": d, "what": w, **figures} for p, d, w, figures in rows], sys.stdout, indent=2)


@contextlib.contextmanager
def _stage(place: str, durability: Durability, plans: list[Plan], *, quick: bool) -> Iterator[Stage]:
    if place == "in-process":
        with in_process(plans, durability) as stage:
            yield stage
    else:
        worker = [sys.executable, "-m", "tools.bench", *(["--quick"] if quick else []), WORKER]
        with over_http(plans, durability, worker) as stage:
            yield stage


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the counts")
    parser.add_argument("--json", action="store_true", help="rows for programs, on stdout")
    parser.add_argument("--place", action="append", choices=["in-process", "http"], help="only there (may be repeated)")
    parser.add_argument("--durability", action="append", choices=get_args(Durability), help="only that (may be repeated)")
    parser.add_argument("--peers", action="store_true", help="instead: side by side with the peers, installed from PyPI under .bench/")
    parser.add_argument("--growth", action="store_true", help="instead: on files with many open and many closed executions")
    parser.add_argument("--rounds", type=int, default=2, help="of --peers and --growth: how many turns everyone has (2)")
    parser.add_argument(RESTART, metavar="URL", default="", help=argparse.SUPPRESS)
    parser.add_argument(WORKER, metavar="URL", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.place = options.place or ["in-process", "http"]
    options.durability = options.durability or list(get_args(Durability))
    return options


if __name__ == "__main__":
    sys.exit(main())
