// What is folded in the menu folds again with Escape, and when the reader goes on elsewhere.

export function foldMenus(): void {
  const open = () => document.querySelector<HTMLDetailsElement>(".sluis-nav details[name][open]");
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" ? open() : null;
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  for (const kind of ["click", "focusin"])
    document.addEventListener(kind, (event) => {
      const menu = open();
      if (menu && !menu.contains(event.target as Node)) menu.open = false;
    });
}
