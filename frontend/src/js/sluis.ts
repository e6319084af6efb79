// What every page loads. Pages work without it; this makes them smoother.
import "htmx.org";
import { copyButtons } from "./copy";
import { foldMenus } from "./menu";
import "./more";
import { announceSwaps, focusErrors, unfoldTargets } from "./status";

function ready(): void {
  copyButtons(document);
  focusErrors(document);
  announceSwaps();
  unfoldTargets();
  foldMenus();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
else ready();
