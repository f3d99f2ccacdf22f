"""Validates the payment: a card whose name starts with 'declined' is declined (exit code 3)."""

import json
import sys

request = json.load(sys.stdin)
if request["card"].startswith("declined"):
    print(f"the card {request['card']} was declined for {request['price']}", file=sys.stderr)
    sys.exit(3)
print(json.dumps({"receipt": f"{request['card']}-{request['price']}"}))
