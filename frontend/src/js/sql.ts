// Names of tables and columns while somebody writes SQL: a list below the box, for keyboard, pointer and screen reader.
// Arrows choose, Enter or Tab takes what is chosen, Escape closes, Ctrl and space opens. Without this the panel has them.

interface Word {
  text: string;
  note: string;
}

const WORD = /[\p{L}\p{N}_]+$/u;

class Completion {
  private words: Word[] = [];
  private active = -1;
  private asked = 0;
  private readonly list = Object.assign(document.createElement("ul"), { id: "sql-words", className: "sluis-words", hidden: true });
  private readonly told = Object.assign(document.createElement("p"), { className: "sluis-visually-hidden" });

  constructor(private readonly box: HTMLTextAreaElement, private readonly url: string, private readonly label: string) {
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.told.setAttribute("role", "status");
    box.after(this.list, this.told);
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-controls", this.list.id);
    box.addEventListener("input", () => this.look(2));
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the box keeps the focus
      const row = (event.target as Element).closest("li");
      if (row) this.take([...this.list.children].indexOf(row));
    });
  }

  private typed(): string {
    return WORD.exec(this.box.value.slice(0, this.box.selectionStart))?.[0] ?? "";
  }

  /** Ask for words that start as the one at the cursor, when it has at least so many characters. */
  private async look(least: number): Promise<void> {
    const prefix = this.typed();
    const mine = ++this.asked;
    if (prefix.length < least) return this.close();
    await new Promise((go) => setTimeout(go, 120));
    if (mine !== this.asked) return;
    const query = new URLSearchParams({ prefix, tables: this.box.value.slice(0, 2000) });
    const answer = await fetch(`${this.url}?${query}`).catch(() => null);
    if (!answer?.ok || mine !== this.asked) return;
    const found = (await answer.json()) as { words: Word[] };
    if (mine === this.asked && this.typed() === prefix) this.show(found.words.filter((word) => word.text !== prefix));
  }

  private show(words: Word[]): void {
    if (!words.length) return this.close();
    const chosen = this.words[this.active]?.text; // stays chosen when a later answer has it too
    this.words = words;
    this.list.replaceChildren(...words.map((word, place) => this.row(word, place)));
    this.list.hidden = false;
    this.choose(words.findIndex((word) => word.text === chosen));
    this.told.textContent = `${this.label}: ${words.length}`;
  }

  private row(word: Word, place: number): HTMLElement {
    const row = Object.assign(document.createElement("li"), { id: `sql-word-${place}`, textContent: word.text });
    row.setAttribute("role", "option");
    row.append(" ", Object.assign(document.createElement("span"), { className: "sluis-subtle", textContent: word.note }));
    return row;
  }

  private choose(place: number): void {
    this.active = place;
    [...this.list.children].forEach((row, number) => row.setAttribute("aria-selected", String(number === place)));
    this.list.children[place]?.scrollIntoView({ block: "nearest" });
    if (place < 0) this.box.removeAttribute("aria-activedescendant");
    else this.box.setAttribute("aria-activedescendant", `sql-word-${place}`);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey && event.key === " ") {
      event.preventDefault();
      void this.look(0);
      return;
    }
    if (this.list.hidden) return;
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) this.choose((this.active + 1 + moves[event.key] + this.words.length + 1) % (this.words.length + 1) - 1);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.active >= 0) this.take(this.active);
    else return;
    event.preventDefault();
  }

  private take(place: number): void {
    const end = this.box.selectionStart;
    this.box.setRangeText(this.words[place].text, end - this.typed().length, end, "end");
    this.close();
  }

  private close(): void {
    this.asked++; // an answer that is still to come opens nothing again
    this.list.hidden = true;
    this.told.textContent = "";
    this.choose(-1);
  }
}

for (const form of document.querySelectorAll<HTMLElement>("[data-sql-words]")) {
  const box = form.querySelector("textarea");
  if (box) new Completion(box, form.dataset.sqlWords ?? "", form.dataset.sqlLabel ?? "");
}
