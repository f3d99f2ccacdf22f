"""Alerts: a process that watches the endpoint and tells people, at least once, what specs say is worth telling."""
