"""Counts the words of a text: the task's input is JSON on stdin, its result JSON on stdout."""

import json
import sys

text = json.load(sys.stdin)["text"]
words = text.split()
print(json.dumps({"words": len(words), "longest": max(words, key=len, default="")}))
