"""A task whose token is handed on, imported, on the embedded service: it waits for whoever has the token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.asl.work import STAND_IN
from engine.service.clock import VirtualClock
from engine.swf.connect import connect
from tests.asl.running import chain, without_loss
from tests.runtime.world import begin, decider, last_event, plan_of, result_of, stop, worker

SEND = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
PUT_IN_PLACE = f'sed "s/{STAND_IN.replace("$", "[$]")}/$SWFGRAPH_TASK_TOKEN/" > sent'
CAUGHT = {"Type": "Pass", "Parameters": {"caught.$": "$.Error", "why.$": "$.Cause"}, "End": True}


def machine(**fields: Any) -> dict[str, Any]:
    given = {"MessageBody": {"token.$": "$$.Task.Token", "n.$": "$.n"}}
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "S3"}]
    task = {"Type": "Task", "Resource": SEND, "Parameters": given, "Catch": catch, "Next": "S2", **fields}
    return chain(task, {"Type": "Pass", "End": True}, CAUGHT)


@pytest.mark.parametrize(
    ("answer", "said", "after", "fields", "end"),
    [
        ("Completed", {"result": '{"ok": [1]}'}, 100_000, {}, {"ok": [1]}),
        ("Failed", {"reason": "Refused", "details": "by hand"}, 100_000, {}, {"caught": "Refused", "why": "by hand"}),
        ("", {}, 61, {"TimeoutSeconds": 60}, {"caught": "States.Timeout", "why": ""}),
        ("", {}, 31, {"HeartbeatSeconds": 30}, {"caught": "States.Timeout", "why": ""}),
    ],
)
def test_whoever_has_the_token_answers(
    answer: str, said: dict[str, str], after: int, fields: dict[str, Any], end: Any, tmp_path: Path
) -> None:
    document = without_loss(machine(**fields)).specs["M"]
    (activity,) = document["activities"].values()
    activity |= {"run": {"command": ["sh", "-c", PUT_IN_PLACE]}, "answer": "later"}
    plan = plan_of(tmp_path, document)
    clock = VirtualClock()
    client = connect("sqlite://:memory:", clock=clock)
    execution = begin(client, plan, {"n": 7})
    decides, works = decider(client, plan), worker(client, plan)
    assert decides.step()
    assert works.step()
    sent = json.loads((tmp_path / "sent").read_text(encoding="utf-8"))
    assert sent["MessageBody"]["n"] == 7
    clock.advance(after)
    if answer:
        client.call(f"RespondActivityTask{answer}", {"taskToken": sent["MessageBody"]["token"], **said})
    assert decides.step()
    assert "WorkflowExecutionCompleted" in last_event(client, execution)
    assert result_of(client, execution) == end
    stop(decides, works)
    client.close()
