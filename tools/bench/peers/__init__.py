"""The peers' drivers. Each runs in its peer's own environment, as `python -m tools.bench.peers.NAME COUNTS FOLDER`, and prints JSON.

They import the peer, `driving` and one another; never the engine (but `ours`, which is the engine's own).
"""
