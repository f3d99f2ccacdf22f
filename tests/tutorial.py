"""What the tutorial prints, for all tests that hold us to it."""

from __future__ import annotations

from typing import Any, Final

HELLO_HISTORY: Final[list[dict[str, Any]]] = [
    {
        "eventId": 1,
        "eventTimestamp": 1381095173.254,
        "eventType": "WorkflowExecutionStarted",
        "workflowExecutionStartedEventAttributes": {
            "childPolicy": "TERMINATE",
            "executionStartToCloseTimeout": "3600",
            "parentInitiatedEventId": 0,
            "taskList": {"name": "default"},
            "taskStartToCloseTimeout": "300",
            "workflowType": {"name": "HelloWorkflow", "version": "1.0"},
        },
    },
    {
        "decisionTaskScheduledEventAttributes": {"startToCloseTimeout": "300", "taskList": {"name": "default"}},
        "eventId": 2,
        "eventTimestamp": 1381095173.254,
        "eventType": "DecisionTaskScheduled",
    },
    {
        "decisionTaskStartedEventAttributes": {"scheduledEventId": 2},
        "eventId": 3,
        "eventTimestamp": 1381095177.544,
        "eventType": "DecisionTaskStarted",
    },
    {
        "decisionTaskCompletedEventAttributes": {"scheduledEventId": 2, "startedEventId": 3},
        "eventId": 4,
        "eventTimestamp": 1381095177.855,
        "eventType": "DecisionTaskCompleted",
    },
    {
        "activityTaskScheduledEventAttributes": {
            "activityId": "saying_hi",
            "activityType": {"name": "HelloWorld", "version": "1.0"},
            "decisionTaskCompletedEventId": 4,
            "heartbeatTimeout": "600",
            "scheduleToCloseTimeout": "3900",
            "scheduleToStartTimeout": "300",
            "startToCloseTimeout": "3600",
            "taskList": {"name": "default"},
        },
        "eventId": 5,
        "eventTimestamp": 1381095177.855,
        "eventType": "ActivityTaskScheduled",
    },
    {
        "activityTaskStartedEventAttributes": {"scheduledEventId": 5},
        "eventId": 6,
        "eventTimestamp": 1381095179.427,
        "eventType": "ActivityTaskStarted",
    },
    {
        "activityTaskCompletedEventAttributes": {"scheduledEventId": 5, "startedEventId": 6},
        "eventId": 7,
        "eventTimestamp": 1381095179.699,
        "eventType": "ActivityTaskCompleted",
    },
    {
        "decisionTaskScheduledEventAttributes": {"startToCloseTimeout": "300", "taskList": {"name": "default"}},
        "eventId": 8,
        "eventTimestamp": 1381095179.699,
        "eventType": "DecisionTaskScheduled",
    },
    {
        "decisionTaskStartedEventAttributes": {"scheduledEventId": 8},
        "eventId": 9,
        "eventTimestamp": 1381095179.742,
        "eventType": "DecisionTaskStarted",
    },
    {
        "decisionTaskCompletedEventAttributes": {"scheduledEventId": 8, "startedEventId": 9},
        "eventId": 10,
        "eventTimestamp": 1381095180.026,
        "eventType": "DecisionTaskCompleted",
    },
    {
        "eventId": 11,
        "eventTimestamp": 1381095180.026,
        "eventType": "WorkflowExecutionCompleted",
        "workflowExecutionCompletedEventAttributes": {"decisionTaskCompletedEventId": 10},
    },
]
"""The history of its HelloWorkflow."""
