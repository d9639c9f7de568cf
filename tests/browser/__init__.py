"""The product in a real browser: a server as a person would start it, and Chromium driving its page."""
