"""What evaluates queries: in this process for the command line, in killable workers for the server."""

from byregion.engine.base import Answer, Engine, Limits

__all__ = ["Answer", "Engine", "Limits"]
