"""The `swfgraph` command. Imports everything below it, but only when the command at hand needs it."""
