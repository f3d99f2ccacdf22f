"""The tutorial's three activities: each hands a sentence on."""


def activity_a() -> str:
    return "Now don't be givin him sambuca!"


def activity_b(sentence: str) -> str:
    return f"{sentence} said B"


def activity_c(sentence: str) -> str:
    return f"{sentence}, and C heard it."
