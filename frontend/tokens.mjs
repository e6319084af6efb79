// Keeps only the design tokens that the style rules reach, directly or through another token.

const declaration = /(--[\w-]+):\s*([^;]+);/g;
const reference = /var\(\s*(--[\w-]+)/g;

/** Returns one `:root` rule with the tokens from `source` that `rules` need. */
export function neededTokens(source, rules) {
  const known = new Map();
  for (const [, name, value] of source.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(declaration)) known.set(name, value.trim());
  const needed = new Set();
  const visit = (text) => {
    for (const [, name] of text.matchAll(reference)) {
      if (!known.has(name) || needed.has(name)) continue;
      needed.add(name);
      visit(known.get(name));
    }
  };
  visit(rules);
  return `:root{${[...needed].map((name) => `${name}:${known.get(name)}`).join(";")}}`;
}
