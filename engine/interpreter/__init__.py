"""PURE: history events in, decisions out. No clock, no I/O, no randomness, no SWF client. Imports `engine.graph` and `engine.spec`."""
