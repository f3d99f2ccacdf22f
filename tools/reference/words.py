"""What the schemas can't say: the order of the sections and their titles, what holds everywhere, examples.

Every example is one that the schema takes; a test holds that, and that each definition has its place here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One schema's part of the page."""

    schema: str
    introduction: str
    order: Mapping[str, str]
    """The path of a section -> its title."""
    notes: Mapping[str, str]
    examples: Mapping[str, str]


TOP: Final = """
# The spec language

<!-- Written by `python -m tools.reference` from schemas/*.schema.json: change those, or tools/reference/words.py. -->

A spec is a JSON document: a flowchart, and what its rectangles run. This page lists every key. What the keys mean together, with
pictures, is in [semantics.md](semantics.md); a first walk is in [tutorial.md](tutorial.md).

Unknown keys are errors, keys that occur twice too. `swfgraph check` names each mistake with its line, and the same schemas, as
[schemas/workflow.schema.json](../schemas/workflow.schema.json) and [schemas/test.schema.json](../schemas/test.schema.json), let an
editor complete and explain keys: name them in `$schema`.

- [The document](#the-document): everything at the top level
- Nodes: [activity](#activity-node), [workflow](#workflow-node), [lambda](#lambda-node), [wait](#wait-node), [pass](#pass-node),
  [decision](#decision-node), [terminal](#terminal-node)
- What nodes share: [retry](#retry-rule), [catch](#catch-rule), [forEach](#for-each), [compensate](#compensation), [join](#join)
- [Activity types](#activity-type) and what they [run](#what-an-activity-runs)
- [Schedule](#schedule), [alerts](#alert); how they behave is in [schedules.md](schedules.md) and [alerts.md](alerts.md)
- Values: [expressions](#expression), [templates](#template), [durations](#duration), [names](#name), [errors](#names-of-errors)
- [Spec tests](#spec-tests): `*.test.json`
"""

SPEC: Final = """
## Specs

The smallest spec that does something:

```json
{
  "name": "Hello", "version": "1.0", "domain": "test", "taskList": "hello",
  "activities": {"Say": {"version": "1.0", "run": {"command": ["echo", "Hello, World!"]}}},
  "nodes": {
    "say": {"type": "activity", "activity": "Say", "next": "done"},
    "done": {"type": "terminal", "status": "completed", "output": "{% results.say %}"}
  }
}
```
"""

TESTS: Final = """
## Spec tests

Beside `order.json` lies `order.test.json`: scenarios that `swfgraph test` plays under virtual time, on the same interpreter and the
same service as a real run. Nothing of the spec's is started; the scenario says what each activity answers. A workflow of weeks is tested in
milliseconds. [testing.md](testing.md) tells it from the beginning.
"""

PROSE: Final[Mapping[str, str]] = {
    "template": """
Any JSON value. In its strings, `{% %}` holds an [expression](#expression). A string that is one expression becomes that expression's
value, of whatever type; in a longer string, the value is put into the text (text as it is, everything else as JSON).

An expression that gives nothing, say a path that is not there, is the error `Expression.Undefined`. A default is written with `??`.

```json
{"order": "{% input.order %}", "count": "{% $count(input.items) %}", "note": "for {% input.name ?? 'somebody' %}"}
```
""",
    "swfName": """
A name that is told to SWF. SWF allows no colon, slash, bar or control character in it, no space at either end, and not the word `arn`.
Most may have up to 256 characters, versions up to 64.
""",
    "errors": """
Errors have names, which the patterns in `errors` match. A pattern is a name in which `*` stands for any text; `["*"]` matches all.

| name | what happened |
| --- | --- |
| any name | an activity of another worker failed with this as its reason; a Lambda function likewise |
| `ExitCode.3` | a command ended with this exit code; the end of its stderr is the message |
| `Signal.KILL` | a command was ended by this signal |
| `Command.NotFound`, `Command.NotExecutable`, `Command.NotStarted` | a command could not be run |
| `ValueError` | a Python function raised this exception |
| `Http.404` | a request was answered with this status |
| `Http.NotReached`, `Http.Timeout`, `Http.Certificate`, `Http.InvalidRequest` | a request had no answer, and why |
| `Output.TooLarge`, `Output.NotText`, `Output.NotJson`, `Output.Missing` | what a step gave is no result |
| `Input.Invalid` | a task's input does not fit the `inputSchema` of its activity |
| `Payload.TooLarge`, `Payload.Missing`, `Payload.StoreUnusable` | longer than SWF takes, and no store; not in the store; no access to it |
| `UnknownActivity`, `Worker.Stopped` | the worker's specs have no such activity; the worker was stopped before the task had ended |
| `Timeout.ScheduleToStart`, `Timeout.ScheduleToClose` | nobody took the task in time; it was not done in time |
| `Timeout.StartToClose`, `Timeout.Heartbeat` | the worker took too long; the worker fell silent |
| `Timeout.Signal` | a signal did not come in time |
| `Child.Failed`, `Child.TimedOut`, `Child.Terminated`, `Child.Canceled` | how a child execution ended, if not well |
| `ScheduleFailed.<CAUSE>`, `StartFailed.<CAUSE>` | SWF refused to begin the work; the causes are SWF's own |
| `Canceled` | a worker ended the task as canceled, without being asked to |
| `Expression.<code>` | an expression failed, e.g. `Expression.Undefined` |
| `NoChoice` | no choice of a decision was true, and it has no default |
""",
}
"""Sections that no schema has."""

SAID: Final = frozenset({"duration", "timeout", "join", "node"})
"""Whose descriptions say already what is allowed."""

WORKFLOW: Final = Book(
    schema="workflow",
    introduction=SPEC,
    order={
        "": "The document",
        ".timeouts": "Timeouts of the workflow",
        ".defaults": "Defaults",
        "node": "Node",
        "activityNode": "Activity node",
        "workflowNode": "Workflow node",
        "workflowType": "Workflow type",
        "workflowNode.timeouts": "Timeouts of a child",
        "lambdaNode": "Lambda node",
        "waitNode": "Wait node",
        "passNode": "Pass node",
        "decisionNode": "Decision node",
        "choice": "Choice",
        "terminalNode": "Terminal node",
        "retry": "Retry",
        "retryRule": "Retry rule",
        "catch": "Catch",
        "catchRule": "Catch rule",
        "forEach": "For each",
        "compensate": "Compensation",
        "join": "Join",
        "targets": "Targets",
        "activityType": "Activity type",
        "activityType.output": "Output of an activity",
        "run": "What an activity runs",
        "httpRequest": "HTTP request",
        "activityTimeouts": "Activity timeouts",
        "schedule": "Schedule",
        "alert": "Alert",
        "expression": "Expression",
        "template": "Template",
        "duration": "Duration",
        "timeout": "Timeout",
        "name": "Name",
        "swfName": "SWF name",
        "jsonSchema": "JSON Schema",
        "errorPatterns": "Error patterns",
        "errors": "Names of errors",
    },
    notes={
        "": "A changed flow is a new `version`: executions of the old one go on with the old spec. "
        "`description` and `run` may change freely, since the decider does not look at them.",
        "expression": """
[JSONata](https://docs.jsonata.org), evaluated over one document:

| path | what it is |
| --- | --- |
| `input` | the execution's input |
| `results.<node>` | the result of a node that has completed |
| `errors.<node>` | `{name, message, attempts}` of a node that has failed and not completed since; `forEach`: also `items` |
| `signals.<name>` | the inputs of all signals of that name so far, in order |
| `execution` | `{workflowId, runId, name, version, startTime, visits}`; `visits.<node>` counts how often a node was entered |
| `item`, `index` | within `forEach`: the item and its number, from 0 |
| `result` | within a node's `output`: what it gave, raw; within the `input` of a `compensate`: what is undone |

`$now()` and `$millis()` give the time of the event that caused the evaluation. `$random` and `$eval` are not there: the same history must
always give the same decisions. Beyond JSONata, `$parse(text)` reads JSON, and `$hash(text, algorithm)` gives a hexadecimal digest (`MD5`,
`SHA-1`, `SHA-256`, `SHA-384` or `SHA-512`). `when` must give true, false or nothing (nothing is false).
""",
        "retry": "Takes: a [retry rule](#retry-rule), or a list of them. It repeats an attempt within one visit; what is spent here can "
        "still be caught.",
        "join": "`all`: when all incoming edges are settled and at least one is taken. `any`: at the first one taken. A number: at so many "
        "taken. [semantics.md](semantics.md#joins) draws it.",
        "duration": 'Units are d, h, m and s, in this order, each at most once: `"1d12h"`. Numbers are whole seconds, as in SWF.',
    },
    examples={
        ".defaults": '{"retry": {"maxAttempts": 3}, "timeouts": {"startToClose": "5m"}, "taskList": "workers"}',
        ".timeouts": '{"execution": "7d", "decision": "30s", "cancel": "2m"}',
        "activityNode": """
{
  "type": "activity",
  "activity": "ChargeCard",
  "input": {"order": "{% input.order %}", "price": "{% results.price %}"},
  "retry": {"errors": ["Timeout.*"], "maxAttempts": 3, "interval": "5s"},
  "catch": [{"errors": ["ExitCode.3"], "retryFrom": "details", "maxTimes": 2}, {"next": "not_paid"}],
  "next": "confirm"
}""",
        "workflowNode": """
{
  "type": "workflow",
  "workflow": {"name": "OneRegion", "version": "1.0"},
  "forEach": {"items": "input.regions", "maxConcurrency": 2},
  "input": {"region": "{% item %}"},
  "workflowId": "{% execution.workflowId %}.{% item %}",
  "next": "done"
}""",
        "lambdaNode": '{"type": "lambda", "function": "resize", "input": {"image": "{% input.image %}"}, "timeout": "1m", "next": "done"}',
        "waitNode": """
{
  "type": "wait",
  "signal": "answer",
  "timeout": "2d",
  "catch": [{"errors": ["Timeout.Signal"], "next": "ask_again"}],
  "next": "go_on"
}""",
        "passNode": '{"type": "pass", "output": {"total": "{% $sum(results.count.words) %}"}, "next": "done"}',
        "decisionNode": """
{
  "type": "decision",
  "choices": [
    {"when": "results.look.state = 'ready'", "next": "fetch"},
    {"when": "results.look.state = 'working'", "retryFrom": "pause", "maxTimes": 20}
  ],
  "default": "too_slow"
}""",
        "terminalNode": """
{"type": "terminal", "status": "failed", "reason": "NotShipped", "details": "{% errors.ship.message %}", "compensate": true}""",
        "retryRule": '{"errors": ["Timeout.*"], "maxAttempts": 5, "interval": "2s", "backoff": 2, "maxInterval": "1m", "jitter": 0.5}',
        "catchRule": '{"errors": ["ExitCode.3"], "retryFrom": "details", "maxTimes": 2}',
        "forEach": '{"items": "results.list", "maxConcurrency": 10, "tolerate": "5%"}',
        "compensate": '{"activity": "RefundCard", "input": {"receipt": "{% result.receipt %}"}, "retry": {"maxAttempts": 10}}',
        "activityType": """
{
  "version": "1.0",
  "description": "Counts the words of a file.",
  "run": {"command": ["python3", "words.py", "{% input.file %}"]},
  "timeouts": {"startToClose": "5m"},
  "inputSchema": {"type": "object", "required": ["file"]}
}""",
        "activityType.output": '{"file": "reports/{% input.day %}.json"}',
        "run": '{"command": ["python3", "load.py", "--day", "{% input.day %}"], "env": {"LANG": "C.UTF-8"}}',
        "httpRequest": '{"url": "https://api.example.org/orders", "body": "{% input %}", "headers": {"Accept": "application/json"}}',
        "activityTimeouts": '{"scheduleToStart": "1h", "startToClose": "10m", "heartbeat": "30s"}',
        "schedule": """
{
  "cron": "30 2 * * *",
  "timeZone": "Europe/Berlin",
  "jitter": "5m",
  "overlap": "skip",
  "catchUp": "6h",
  "input": {"day": "{% $substring(schedule.time, 0, 10) %}"}
}""",
        "alert": '{"to": "ops", "on": ["failed", "timedOut", "terminated"], "late": "2h"}',
        "targets": '["load_orders", "load_customers"]',
    },
)

TEST: Final = Book(
    schema="test",
    introduction=TESTS,
    order={
        "": "The test file",
        "scenario": "Scenario",
        "answersByName": "Answers by name",
        "answers": "Answers",
        "answer": "Answer",
        "answerList": "Answer list",
        "answerOrItems": "Answer or items",
        "attempts": "Attempts",
        "signal": "Signal",
        "cancel": "Cancel",
        "expect": "Expectations",
        "node": "Node's name",
        "duration": "Virtual duration",
    },
    notes={},
    examples={
        "": """
{
  "$schema": "../../schemas/test.schema.json",
  "scenarios": [
    {
      "name": "a letter is followed by a fruit",
      "activities": {"pick_letter": {"result": "a"}, "name_fruit": {"result": "apple"}},
      "expect": {"status": "completed", "output": "apple", "path": ["pick_letter", "is_letter", "name_fruit", "done"]}
    }
  ]
}""",
        "answersByName": """
{
  "payment": [{"fail": "ExitCode.3", "message": "declined"}, {"result": {"receipt": "r-1"}}],
  "charge.undo": {"result": null},
  "count": {"items": {"2": {"timeout": "startToClose"}}, "others": {"result": 7}}
}""",
        "signal": '{"name": "answer", "input": {"approved": true}, "when": "owner_answers", "delay": "3h"}',
        "cancel": '{"at": "10m"}',
        "expect": '{"status": "failed", "reason": "NotShipped", "undone": ["charge", "reserve"], "duration": "14s"}',
    },
)

BOOKS: Final = (WORKFLOW, TEST)
