"""The workloads, as simpleflow writes workflows: its decider and worker processes import this module."""

from __future__ import annotations

from simpleflow import Workflow, activity, futures

SETTINGS = {"version": "1", "task_list": "bench", "decision_tasks_timeout": "60", "execution_timeout": "3600"}


@activity.with_attributes(version="1", task_list="bench-activities")
def nothing(value: int) -> int:
    return value


class Bench(Workflow):
    version = "1"
    task_list = "bench"
    decision_tasks_timeout = "60"
    execution_timeout = "3600"


class Serial(Bench):
    name = "serial"

    def run(self, length: int) -> int:
        value = 1
        for _ in range(length):
            value = self.submit(nothing, value)
        return value.result


class Fan(Bench):
    name = "fan"

    def run(self, width: int) -> int:
        futures.wait(*[self.submit(nothing, number) for number in range(width)])
        return width
