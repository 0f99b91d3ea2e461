// The editor of /sparql, in place of the form's text field: colours, completion, and the error where it is.
//
// The form stays the form: what is written here is what it sends, and the server makes the page of the answer. The editor lives in a
// shadow root, for there it may have style sheets made by script; the policy forbids <style>. Nothing is kept in the browser.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { EditorState, RangeSet, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType, drawSelection, keymap, lineNumbers, tooltips } from "@codemirror/view";
import { type Terms, completer } from "./sparql/complete";
import { colours, look, sparql } from "./sparql/mode";

class Said extends WidgetType {
  constructor(
    private readonly text: string,
    private readonly language: string,
  ) {
    super();
  }

  toDOM(): HTMLElement {
    const said = document.createElement("span");
    said.className = "said";
    said.lang = this.language;
    said.textContent = this.text;
    return said;
  }
}

/** Where the server found the fault: line and column count from 1, columns in characters. */
interface Fault {
  line: number;
  column: number;
  token: string;
  said: string;
  language: string;
}

function place(state: EditorState, { line, column, token }: Fault): [from: number, to: number] {
  const row = state.doc.line(Math.min(line, state.doc.lines));
  const before = [...row.text].slice(0, column - 1).join("").length;
  const from = Math.min(row.from + before, row.to);
  return [from, Math.min(from + (token.split("\n")[0] ?? "").length, row.to)];
}

/** Shows the fault until the line that it is in is changed. */
function faults(fault: Fault) {
  return StateField.define<DecorationSet>({
    create(state) {
      const [from, to] = place(state, fault);
      const told = Decoration.widget({ widget: new Said(fault.said, fault.language), block: true, side: 1 });
      const below = told.range(state.doc.lineAt(from).to);
      return RangeSet.of(from < to ? [Decoration.mark({ class: "wrong" }).range(from, to), below] : [below], true);
    },
    update(shown, change) {
      if (!change.docChanged || !shown.size) return shown;
      const last = shown.iter();
      while (last.value && !last.value.spec.widget) last.next();
      const line = change.startState.doc.lineAt(last.from);
      return change.changes.touchesRange(line.from, line.to) ? RangeSet.empty : shown.map(change.changes);
    },
    provide: (field) => EditorView.decorations.from(field),
  });
}

function asked(address: string): () => Promise<Terms> {
  let terms: Promise<Terms> | undefined;
  const nothing: Terms = { keywords: [], prefixes: {}, kinds: {}, terms: [] };
  // Without them one writes as in the plain form.
  return () => (terms ??= fetch(address).then((answer) => (answer.ok ? (answer.json() as Promise<Terms>) : nothing), () => nothing));
}

/**
 * Puts what is written in the place of what is marked. Left to the browser, what comes in gets the looks of what goes out, as a style
 * attribute, which the policy refuses.
 */
function replace(event: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main;
  const text = event.data;
  if (event.inputType !== "insertText" || event.isComposing || empty || text === null) return false;
  const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some((handler) => handler(view, from, to, text, insert))) view.dispatch(insert());
  event.preventDefault();
  return true;
}

function upgrade(field: HTMLTextAreaElement): void {
  const { form } = field;
  const label = field.labels[0];
  if (!form || !label) return;
  const fault: Fault | undefined = field.dataset.line
    ? { line: Number(field.dataset.line), column: Number(field.dataset.column), token: field.dataset.token ?? "", said: field.dataset.said ?? "", language: field.dataset.language ?? "" }
    : undefined;
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  field.before(host);
  const send = () => {
    form.requestSubmit();
    return true;
  };
  const terms = asked(field.dataset.terms ?? "");
  const view = new EditorView({
    root,
    parent: root,
    doc: field.value,
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      indentOnInput(),
      indentUnit.of("  "),
      bracketMatching(),
      closeBrackets(),
      sparql,
      colours,
      look,
      EditorView.lineWrapping,
      autocompletion({ override: [completer(terms)], icons: false, activateOnTypingDelay: 60 }),
      tooltips({ position: "absolute" }),
      EditorState.phrases.of({ Completions: field.dataset.completions ?? "" }),
      // Tab is the browser's: it leads on to the next field, and the editor is no trap.
      keymap.of([{ key: "Mod-Enter", run: send }, { key: "Ctrl-Enter", run: send }, ...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label.textContent ?? "", "aria-description": field.dataset.keys ?? "", ...(fault ? { "aria-invalid": "true" } : {}) }),
      // They are there when the first word is written.
      EditorView.domEventHandlers({ focus: () => void terms(), beforeinput: replace }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) field.value = update.state.doc.toString();
      }),
      ...(fault ? [faults(fault)] : []),
    ],
  });
  field.hidden = true;
  const hint = document.createElement("p");
  hint.className = "hint";
  hint.textContent = field.dataset.keys ?? "";
  host.after(hint);
  label.addEventListener("click", (event) => {
    event.preventDefault();
    view.focus();
  });
  // A link to the field leads to the fault in the editor.
  for (const link of document.querySelectorAll<HTMLAnchorElement>(`a[href="#${field.id}"]`)) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      if (fault) view.dispatch({ selection: { anchor: place(view.state, fault)[0] }, scrollIntoView: true });
      view.focus();
    });
  }
  // What the browser brings back with a page is in the field.
  addEventListener("pageshow", () => {
    if (field.value !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: field.value } });
  });
}

for (const field of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-terms]")) upgrade(field);
