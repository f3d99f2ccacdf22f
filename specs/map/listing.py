"""Lists the files of a folder, as JSON. The folder is the argument; the list is in order, so that two runs give the same."""

import json
import sys
from pathlib import Path

folder = Path(sys.argv[1])
print(json.dumps(sorted(str(path) for path in folder.iterdir() if path.is_file())))
