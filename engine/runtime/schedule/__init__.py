"""Schedules: an execution of `swfgraph.schedule` per workflow holds what has been started; `swfgraph schedule run` decides for it."""
