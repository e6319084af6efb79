// What both editors share. <form data-editor> holds the file in a text area, which is what is sent; without this
// script that text area is the editor. Nothing is fetched and nothing is sent but the form.
type Save = () => Promise<string>;
type Open = (canvas: HTMLElement, xml: string) => Promise<Save>;

export async function editor(open: Open): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form[data-editor]");
  const text = form?.querySelector<HTMLTextAreaElement>("textarea[name=xml]");
  const canvas = form?.querySelector<HTMLElement>("[data-editor-canvas]");
  const status = form?.querySelector<HTMLElement>("[data-editor-status]");
  const details = form?.querySelector<HTMLDetailsElement>("[data-editor-text]");
  if (!form || !text || !canvas || !status || !details) return;
  canvas.hidden = false;
  let save: Save;
  try {
    save = await open(canvas, text.value);
  } catch (error) {
    canvas.hidden = true;
    status.textContent = `${form.dataset.failed ?? ""} ${error instanceof Error ? error.message : ""}`;
    return;
  }
  details.hidden = true;
  form.dataset.ready = "true";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter as HTMLButtonElement | null;
    save().then((xml) => {
      text.value = xml;
      if (button?.name) {
        const said = document.createElement("input");
        said.type = "hidden";
        said.name = button.name;
        said.value = button.value;
        form.append(said);
      }
      form.submit();
    }, () => { status.textContent = form.dataset.failed ?? ""; });
  });
}
