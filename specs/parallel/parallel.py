"""The tutorial's parallel activity: it reports the current time."""

import time


def report_time() -> str:
    return str(time.time())
