"""Writes docs/language.md, the reference of the spec language and of spec tests, from their JSON Schemas.

`python -m tools.reference` writes it; with `--check` it says whether it is current (exit code 1 if not). What the schemas can't say
(the order of the sections, titles, examples, what holds everywhere) is in `words`; `page` renders, `terms` says in words what a
subschema takes.
"""
