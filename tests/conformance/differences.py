"""Where moto's server (5.2) does otherwise than the documentation says: case -> reason.

A case that is here and passes fails the suite: moto has learnt it, and its line goes. `name` stands for all of a case's parameters,
`name[parameter]` for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from engine.service.model import operations

NO_CANCELING: Final = "moto has no RequestCancelActivityTask decision and no RespondActivityTaskCanceled"
NO_CANCEL_REQUESTS: Final = "moto has no RequestCancelWorkflowExecution"
NO_CHILDREN: Final = "moto has no StartChildWorkflowExecution decision"
NO_CONTINUATION: Final = "moto has no ContinueAsNewWorkflowExecution decision"
NO_EXTERNALS: Final = "moto has no decisions that reach other executions"
NO_COUNTS: Final = "moto has no CountOpenWorkflowExecutions and no CountClosedWorkflowExecutions"
NO_DELETION: Final = "moto has no DeleteWorkflowType and no DeleteActivityType"
NO_LIMITS: Final = "moto keeps no limits"
NO_PAGES: Final = "moto answers everything at once, whatever the page size, and knows no page tokens"
NO_PRIORITIES: Final = "moto hands out tasks in their order, whatever their priority"
NO_STICKY_LISTS: Final = "moto leaves taskList and taskListScheduleToStartTimeout of RespondDecisionTaskCompleted unread"
NO_VALIDATION: Final = "moto does not hold requests against the rules of the API"
ONE_TIMEOUT: Final = "of activity tasks moto knows the HEARTBEAT timeout only"


def _each(case: str, parameters: Iterable[str], reason: str) -> Mapping[str, str]:
    return {f"{case}[{parameter}]": reason for parameter in parameters}


REFUSES_WHAT_IS_MISSING: Final = {
    "DescribeWorkflowExecution", "GetWorkflowExecutionHistory", "ListTagsForResource", "TagResource", "UntagResource",
}  # fmt: skip

UNKNOWN_TO_MOTO: Final = {
    "CountClosedWorkflowExecutions": NO_COUNTS,
    "CountOpenWorkflowExecutions": NO_COUNTS,
    "DeleteActivityType": NO_DELETION,
    "DeleteWorkflowType": NO_DELETION,
    "RequestCancelWorkflowExecution": NO_CANCEL_REQUESTS,
}

OF_MOTO: Final[Mapping[str, str]] = {
    # Activities.
    **_each("test_a_second_answer_is_refused", ["RespondActivityTaskCanceled"], NO_CANCELING),
    **_each("test_an_answer_after_the_execution_closed_is_refused", ["RespondActivityTaskCanceled"], NO_CANCELING),
    **_each("test_an_answer_is_recorded_and_asks_for_a_decision", ["RespondActivityTaskCanceled"], NO_CANCELING),
    "test_a_task_that_no_worker_has_is_canceled_at_once": NO_CANCELING,
    "test_a_worker_hears_of_the_cancel_request_with_its_heartbeat": NO_CANCELING,
    "test_a_worker_may_ignore_the_cancel_request": NO_CANCELING,
    "test_an_unknown_activity_can_not_be_canceled": NO_CANCELING,
    "test_a_worker_is_handed_the_task": "moto counts a started task among the pending ones",
    "test_an_activity_id_is_free_again_once_its_task_is_closed": "to moto an activityId is in use for good",
    "test_an_answer_after_the_timeout_is_refused": ONE_TIMEOUT,
    "test_open_tasks_are_dropped_when_the_execution_closes": "moto leaves the tasks of a closed execution in their lists",
    "test_tasks_of_higher_priority_come_first": NO_PRIORITIES,
    "test_what_the_decision_leaves_out_comes_from_the_type": "moto knows no default of taskPriority for activities",
    # Characters, lengths, numbers.
    "test_a_domains_name_does_not_start_or_end_with_whitespace": NO_VALIDATION,
    "test_an_execution_can_not_be_unlimited": NO_VALIDATION,
    "test_an_execution_has_five_tags_at_most": NO_VALIDATION,
    "test_durations_are_whole_seconds": NO_VALIDATION,
    "test_ids_in_decisions_too": NO_VALIDATION,
    "test_names_and_ids_have_characters_that_they_must_not_have": NO_VALIDATION,
    "test_payloads_have_32768_characters_at_most": NO_VALIDATION,
    "test_priorities_are_integers_of_32_bits": NO_VALIDATION,
    "test_retention_has_its_limits": NO_VALIDATION,
    "test_tags_of_domains_have_characters_that_they_must_not_have": NO_VALIDATION,
    "test_texts_have_their_longest": NO_VALIDATION,
    # Children.
    "test_a_child_can_not_start_under_a_workflow_id_that_is_taken": NO_CHILDREN,
    "test_a_child_can_not_start_without_a_setting": NO_CHILDREN,
    "test_a_child_of_a_type_that_is_unknown_or_deprecated_does_not_start": NO_CHILDREN,
    "test_a_child_starts_and_both_histories_say_so": NO_CHILDREN,
    "test_a_policy_reaches_the_grandchildren": NO_CHILDREN,
    "test_abandon_lets_the_children_go_on": NO_CHILDREN,
    "test_request_cancel_asks_the_children_to_cancel": NO_CHILDREN,
    "test_terminate_terminates_the_children": NO_CHILDREN,
    "test_the_parent_hears_how_a_child_closed": NO_CHILDREN,
    "test_the_parent_hears_that_a_child_timed_out": NO_CHILDREN,
    "test_the_parent_hears_that_a_child_was_terminated": NO_CHILDREN,
    "test_the_policy_holds_when_the_parent_times_out": NO_CHILDREN,
    "test_the_policy_of_a_termination_comes_before_the_parents_own": NO_CHILDREN,
    "test_the_policy_says_nothing_when_the_parent_closes_by_itself": NO_CHILDREN,
    "test_what_a_child_is_not_given_comes_from_the_type": NO_CHILDREN,
    # Closing.
    "test_a_child_that_continues_as_new_is_still_its_parents": NO_CHILDREN,
    "test_it_can_not_continue_as_a_type_that_is_unknown_or_deprecated": NO_CONTINUATION,
    "test_it_can_not_continue_without_a_setting": NO_CONTINUATION,
    "test_it_continues_as_new_under_the_same_workflow_id": NO_CONTINUATION,
    "test_it_may_continue_as_another_version": NO_CONTINUATION,
    "test_what_it_continues_with_comes_from_the_type_where_it_is_not_given": NO_CONTINUATION,
    **_each(
        "test_what_came_meanwhile_must_be_seen_first",
        ["CompleteWorkflowExecution", "FailWorkflowExecution", "ContinueAsNewWorkflowExecution"],
        "moto closes an execution though its decider has not seen all",
    ),
    # Deciding.
    "test_a_decider_may_read_only_what_is_new": "moto leaves startAtPreviousStartedEvent unread",
    "test_a_long_history_comes_in_pages": NO_PAGES,
    "test_a_sticky_task_in_time_stays_sticky": NO_STICKY_LISTS,
    "test_a_sticky_task_that_is_not_completed_in_time_goes_back_too": NO_STICKY_LISTS,
    "test_a_sticky_task_that_is_not_started_in_time_goes_back_to_the_usual_list": NO_STICKY_LISTS,
    "test_a_task_list_override_is_permanent_without_a_timeout": NO_STICKY_LISTS,
    "test_decision_tasks_of_higher_priority_come_first": NO_PRIORITIES,
    "test_the_answer_is_recorded_with_its_context": "moto does not tell latestExecutionContext",
    "test_there_is_one_decision_task_at_a_time": "moto schedules a decision task for each event",
    # Domains.
    "test_a_deprecated_domain_takes_no_types_and_no_executions_but_can_be_looked_at": "moto's deprecated domains take all they did before",
    "test_a_domain_has_at_most_50_tags": NO_LIMITS,
    "test_deprecating_a_domain_deprecates_its_types": "moto leaves the types as they are",
    "test_only_a_domain_that_is_there_has_tags": "moto tags what isn't there",
    # Signals and cancel requests between executions.
    "test_a_cancel_request_reaches_another_execution_and_both_histories_say_so": NO_EXTERNALS,
    "test_a_cancel_request_to_nobody_fails": NO_EXTERNALS,
    "test_a_signal_may_be_the_last_thing_that_an_execution_does": NO_EXTERNALS,
    "test_a_signal_reaches_another_execution_and_both_histories_say_so": NO_EXTERNALS,
    "test_a_signal_to_nobody_fails": NO_EXTERNALS,
    "test_an_execution_may_signal_itself": NO_EXTERNALS,
    "test_neither_reaches_an_execution_that_closed": NO_EXTERNALS,
    # Faults.
    **{f"test_a_domain_that_is_not_there_is_unknown[{operation}]": reason for operation, reason in UNKNOWN_TO_MOTO.items()},
    **_each("test_a_member_of_another_json_type_can_not_be_read", ["integer", "boolean"], NO_VALIDATION),
    **_each("test_a_request_without_its_required_members_is_invalid", operations().keys() - REFUSES_WHAT_IS_MISSING, NO_VALIDATION),
    **_each("test_a_type_that_is_not_there_is_unknown", ["DeleteActivityType", "DeleteWorkflowType"], NO_DELETION),
    "test_an_enumeration_has_its_values": NO_VALIDATION,
    **_each("test_so_it_is_for_what_acts_on_open_executions", ["RequestCancelWorkflowExecution"], NO_CANCEL_REQUESTS),
    # Limits and pages.
    "test_a_thousand_activities_can_be_open": NO_LIMITS,
    "test_a_thousand_children_can_be_open": NO_CHILDREN,
    "test_a_thousand_timers_can_be_open": NO_LIMITS,
    "test_a_long_history_comes_in_pages_of_1000": NO_PAGES,
    "test_a_page_holds_at_most_1000": NO_PAGES,
    "test_a_page_token_belongs_to_its_query": NO_PAGES,
    "test_pages_together_are_the_whole": NO_PAGES,
    # Starting.
    "test_a_cancel_request_is_recorded_shown_and_left_to_the_decider": NO_CANCEL_REQUESTS,
    **_each("test_a_closed_execution_can_not_be_reached", ["RequestCancelWorkflowExecution"], NO_CANCEL_REQUESTS),
    "test_an_execution_starts_with_what_it_was_given": "moto's WorkflowExecutionStarted leaves out tags and priority",
    "test_what_is_not_given_comes_from_the_type": "moto does not tell of taskPriority and lambdaRole",
    "test_without_a_run_id_the_open_execution_is_meant": NO_CANCEL_REQUESTS,
    # Timeouts and timers.
    "test_a_decision_task_times_out_and_is_scheduled_again": "moto answers HTTP 500 to the decider of a decision task that timed out",
    "test_a_task_that_nobody_took_can_time_out_on_closing_too": ONE_TIMEOUT,
    **_each(
        "test_an_activity_task_times_out",
        ["SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE", "START_TO_CLOSE"],
        ONE_TIMEOUT,
    ),
    "test_an_execution_is_not_started_for_more_than_a_year": NO_VALIDATION,
    "test_a_timer_dies_with_its_execution": "moto's timers fire into closed executions",
    "test_a_timer_fires_when_its_time_is_over_and_asks_for_a_decision": "moto does not count open timers",
    "test_a_timer_may_be_started_and_canceled_in_one_answer": "moto records a TimerCancelled, which is no event type",
    "test_a_timer_that_is_canceled_does_not_fire": "moto records a TimerCancelled, which is no event type",
    "test_an_unknown_timer_can_not_be_canceled": "moto's CancelTimerFailed does not name the timer",
    # Types.
    "test_a_deprecated_type_is_listed_as_such_and_comes_back": "moto leaves the name of ListWorkflowTypes and ListActivityTypes unread",
    "test_a_type_is_described_as_it_was_registered": "moto's types were all created in 2015, activity types without a priority",
    "test_an_activity_scheduled_before_its_type_went_goes_on": NO_DELETION,
    "test_only_a_deprecated_type_can_be_deleted_and_then_it_is_gone": NO_DELETION,
    "test_types_are_listed_by_a_name_in_all_versions": "moto leaves the name of ListWorkflowTypes and ListActivityTypes unread",
    "test_what_was_started_before_its_type_went_goes_on": NO_DELETION,
    # Visibility.
    "test_a_child_is_listed_with_its_parent": NO_CHILDREN,
    "test_a_description_counts_what_is_open": NO_CHILDREN,
    "test_a_list_says_that_a_cancellation_was_asked_for": NO_CANCEL_REQUESTS,
    "test_an_open_execution_is_listed_with_all_there_is_to_say": "moto does not tell when an execution closed",
    "test_closed_executions_are_asked_for_by_one_time_and_one_key": NO_COUNTS,
    "test_closed_executions_are_filtered_by_how_they_closed": NO_CONTINUATION,
    "test_lists_and_counts_are_filtered_by_every_key": NO_COUNTS,
    "test_open_executions_are_asked_for_by_start_time_and_one_key": NO_COUNTS,
}

NOT_ASKED_OF_MOTO: Final[Mapping[str, str]] = {
    "test_a_history_of_25000_events_is_ended_by_the_service": "moto takes a minute for so long a history, and knows no limit",
    "test_a_history_of_fewer_events_is_not": "moto takes a minute for so long a history",
    "test_a_poll_is_answered_when_a_task_appears": "moto answers an empty poll after a second's sleep: what it finds is a matter of luck",
}
"""Cases that don't run on moto at all."""
