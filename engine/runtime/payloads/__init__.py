"""Payloads that are too long for SWF: kept in a store by their digest, with a reference in their place.

Its modules import `errors`, `swf`, and each other.
"""
