"""The web console: what the SWF dashboard shows, for any SWF endpoint, and the flowchart alive. A client of the SWF API like any other."""
