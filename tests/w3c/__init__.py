"""The W3C's SPARQL test suites, asked of a server over HTTP: `python -m tests.w3c`, and test_w3c.py in every run."""
