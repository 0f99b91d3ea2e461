"""The HTTP API described in OpenAPI 3.1, in one language: what may be asked, with what, and how it is answered."""

from byregion.openapi.document import Offers, Service, document

__all__ = ["Offers", "Service", "document"]
