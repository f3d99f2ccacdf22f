"""Submits the personal details. Each visit takes the next of the passenger's cards, and stays with the last."""

import json
import sys

request = json.load(sys.stdin)
cards = request["cards"]
print(json.dumps({"passenger": request["passenger"], "card": cards[min(request["visit"], len(cards)) - 1]}))
