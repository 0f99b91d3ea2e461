"""The downloads: each dataset, and the whole, in every format of `catalogue.FORMATS`.

They are made from the files, never from the engine, so a literal is spelled as it is in its file; the same files give
the same bytes. In a format that has named graphs the graphs keep their names; in the others they are merged.
"""

from byregion.dumps.publishing import CHECKSUMS, Published, checksums, make, make_all, published, write

__all__ = ["CHECKSUMS", "Published", "checksums", "make", "make_all", "published", "write"]
