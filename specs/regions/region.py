"""What is done in one region: the step is the argument, region and release are JSON on stdin. A region named "down" never gets well."""

import json
import sys

step = sys.argv[1]
given = json.load(sys.stdin)
if step == "check" and given["region"].startswith("down"):
    print(f"{given['region']} does not answer", file=sys.stderr)
    sys.exit(3)
print(f"{step}: {given['release']} in {given['region']}")
