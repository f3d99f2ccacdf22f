"""Task B: names a fruit or vegetable that starts with a letter: the one given, else the one that task A left in its file."""

import random
import sys
import tempfile
from pathlib import Path

A_OUTPUT = Path(tempfile.gettempdir()) / "a.out"
NAMES = """
apple apricot avocado banana beetroot broccoli carrot cherry cucumber date dill durian eggplant elderberry endive fennel fig
garlic gooseberry grape honeydew horseradish iceberg ilama jackfruit jicama kale kiwi kohlrabi leek lemon lychee mango melon
mushroom nectarine nettle okra olive onion papaya parsnip pear quandong quince radish raspberry rhubarb spinach strawberry
tangerine tomato turnip ugli ulluco vanilla voavanga walnut watercress xigua yam yuzu zucchini
""".split()

letter = (sys.argv[1] if len(sys.argv) > 1 else A_OUTPUT.read_text(encoding="utf-8")).strip()
candidates = [name for name in NAMES if name.startswith(letter)]
if not candidates:
    sys.exit(f"no fruit or vegetable starts with {letter!r}")
print(random.choice(candidates))
