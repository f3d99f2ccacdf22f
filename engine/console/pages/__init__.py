"""One module a page: it reads what the page shows from SWF, or does what its form asks for. Templates say how it looks."""
