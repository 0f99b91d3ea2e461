// Which rules of a style sheet a page can come to use.
//
// A rule is used where every part of its selector fits some element that a template writes, as a whole: `.ds-input[type=radio]`
// only where an element is both. What is filled in may be anything that is a word somewhere.

import postcss from "postcss";
import parser from "postcss-selector-parser";

const ANY = "\u0000";
/** What a browser sets by itself. */
const OF_BROWSER = new Set(["open"]);
/** What is true of an element only where it is written with an attribute, by what that must be; the rest may be true of any. */
const STATES = { ":disabled": ["disabled"], ":read-only": ["readonly"], ":checked": ["type", "checkbox", "radio"], ":indeterminate": ["type", "checkbox", "radio"] };

/**
 * What pages are made of: the elements that `markup` writes and `islands` make, to which these may add attributes. A `library`
 * may make any element of its words. `never` are, by attribute, words of ours that are not filled in.
 */
export class Written {
  constructor(markup, islands, library = [], never = {}) {
    this.never = never;
    this.words = new Set([...markup, ...islands].flatMap(wordsOf));
    this.library = new Set(library.flatMap(wordsOf));
    this.added = added(islands);
    const made = islands.flatMap((text) => [...text.matchAll(/createElement(?:NS)?\([^")]*"(\w+)"/g)].map(([, tag]) => ({ tag, attributes: {} })));
    const all = [...markup.flatMap(elements), ...made, { tag: "", attributes: {} }];
    this.told = new Map();
    this.elements = [...new Map(all.map((element) => [JSON.stringify(element), element])).values()];
  }

  /** Tell whether a selector can select anything. */
  has(selector) {
    return this.#every(parser().astSync(selector).nodes[0]);
  }

  #every(selector) {
    const text = String(selector);
    if (!this.told.has(text)) {
      this.told.set(text, compounds(selector).every((compound) => this.elements.some((element) => this.#fits(element, compound))));
    }
    return this.told.get(text);
  }

  #fits(element, compound) {
    return compound.every((part) => this.#is(element, part));
  }

  #is(element, part) {
    const { tag, attributes } = element;
    switch (part.type) {
      case "tag":
        return tag === part.value.toLowerCase() || (!tag && this.library.has(part.value));
      case "class":
        return this.#has(attributes, "class", part.value);
      case "id":
        return this.#has(attributes, "id", part.value);
      case "attribute":
        if (OF_BROWSER.has(part.attribute)) return true;
        if (!(part.attribute in attributes || part.attribute in this.added || this.library.has(part.attribute))) return false;
        return part.operator !== "=" || this.#has(attributes, part.attribute, part.value);
      case "pseudo":
        if (part.value in STATES) {
          const [name, ...words] = STATES[part.value];
          return words.length ? words.some((word) => this.#has(attributes, name, word)) : name in attributes || name in this.added;
        }
        // No page is written from right to left.
        if (part.value === ":dir") return false;
        if (part.value === ":has") return part.nodes.some((inner) => this.#every(inner));
        if (![":is", ":where"].includes(part.value)) return true;
        return part.nodes.some((inner) => {
          const last = compounds(inner).at(-1) ?? [];
          return this.#every(inner) && this.#fits(element, last);
        });
      default:
        return true;
    }
  }

  /** Tell whether an attribute can have a word: as it is written, filled in, or set by a script. */
  #has(attributes, name, word) {
    if (this.library.has(word)) return true;
    const isFilled = this.words.has(word) && !this.never[name]?.includes(word);
    return [attributes[name], this.added[name]].some((words) => words?.some((it) => it === word || (isFilled && it.includes(ANY))));
  }
}

/** Return a style sheet without rules that nothing written can use, nor those with a selector that is one of `never`. */
export function used(css, written, never = []) {
  const root = postcss.parse(css);
  root.walkRules((rule) => {
    if (rule.parent.type === "atrule" && /keyframes$/.test(rule.parent.name)) return;
    const kept = rule.selectors.filter((selector) => written.has(selector) && !never.some((pattern) => pattern.test(selector)));
    if (kept.length) rule.selectors = kept;
    else rule.remove();
  });
  // Light is what the theme has at :root already.
  root.walkAtRules("media", (rule) => {
    if (/prefers-color-scheme: ?light/.test(rule.params)) rule.remove();
  });
  return root;
}

/** Leave out of style sheets the custom properties that none of them reads, nor a script. */
export function withoutUnread(roots, scripts) {
  for (let left = true; left; ) {
    left = false;
    const read = new Set(scripts.flatMap((text) => text.match(/--[\w-]+/g) ?? []));
    for (const root of roots) {
      root.walkDecls((declaration) => {
        for (const [, name] of declaration.value.matchAll(/var\(\s*(--[\w-]+)/g)) read.add(name);
      });
    }
    for (const root of roots) {
      root.walkDecls(/^--/, (declaration) => {
        if (read.has(declaration.prop)) return;
        declaration.remove();
        left = true;
      });
    }
  }
}

/** Return the start tags that a text writes; what is filled in by Jinja or by Python's format is ANY. */
function elements(text) {
  const plain = text
    .replace(/\{#.*?#\}/gs, "")
    .replace(/\{\{.*?\}\}/gs, ANY)
    .replace(/\{%.*?%\}/gs, " ")
    .replace(/\{\w*\}/g, ANY);
  return [...plain.matchAll(/<([a-z][\w-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>/gi)].map(([, tag, inner]) => {
    const attributes = {};
    for (const [, name, , double, single] of inner.matchAll(/([^\s="'/]+)(=(?:"([^"]*)"|'([^']*)'))?/g)) {
      attributes[name] = (double ?? single ?? "").split(/\s+/);
    }
    return { tag: tag.toLowerCase(), attributes };
  });
}

/** Return the compounds of a selector, what stands between combinators, each as its parts. */
function compounds(selector) {
  const found = [[]];
  for (const part of selector.nodes) {
    if (part.type === "combinator") found.push([]);
    else found.at(-1).push(part);
  }
  return found.filter((parts) => parts.length);
}

function wordsOf(text) {
  return text.match(/[\w-]+/g) ?? [];
}

/** Return the attributes that scripts add to elements, with their words; what is no string there is ANY, but for classes. */
function added(scripts) {
  // A class that is worked out is one that another element has.
  const found = { class: [] };
  const add = (name, value) => (found[name] ??= []).push(...(value ?? (name === "class" ? "" : ANY)).split(/\s+/));
  for (const text of scripts) {
    for (const [, name, value] of text.matchAll(/(?:set|toggle)Attribute\("([\w-]+)"(?:, "([^"]*)")?/g)) add(name, value);
    for (const [, name, value] of text.matchAll(/\.dataset\.(\w+) = (?:"([^"]*)")?/g)) add(`data-${kebab(name)}`, value);
    for (const [, value] of text.matchAll(/\bclassName(?: =|:) "([^"]*)"/g)) add("class", value);
    for (const [, value] of text.matchAll(/\bclassList\.\w+\("([^"]*)"/g)) add("class", value);
    for (const [, name, value] of text.matchAll(/\.(hidden|disabled|aria[A-Z]\w+) = (?:"([^"]*)")?/g)) add(kebab(name), value);
  }
  return found;
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
