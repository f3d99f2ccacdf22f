// A decider as a user of the AWS SDK for JavaScript writes one: greet, then ask, which fails, so again, then done.
import { PollForDecisionTaskCommand, RespondDecisionTaskCompletedCommand, SWFClient } from "@aws-sdk/client-swf";

const [endpoint] = process.argv.slice(2);
const swf = new SWFClient({ endpoint, region: "eu-west-1" });

const schedule = (activityId, input) => ({
  decisionType: "ScheduleActivityTask",
  scheduleActivityTaskDecisionAttributes: { activityId, activityType: { name: "Echo", version: "1" }, input },
});

const complete = (result) => ({
  decisionType: "CompleteWorkflowExecution",
  completeWorkflowExecutionDecisionAttributes: { result },
});

async function wholeTask() {
  const request = { domain: "node", taskList: { name: "decisions" }, identity: "node decider", maximumPageSize: 2 };
  const task = await swf.send(new PollForDecisionTaskCommand(request));
  for (let token = task.nextPageToken; token; ) {
    const page = await swf.send(new PollForDecisionTaskCommand({ ...request, nextPageToken: token }));
    task.events.push(...page.events);
    token = page.nextPageToken;
  }
  return task;
}

function decide(events) {
  const last = events.filter((event) => !event.eventType.startsWith("Decision")).at(-1);
  switch (last.eventType) {
    case "WorkflowExecutionStarted":
      return [schedule("greet", last.workflowExecutionStartedEventAttributes.input)];
    case "ActivityTaskFailed":
      return [schedule("again", "fine")];
    case "ActivityTaskCompleted": {
      const done = events.filter((event) => event.eventType === "ActivityTaskCompleted");
      const results = done.map((event) => event.activityTaskCompletedEventAttributes.result);
      return results.length < 2 ? [schedule("ask", "break")] : [complete(results.join(" + "))];
    }
    default:
      throw new Error(`unexpected ${last.eventType}`);
  }
}

for (let task = await wholeTask(); task.taskToken; task = await wholeTask()) {
  if (!(task.events[0].eventTimestamp instanceof Date)) throw new Error("eventTimestamp is no time");
  const decisions = decide(task.events);
  await swf.send(new RespondDecisionTaskCompletedCommand({ taskToken: task.taskToken, decisions, executionContext: `${decisions.length}` }));
  console.log(decisions.map((decision) => decision.decisionType).join());
}
