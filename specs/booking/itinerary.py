"""Selects an itinerary: destination on stdin (JSON), flight and price on stdout."""

import json
import sys

destination = json.load(sys.stdin)["destination"]
print(json.dumps({"flight": f"LHR-{destination[:3].upper()}", "price": 120 + 10 * len(destination)}))
