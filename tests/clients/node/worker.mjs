// A worker: it beats, gives back its input, and fails where that is "break".
import {
  PollForActivityTaskCommand,
  RecordActivityTaskHeartbeatCommand,
  RespondActivityTaskCompletedCommand,
  RespondActivityTaskFailedCommand,
  SWFClient,
} from "@aws-sdk/client-swf";

const [endpoint] = process.argv.slice(2);
const swf = new SWFClient({ endpoint, region: "eu-west-1" });
const poll = () => swf.send(new PollForActivityTaskCommand({ domain: "node", taskList: { name: "work" }, identity: "node worker" }));

for (let task = await poll(); task.taskToken; task = await poll()) {
  const { taskToken, activityId, input } = task;
  const beat = await swf.send(new RecordActivityTaskHeartbeatCommand({ taskToken, details: "half" }));
  if (beat.cancelRequested !== false) throw new Error("nobody has asked to cancel");
  if (input === "break") {
    await swf.send(new RespondActivityTaskFailedCommand({ taskToken, reason: "Broken", details: "as asked" }));
  } else {
    await swf.send(new RespondActivityTaskCompletedCommand({ taskToken, result: input }));
  }
  console.log(`${activityId}: ${input}`);
}
