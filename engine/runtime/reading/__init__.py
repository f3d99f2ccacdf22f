"""What SWF says of executions, as values and words for people: the commands and the console read it the same way."""
