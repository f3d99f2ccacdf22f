"""Writes a sentence about the counts. What a script prints that is no JSON is a text result."""

import json
import sys

counts = json.load(sys.stdin)
print(f"{counts['words']} words, the longest is {counts['longest']}")
