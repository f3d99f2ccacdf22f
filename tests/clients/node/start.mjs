// Registers, starts, says so, waits for the end; prints what a caller sees, faults included, as one JSON document.
import {
  CountClosedWorkflowExecutionsCommand,
  DescribeWorkflowExecutionCommand,
  paginateGetWorkflowExecutionHistory,
  RegisterActivityTypeCommand,
  RegisterDomainCommand,
  RegisterWorkflowTypeCommand,
  StartWorkflowExecutionCommand,
  SWFClient,
} from "@aws-sdk/client-swf";

const [endpoint, input] = process.argv.slice(2);
const swf = new SWFClient({ endpoint, region: "eu-west-1" });
const domain = "node";
const faults = [];

const refused = async (command) => {
  try {
    await swf.send(command);
  } catch (fault) {
    faults.push([fault.name, fault.$metadata.httpStatusCode, fault.$fault, Boolean(fault.$metadata.requestId)]);
  }
};

await swf.send(new RegisterDomainCommand({ name: domain, workflowExecutionRetentionPeriodInDays: "1" }));
await refused(new RegisterDomainCommand({ name: domain, workflowExecutionRetentionPeriodInDays: "1" }));
await swf.send(
  new RegisterWorkflowTypeCommand({
    domain,
    name: "Talk",
    version: "1",
    defaultTaskList: { name: "decisions" },
    defaultChildPolicy: "TERMINATE",
    defaultExecutionStartToCloseTimeout: "3600",
    defaultTaskStartToCloseTimeout: "60",
  }),
);
await swf.send(
  new RegisterActivityTypeCommand({
    domain,
    name: "Echo",
    version: "1",
    defaultTaskList: { name: "work" },
    defaultTaskHeartbeatTimeout: "60",
    defaultTaskScheduleToStartTimeout: "NONE",
    defaultTaskScheduleToCloseTimeout: "NONE",
    defaultTaskStartToCloseTimeout: "NONE",
  }),
);
const start = { domain, workflowId: "talk-é", workflowType: { name: "Talk", version: "1" }, input, tagList: ["node"] };
const { runId } = await swf.send(new StartWorkflowExecutionCommand(start));
await refused(new StartWorkflowExecutionCommand(start));
await refused(new StartWorkflowExecutionCommand({ ...start, workflowId: "a:b" }));
await refused(new DescribeWorkflowExecutionCommand({ domain, execution: { workflowId: "nobody", runId } }));
console.log("started");

const execution = { workflowId: start.workflowId, runId };
const describe = () => swf.send(new DescribeWorkflowExecutionCommand({ domain, execution }));
let described = await describe();
while (described.executionInfo.executionStatus === "OPEN") {
  await new Promise((wake) => setTimeout(wake, 50));
  described = await describe();
}

const events = [];
for await (const page of paginateGetWorkflowExecutionHistory({ client: swf, pageSize: 3 }, { domain, execution })) {
  events.push(...page.events);
}
const since = { startTimeFilter: { oldestDate: new Date(Date.now() - 3_600_000) } };
const closed = await swf.send(new CountClosedWorkflowExecutionsCommand({ domain, ...since, tagFilter: { tag: "node" } }));
const { executionInfo, latestExecutionContext } = described;
const took = executionInfo.closeTimestamp - executionInfo.startTimestamp;
console.log(JSON.stringify({ faults, events, took, executionInfo, latestExecutionContext, count: closed.count, truncated: closed.truncated }));
