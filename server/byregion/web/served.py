"""What the server in front of the app tells it of a request, and is told: names in the WSGI environment."""

from __future__ import annotations

from typing import Final

REQUEST_ID: Final = "byregion.request_id"
"""Which request it is, as its log calls it."""
LABEL: Final = "byregion.label"
"""What the resource is called in counts and logs."""
