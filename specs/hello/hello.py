"""The tutorial's greeting: a function that prints and gives no result."""


def say_hi() -> None:
    print("Hello, World!", flush=True)
