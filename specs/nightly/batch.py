"""The night's work: what to do is the argument, JSON on stdin and stdout. The figures follow from the day, so that a night can be rerun."""

import json
import sys

step = sys.argv[1]
given = json.load(sys.stdin)
if step == "extract":
    number = int(given["day"].replace("-", ""))
    print(json.dumps({"day": given["day"], "orders": number % 97, "customers": number % 31}))
elif step == "load":
    print(json.dumps({"table": given["table"], "loaded": given["rows"]}))
else:
    print(f"{given['day']}: " + ", ".join(f"{one['loaded']} {one['table']}" for one in given["loaded"]))
