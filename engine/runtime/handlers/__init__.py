"""How activities are run: one module per kind of `run` in a spec. They are given a Job and give back an Outcome; no client here."""
