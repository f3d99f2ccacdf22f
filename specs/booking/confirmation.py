"""Confirms the booking: who, which flight, which receipt."""

import json
import sys

request = json.load(sys.stdin)
print(f"{request['passenger']} flies {request['flight']}, paid by {request['receipt']}")
