"""The service's numbers as Prometheus reads them: GET /metrics.

Each service has a registry of its own. Here: names, labels, and what each number means; all is computed when it is asked for. Never:
counting (tally). Imports tally and prometheus_client.
Source: prometheus.io, "Exposition formats", "Metric and label naming".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.service.tally import Census, Histogram, Tally

_QUEUE: Final = ("kind", "domain", "task_list")
_FILES: Final = {"database": "", "log": "-wal"}
"""Label -> what is appended to the database's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    content_type: str
    body: bytes


class Metrics(Collector):
    """All numbers of one service."""

    def __init__(self, tally: Tally, census: Callable[[], Census], database: Path) -> None:
        self._tally = tally
        self._census = census
        self._database = database
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def page(self, accept: str) -> Page:
        """What a scraper that accepts this is answered."""
        encode, content_type = choose_encoder(accept)
        return Page(content_type=content_type, body=encode(self._registry))

    def collect(self) -> Iterator[Metric]:
        yield self._requests()
        yield self._poll_waits()
        yield _histogram("swfgraph_commit_rows", "Rows (events, for the most part) in each commit.", self._tally.commit_rows)
        yield _histogram(
            "swfgraph_commit_seconds", "Seconds that each commit took, the sync of the disk included.", self._tally.commit_seconds
        )
        yield from self._present()
        yield self._bytes()

    def _requests(self) -> Metric:
        text = "Requests answered, by operation and fault (no fault: answered well; no operation: it could not be read)."
        family = CounterMetricFamily("swfgraph_requests", text, labels=("operation", "fault"))
        for labels, count in list(self._tally.requests.items()):
            family.add_metric(labels, count)
        return family

    def _poll_waits(self) -> Metric:
        text = "Seconds from a long poll's arrival to its answer, with a task or empty."
        family = HistogramMetricFamily("swfgraph_poll_wait_seconds", text, labels=("operation",))
        for operation, histogram in list(self._tally.poll_waits.items()):
            family.add_metric((operation,), _buckets(histogram), histogram.total)
        return family

    def _present(self) -> Iterator[Metric]:
        census = self._census()
        executions = GaugeMetricFamily("swfgraph_open_executions", "Open workflow executions.", labels=("domain",))
        for domain, count in census.open_executions.items():
            executions.add_metric((domain,), count)
        pending = GaugeMetricFamily("swfgraph_pending_tasks", "Tasks that wait for a poller, by task list.", labels=_QUEUE)
        for queue, count in census.pending_tasks.items():
            pending.add_metric(queue, count)
        parked = GaugeMetricFamily("swfgraph_parked_polls", "Polls that wait for a task, by task list.", labels=_QUEUE)
        for queue, count in census.parked_polls.items():
            parked.add_metric(queue, count)
        yield from (executions, pending, parked)

    def _bytes(self) -> Metric:
        family = GaugeMetricFamily("swfgraph_database_bytes", "Size of the database's files.", labels=("file",))
        for label, suffix in _FILES.items():
            path = self._database.with_name(self._database.name + suffix)
            family.add_metric((label,), path.stat().st_size if path.exists() else 0)
        return family


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    return HistogramMetricFamily(name, text, buckets=_buckets(histogram), sum_value=histogram.total)


def _buckets(histogram: Histogram) -> list[tuple[str, float]]:
    """As Prometheus counts: each bucket holds those below it too."""
    return list(zip([*map(str, histogram.bounds), "+Inf"], accumulate(histogram.counts), strict=True))
