// <button data-copy="#id" data-copied="Gekopieerd" hidden>: shown when the browser can copy.

export function copyButtons(root: ParentNode): void {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    if (button.dataset.ready) continue;
    button.dataset.ready = "1";
    button.hidden = false;
    button.addEventListener("click", () => void copy(button));
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const what = button.dataset.copy ?? "";
  const text = what.startsWith("#") ? document.querySelector(what)?.textContent ?? "" : location.href;
  await navigator.clipboard.writeText(text.trim());
  say(button.dataset.copied ?? "");
}

/** Puts a message in the status region of the page, where a screen reader hears it. */
export function say(message: string): void {
  const region = document.getElementById("status");
  if (region) region.textContent = message;
}
