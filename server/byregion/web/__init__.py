"""The server that people and machines meet: Flask, one blueprint a file."""
