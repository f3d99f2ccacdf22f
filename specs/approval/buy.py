"""Does what was approved: what, for how much and by whom, as JSON on stdin."""

import json
import sys

order = json.load(sys.stdin)
print(f"bought {order['what']} for {order['amount']}, approved by {order['by']}")
