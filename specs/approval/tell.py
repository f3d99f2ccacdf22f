"""Tells somebody something: recipient and text are the arguments. Put your mail or chat program here."""

import sys

to, text = sys.argv[1:]
print(f"to {to}: {text}", file=sys.stderr)
print(f"told {to}")
