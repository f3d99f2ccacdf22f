"""An activity worker for seddy, which has none: threads that poll and answer with the input, in a process of their own."""

from __future__ import annotations

import threading
from typing import Any

import boto3

DOMAIN = "bench"
TASK_LIST = {"name": "bench"}
THREADS = 4


def work(client: Any) -> None:
    while True:
        task = client.poll_for_activity_task(domain=DOMAIN, taskList=TASK_LIST)
        if task.get("taskToken"):
            client.respond_activity_task_completed(taskToken=task["taskToken"], result=task.get("input", "null"))


if __name__ == "__main__":
    swf = boto3.client("swf")
    threads = [threading.Thread(target=work, args=(swf,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
