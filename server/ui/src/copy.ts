/** Gives each block of code and each citation a button that copies its words. */

const WAIT = 2000; // milliseconds that the button says that it has copied

function addButton(block: HTMLElement, words: { copy: string; copied: string }): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ds-button copy";
  button.dataset.variant = "tertiary";
  button.dataset.size = "sm";
  button.textContent = words.copy;
  const told = document.createElement("span");
  told.className = "ds-sr-only";
  told.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.innerText.trim());
    button.textContent = told.textContent = words.copied;
    setTimeout(() => {
      button.textContent = words.copy;
      told.textContent = "";
    }, WAIT);
  });
  const frame = document.createElement("div");
  frame.className = "copyable";
  block.replaceWith(frame);
  frame.append(block, button, told);
}

// The words come with the page, in its language: <main data-copy="…" data-copied="…">.
const { copy, copied } = document.querySelector<HTMLElement>("main")?.dataset ?? {};
// Without a secure context there is no clipboard, and no button that would do nothing.
if (copy && copied && navigator.clipboard) {
  for (const block of document.querySelectorAll<HTMLElement>("[data-copy-this]")) addButton(block, { copy, copied });
}
