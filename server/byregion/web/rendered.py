"""Terms of the data as HTML: every text says its language, and has it in a tag where the reader asked for another.

They are what the macros of the same names give. A page has hundreds of them, and each would be six calls of macros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup, escape

from byregion.web.language import Words
from byregion.web.links import href, is_local
from byregion.web.naming import Text, Value


class Rendered:
    """Renders texts and values for a page in the language of `words`; `tongue` tells what a language is called."""

    def __init__(self, words: Words, tongue: Callable[[str], str]) -> None:
        """Take the words of the page."""
        self._words = words
        self._tongue = tongue

    def words_of(self, it: Text) -> Markup:
        """Return a text with its language, which the page itself says where it is its own."""
        if not it.value.strip():
            return self._span("via", self._words("values.empty"))
        language = f' lang="{escape(it.language)}"' if it.language not in ("", self._words.language) else ""
        return Markup(f"<bdi{language}>{escape(it.value)}</bdi>")

    def tags(self, it: Text) -> Markup:
        """Return the tags of a text: the language that the reader did not ask for, and that the words are ours."""
        found = Markup("")
        if it.foreign:
            found += Markup(" ") + self._span("tag", self._tongue(it.language))
        if it.ours:
            found += Markup(" ") + self._span("tag", self._words("marks.translation"))
        return found

    def text(self, it: Text) -> Markup:
        """Return a text with its tags."""
        shown = self.words_of(it)
        return shown + self.tags(it) if it.foreign or it.ours else shown

    def mark(self, name: str) -> Markup:
        """Return the mark of what is read or inferred, nothing for what is stated."""
        return Markup(" ") + self._span(f"tag {name}", self._words(f"marks.{name}")) if name else Markup("")

    def value(self, it: Value, marked: bool = True) -> Markup:
        """Return a value, which leads to its page where it has one; its mark only where it is `marked` by itself."""
        shown = self.words_of(it.text)
        link = href(it.iri) if it.iri else None
        if link:
            elsewhere = "" if is_local(link) else ' rel="external"'
            # On paper the address is printed after what a link is called, unless that is the address itself.
            named = ' class="address"' if elsewhere and it.text.value == str(link) else ""
            shown = Markup(f'<a{named} href="{escape(link)}"{elsewhere}>{shown}</a>')
        if it.text.foreign or it.text.ours:
            shown += self.tags(it.text)
        return shown + self.mark(it.mark) if marked and it.mark else shown

    def values(self, found: Iterable[Value], marked: bool = True) -> Markup:
        """Return several values, one after the other."""
        return Markup(", ").join([self.value(it, marked) for it in found])

    @staticmethod
    def _span(name: str, text: str) -> Markup:
        return Markup(f'<span class="{name}">{escape(text)}</span>')
