// After a partial update: tell what changed, and put the focus where the work is.
import { copyButtons, say } from "./copy";

/** The error summary takes the focus, so that a keyboard or screen reader starts there. */
export function focusErrors(root: ParentNode): void {
  root.querySelector<HTMLElement>("[data-error-summary]")?.focus();
}

export function announceSwaps(): void {
  document.addEventListener("htmx:after:swap", () => {
    copyButtons(document);
    focusErrors(document);
    const message = document.querySelector<HTMLElement>("[data-announce]")?.dataset.announce;
    if (message) say(message);
  });
}

/** A link to something inside a folded part unfolds it; not every browser does that by itself. */
export function unfoldTargets(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.<HTMLAnchorElement>("a[href*='#']");
    if (!link || link.pathname !== location.pathname) return;
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    target?.closest("details")?.setAttribute("open", "");
  });
}
