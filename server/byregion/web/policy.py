"""The Content-Security-Policy of pages: only files of ours run in one or style it, and nothing is inline."""

from __future__ import annotations


def policy(*images: str) -> str:
    """Return the policy; `images` are origins besides ours that a page may show pictures from.

    https://www.w3.org/TR/CSP3/
    """
    directives = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        " ".join(("img-src 'self' data:", *images)),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return "; ".join(directives)
