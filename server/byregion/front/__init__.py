"""The HTTP server's front: what is answered before Flask, and how everything else gets there."""

from byregion.front.application import Front
from byregion.front.publication import Publication

__all__ = ["Front", "Publication"]
