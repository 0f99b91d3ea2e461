"""What is said of a mistake, in the language of the page where its sentence is known, and otherwise in English."""

from __future__ import annotations

from byregion.sentences import Sentence
from byregion.web.language import Words
from byregion.web.naming import Text
from byregion.web.site import words


def spoken(text: str) -> Text:
    """Return what was said in English as the page says it."""
    return in_words(text, words())


def in_words(text: str, words: Words) -> Text:
    """Return what was said in English as `words` have it, and which language that is."""
    if not isinstance(text, Sentence):
        return Text(text, "en")
    return Text(said(text, words), words.language)


def said(sentence: Sentence, words: Words) -> str:
    """Return a sentence in the language of `words`."""
    values = {
        name: said(value, words) if isinstance(value, Sentence) else value for name, value in sentence.values.items()
    }
    return words(f"mistakes.{sentence.key}", **values)
