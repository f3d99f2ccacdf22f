"""A shop in one script: what to do is the argument, the order is JSON on stdin, the result JSON on stdout.

Each step is known by the order's number, so that doing it twice is doing it once: that is what makes a step safe to repeat.
"""

import json
import sys

step = sys.argv[1]
order = json.load(sys.stdin)

if step == "ship" and order["address"] == "nowhere":
    print(f"nobody lives at {order['address']!r}", file=sys.stderr)
    sys.exit(4)

results = {
    "reserve": lambda: {"order": order["order"], "reservation": f"R-{order['order']}"},
    "release": lambda: {"released": order["reservation"]},
    "charge": lambda: {"order": order["order"], "receipt": f"C-{order['order']}-{order['price']}"},
    "refund": lambda: {"refunded": order["receipt"]},
    "ship": lambda: {"parcel": f"P-{order['order']}", "to": order["address"]},
}
result = results[step]()
print(f"{step}: {json.dumps(result)}", file=sys.stderr)
print(json.dumps(result))
