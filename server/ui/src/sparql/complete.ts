// What the editor offers while one writes: variables of the query, keywords, prefixes, and terms by name or by what they are called.

import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

/** As /sparql/terms tells it; a term is its prefixed name, its kind, what it is called and what it means. */
export interface Terms {
  keywords: string[];
  prefixes: Record<string, string>;
  kinds: Record<string, string>;
  terms: [name: string, kind: string, label: string, definition: string][];
}

const MOST = 60;

/** What is being written: a variable, or a word that may have a prefix and a colon. */
const WRITTEN = /[?$]?[\p{L}\d_-]*(?::[\p{L}\d_.-]*)?$/u;

export function completer(terms: () => Promise<Terms>) {
  // What needs no terms is answered at once: a list that waits would stand there while one writes on.
  return (context: CompletionContext): CompletionResult | null | Promise<CompletionResult | null> => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const written = WRITTEN.exec(before)?.[0] ?? "";
    const from = context.pos - written.length;
    if (isText(context.state, from)) return null;
    if (/^[?$]/.test(written)) return result(from, variables(context.state, written));
    if (written.length < 2 && !context.explicit) return null;
    const isPrefix = /^\s*PREFIX\s+\S*$/i.test(before);
    return terms().then((known) => (context.aborted ? null : result(from, isPrefix ? declarations(known, written) : matching(known, written))));
  };
}

function result(from: number, options: Completion[]): CompletionResult | null {
  // What is written decides the order; the editor's own order would be that of letters in common.
  return options.length ? { from, options, filter: false } : null;
}

function isText(state: EditorState, place: number): boolean {
  return /string|comment|link/.test(syntaxTree(state).resolveInner(place, 1).name) && place < state.doc.length;
}

function variables(state: EditorState, written: string): Completion[] {
  const all = state.doc.toString().match(/[?$][\p{L}\d_]+/gu) ?? [];
  const others = [...new Set(all)].filter((name) => name !== written && name.startsWith(written));
  return others.sort().map((label) => ({ label }));
}

function declarations({ prefixes }: Terms, written: string): Completion[] {
  const names = Object.keys(prefixes).filter((name) => `${name}:`.startsWith(written));
  return names.map((name) => ({ label: `${name}: <${prefixes[name]}>` }));
}

function matching(known: Terms, written: string): Completion[] {
  const sought = written.toLowerCase();
  const found: [rank: number, Completion][] = [];
  for (const [name, kind, label, definition] of known.terms) {
    const rank = ranked(name, label, sought);
    if (rank < 4) found.push([rank, { label: name, detail: detail(known.kinds[kind], label), info: definition || undefined, apply: declaring(known, name) }]);
  }
  const keywords = sought.includes(":") ? [] : known.keywords.filter((word) => word.toLowerCase().startsWith(sought));
  for (const label of keywords) found.push([sought.length > 1 ? 0 : 1, { label }]);
  return found.sort(([one], [other]) => one - other).slice(0, MOST).map(([, option]) => option);
}

/** How near a term is to what is written: 0 begins so, 1 its name does, 2 what it is called does, 3 either holds it, 4 not at all. */
function ranked(name: string, label: string, sought: string): number {
  const whole = name.toLowerCase();
  const called = label.toLowerCase();
  if (whole.startsWith(sought)) return 0;
  if (sought.includes(":")) return 4;
  if (whole.slice(whole.indexOf(":") + 1).startsWith(sought)) return 1;
  if (called.startsWith(sought)) return 2;
  return whole.includes(sought) || called.includes(sought) ? 3 : 4;
}

function detail(kind = "", label: string): string {
  return label ? `${label} (${kind})` : kind;
}

/** Writes the name, and declares its prefix at the top where the query does not yet. */
function declaring({ prefixes }: Terms, name: string) {
  return (view: EditorView, _: Completion, from: number, to: number) => {
    const prefix = name.slice(0, name.indexOf(":"));
    const changes = [{ from, to, insert: name }];
    let moved = from + name.length;
    if (!new RegExp(`^\\s*PREFIX\\s+${prefix}:`, "im").test(view.state.doc.toString())) {
      const insert = `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
      changes.unshift({ from: 0, to: 0, insert });
      moved += insert.length;
    }
    view.dispatch({ changes, selection: { anchor: moved }, userEvent: "input.complete", scrollIntoView: true });
  };
}
