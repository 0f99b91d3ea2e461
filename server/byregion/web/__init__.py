"""The server that people and machines meet: Flask, one blueprint a file."""

from byregion.web.app import create_app

__all__ = ["create_app"]
