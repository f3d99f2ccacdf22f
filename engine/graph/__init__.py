"""Specs in, plans out: the compiled graph, what can be said about it without running it, and its picture. Imports `engine.spec`."""
