// <sluis-more>: a text box with suggestions below a row of boxes to tick. What is chosen becomes a ticked box at once;
// without this the form does the same when it is sent.

class More extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("input")?.addEventListener("change", (event) => this.add(event.target as HTMLInputElement));
  }

  private add(input: HTMLInputElement): void {
    const words = input.value.trim();
    const known = [...this.querySelectorAll("option")].some((option) => option.value === words);
    if (!known) return;
    const row = document.createElement("div");
    row.className = "sluis-choice";
    const box = Object.assign(document.createElement("input"), {
      type: "checkbox", checked: true, name: input.name, value: words, id: `${input.id}_${input.form?.elements.length ?? 0}`,
    });
    const label = Object.assign(document.createElement("label"), { htmlFor: box.id, textContent: words });
    row.append(box, label);
    this.before(row);
    input.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("sluis-more", More);
