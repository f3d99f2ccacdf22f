"""The embedded SWF service: a pure core (request and time in, response and events out), its store, its HTTP face. Knows no specs."""
