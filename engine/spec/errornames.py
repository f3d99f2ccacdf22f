"""Names of errors, and the patterns that retry and catch rules match them with. Pure. Imports nothing."""

from __future__ import annotations

import re
from functools import lru_cache


def match(pattern: str, error: str) -> bool:
    """Whether an error's name fits a pattern in which `*` stands for any text (also none). Upper and lower case differ."""
    return _compiled(pattern).fullmatch(error) is not None


def match_any(patterns: tuple[str, ...], error: str) -> bool:
    """Whether an error's name fits one of the patterns."""
    return any(match(pattern, error) for pattern in patterns)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Atomic groups: each piece of text is found at its first place and stays there, so matching never backtracks far."""
    first, *rest = pattern.split("*")
    if not rest:
        return re.compile(re.escape(first))
    *middle, last = rest
    found = "".join(f"(?>.*?{re.escape(part)})" for part in middle)
    return re.compile(f"{re.escape(first)}{found}.*{re.escape(last)}", re.DOTALL)
