/** Gives search fields names to choose from while somebody writes: the combobox of WAI-ARIA's authoring practices.
 *
 *  https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ — a list that is no more than help: what is written can be searched
 *  for as it stands, and without this script the field is a field. */

const WAIT = 150; // milliseconds without a key before the server is asked
const LEAST = 2; // letters that are written before it is asked

/** What the server tells: what was written, names, what each is, and the addresses of their pages. */
type Suggestions = [string, string[], string[], string[]];

class Suggest {
  private readonly list = document.createElement("ul");
  private readonly status = document.createElement("span");
  private addresses: string[] = [];
  private active = -1;
  private timer = 0;
  private asking?: AbortController;

  constructor(private readonly field: HTMLInputElement, private readonly form: HTMLFormElement) {
    this.list.id = `${field.id}-list`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", field.dataset.list ?? "");
    this.list.hidden = true;
    this.status.className = "ds-sr-only";
    this.status.setAttribute("role", "status");
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("aria-controls", this.list.id);
    form.classList.add("suggesting");
    form.append(this.list, this.status);
    field.addEventListener("input", () => this.later());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    // The field keeps the focus, so that a press on a name does not close the list before it counts.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = (event.target as Element).closest("[role=option]");
      if (option) this.go([...this.list.children].indexOf(option));
    });
  }

  private later(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    if (this.field.value.trim().length < LEAST) this.close();
    else this.timer = setTimeout(() => void this.ask(), WAIT);
  }

  private async ask(): Promise<void> {
    const address = new URL(`${this.form.action}/suggest`);
    const written = new FormData(this.form);
    // Where the language stands in the address it goes along, and to the page that is chosen.
    for (const name of ["q", "lang"]) if (written.has(name)) address.searchParams.set(name, String(written.get(name)));
    this.asking = new AbortController();
    try {
      const answer = await fetch(address, { signal: this.asking.signal });
      if (answer.ok) this.show((await answer.json()) as Suggestions);
      else this.close();
    } catch {
      // Another letter was written, or the server is away: then there is nothing to choose from.
      this.close();
    }
  }

  private show([, names, kinds, addresses]: Suggestions): void {
    if (document.activeElement !== this.field || !names.length) return this.close();
    this.addresses = addresses;
    this.active = -1;
    this.list.replaceChildren(...names.map((name, place) => this.option(name, kinds[place] ?? "", place)));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.field.removeAttribute("aria-activedescendant");
    this.status.textContent = (this.field.dataset.found ?? "").replace("#", String(names.length));
  }

  private option(name: string, kind: string, place: number): HTMLElement {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const text = document.createElement("bdi");
    text.textContent = name;
    const told = document.createElement("span");
    told.className = "note";
    told.textContent = kind;
    option.append(text, " ", told);
    return option;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !this.list.hidden) {
      event.preventDefault();
      this.choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.go(this.active);
    }
  }

  /** Moves to the next or the previous name; before the first and after the last is what was written. */
  private choose(step: number): void {
    const count = this.list.children.length + 1;
    this.active = ((this.active + 1 + step + count) % count) - 1;
    for (const [place, option] of [...this.list.children].entries()) {
      option.setAttribute("aria-selected", String(place === this.active));
    }
    const chosen = this.list.children[this.active];
    if (chosen) this.field.setAttribute("aria-activedescendant", chosen.id);
    else this.field.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  private go(place: number): void {
    const address = this.addresses[place];
    if (!address) return;
    const { pathname, search } = new URL(address);
    // On whatever host the site is read, the page is on the same.
    location.assign(new URL(pathname + search, location.href));
  }

  private close(): void {
    clearTimeout(this.timer);
    this.active = -1;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.status.textContent = "";
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[role=search]")) {
  const field = form.querySelector<HTMLInputElement>("input[name=q]");
  if (field) new Suggest(field, form);
}

export {};
