"""The long-running processes: decider, worker and its handlers, register, start. Imports the interpreter and `engine.swf`."""
