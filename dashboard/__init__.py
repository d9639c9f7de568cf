"""What the user sees: command line, server, upload, pages and figures."""
