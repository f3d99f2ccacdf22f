"""Task A: picks a random letter, writes it to a file and prints it. It knows nothing of workflows."""

import random
import string
import tempfile
from pathlib import Path

OUTPUT = Path(tempfile.gettempdir()) / "a.out"

letter = random.choice(string.ascii_lowercase)
OUTPUT.write_text(letter + "\n", encoding="utf-8")
print(letter)
