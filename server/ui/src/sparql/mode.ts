// SPARQL as the editor colours it. The server judges what is SPARQL; here it is only told apart what stands where.

import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

interface Open {
  /** The quotation marks that end the long text that goes over the end of the line. */
  until: string;
}

const FORMS = /^(?:select|ask|construct|describe|where|prefix|base|from|named|insert|delete|load|clear|drop|create|with)$/i;

function token(stream: StringStream, state: Open): string | null {
  if (state.until) return long(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "comment";
  const quotes = stream.match(/^(?:"""|''')/);
  if (quotes && quotes !== true) {
    state.until = quotes[0];
    return long(stream, state);
  }
  if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return "string";
  if (stream.match(/^<[^<>"{}|^`\\\s]*>/)) return "link";
  if (stream.match(/^[?$][\p{L}\d_]+/u)) return "variableName";
  if (stream.match(/^@[a-z]+(?:-[a-z\d]+)*/i)) return "meta";
  if (stream.match(/^(?:[\p{L}_][\p{L}\d_.-]*)?:(?:[\p{L}\d_:%](?:[\p{L}\d_:.%-]*[\p{L}\d_:%-])?)?/u)) return "typeName";
  if (stream.match(/^[-+]?\d*\.?\d+(?:e[-+]?\d+)?/i)) return "number";
  const word = stream.match(/^\p{L}[\p{L}\d_]*/u);
  if (word && word !== true) return FORMS.test(word[0]) || word[0] === word[0].toUpperCase() || word[0] === "a" ? "keyword" : "name";
  stream.next();
  return "punctuation";
}

function long(stream: StringStream, state: Open): string {
  while (!stream.eol()) {
    if (stream.match(state.until)) {
      state.until = "";
      break;
    }
    if (stream.next() === "\\") stream.next();
  }
  return "string";
}

export const sparql = StreamLanguage.define<Open>({
  name: "sparql",
  startState: () => ({ until: "" }),
  token,
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
});

/** The colours are those of pages: they follow the reader's scheme, and are told apart without colour by weight. */
export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, fontWeight: "700" },
    { tag: tags.variableName, color: "var(--inferred)" },
    { tag: tags.typeName, color: "var(--link)" },
    { tag: tags.link, color: "var(--link)" },
    { tag: [tags.string, tags.number, tags.meta], color: "var(--reading)" },
    { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  ]),
);

export const look = EditorView.theme({
  "&": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--strong)", borderRadius: "4px" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: ".92rem", lineHeight: "1.5", maxHeight: "36rem" },
  ".cm-content, .cm-gutter": { minHeight: "16rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { background: "var(--sheet)", color: "var(--soft)", border: "none", borderRight: "1px solid var(--line)" },
  ".cm-activeLineGutter": { background: "none", color: "var(--ink)", fontWeight: "700" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--quoted)" },
  "&.cm-focused .cm-matchingBracket, .cm-matchingBracket": { background: "none", outline: "1px solid var(--strong)" },
  "&.cm-focused .cm-nonmatchingBracket, .cm-nonmatchingBracket": { background: "none", color: "var(--alarm)" },
  ".wrong": { color: "var(--alarm)", fontWeight: "700", textDecoration: "underline wavy" },
  ".said": { display: "block", margin: ".2rem .5rem .4rem", padding: ".3rem .7rem", borderLeft: "4px solid var(--alarm)", background: "var(--sheet)", color: "var(--ink)", fontFamily: "var(--sans)", fontSize: "1rem", whiteSpace: "normal" },
  ".cm-tooltip": { background: "var(--paper)", color: "var(--ink)", border: "1px solid var(--strong)", borderRadius: "4px", boxShadow: "0 4px 14px rgb(0 0 0 / 25%)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: ".92rem", maxHeight: "16rem", minWidth: "min(22rem, 50vw)", maxWidth: "min(46rem, 80vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".3rem .6rem", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--paper)" },
  ".cm-completionDetail": { fontFamily: "var(--sans)", fontStyle: "normal", marginLeft: ".8rem" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-tooltip.cm-completionInfo": { fontFamily: "var(--sans)", padding: ".5rem .8rem", maxWidth: "min(24rem, 80vw)" },
});
