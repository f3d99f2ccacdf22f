"""JSON documents in, checked specs out: frozen values, with a place in the file for every complaint. Imports `engine.errors` only."""
