// The editor of decision tables (dmn-js), only on the page where a policy is edited. Each table has a button above the
// editor, which opens it; the first one stands open.
import DmnModeler from "dmn-js/lib/Modeler";
import { editor } from "./editor";

type Named = { label?: string; name?: string; $attrs: Record<string, string | undefined> };
type View = { type: string; element: Named };

const english = document.documentElement.lang.startsWith("en");
const called = ({ $attrs, label, name }: Named) => (english && $attrs["sluis:label-en"]) || label || name || "";

void editor(async (canvas, xml) => {
  const modeler = new DmnModeler({ container: canvas });
  await modeler.importXML(xml);
  const tables: View[] = modeler.getViews().filter((view: View) => view.type === "decisionTable");
  const choices = tables.map((view) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "nl-button nl-button--secondary";
    const label = button.appendChild(document.createElement("span"));
    label.className = "nl-button__label";
    label.textContent = called(view.element);
    button.addEventListener("click", () => void show(view));
    return button;
  });
  const show = async (view: View) => {
    await modeler.open(view);
    choices.forEach((button, place) => button.setAttribute("aria-pressed", String(tables[place] === view)));
    complete(canvas);
  };
  canvas.parentElement?.querySelector("[data-editor-choices]")?.append(...(choices.length > 1 ? choices : []));
  new MutationObserver(() => complete(canvas)).observe(canvas, { childList: true, subtree: true });
  if (tables[0]) await show(tables[0]);
  return async () => (await modeler.saveXML({ format: true })).xml;
});

/** The column of numbers has an empty heading, which says nothing to who hears the table: it is no heading. */
function complete(canvas: HTMLElement): void {
  canvas.querySelectorAll("th:empty:not([role])").forEach((cell) => cell.setAttribute("role", "presentation"));
}
