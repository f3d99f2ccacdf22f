"""A job that somebody else runs: submit it, look at it, fetch what it made. Yours would ask a service; this one counts the looks."""

import json
import sys

step = sys.argv[1]
given = json.load(sys.stdin)
if step == "submit":
    print(json.dumps({"id": "job-1", "ready_at_look": given["looks"]}))
elif step == "look":
    ready = given["look"] >= given["job"]["ready_at_look"]
    print(json.dumps({"state": "ready" if ready else "working", "look": given["look"]}))
else:
    print(f"{given['id']} made it after {given['ready_at_look']} looks")
