"""swfgraph: flowcharts in JSON, run durably on the Amazon SWF API. See docs/ for the architecture; nothing is imported here."""
