// Builds the front end into src/sluis/web/static/built: `npm ci && node build.mjs`.
// Needs node >= 20 only; the result is plain CSS, ES modules and fonts, and the site needs no node to run.
import { build, transform } from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { neededTokens } from "./tokens.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/sluis/web/static/built");
const themes = join(here, "../src/sluis/web/static/themes");
const limits = { "sluis.css": 25_000, "sluis.js": 20_000 };

const read = (path) => readFileSync(join(here, path), "utf8");
const packageCss = (name) => {
  const meta = JSON.parse(read(`node_modules/${name}/package.json`));
  const own = name.split("/")[1].replace(/-css$/, "");
  const file = name.startsWith("@utrecht/") ? "dist/index.css" : `dist/${own}.css`;
  return `/* ${name} ${meta.version}, ${meta.license} */\n${read(`node_modules/${name}/${file}`)}`;
};

function styleSheet() {
  const { dependencies } = JSON.parse(read("package.json"));
  const components = Object.keys(dependencies).filter((name) => name.endsWith("-css")).map(packageCss);
  const layer = readdirSync(join(here, "src/css")).sort().map((file) => read(`src/css/${file}`));
  const rules = [...components, ...layer].join("\n").replace(/^@charset.*$/gm, "");
  const tokens = read("node_modules/@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css");
  return `${neededTokens(tokens, rules)}\n${rules}`;
}

async function main() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, "fonts"), { recursive: true });
  for (const set of ["latin", "latin-ext"]) {
    const file = `source-sans-3-${set}-wght-normal.woff2`;
    copyFileSync(join(here, "node_modules/@fontsource-variable/source-sans-3/files", file), join(out, "fonts", file));
  }
  const common = { minify: true, logLevel: "warning", target: "es2022", legalComments: "none" };
  // Transformed, not bundled: the font addresses stay relative, and the static storage hashes them.
  const css = await transform(styleSheet(), { ...common, target: "chrome111", loader: "css" });
  writeFileSync(join(out, "sluis.css"), css.code);
  await build({
    ...common,
    entryPoints: {
      sluis: join(here, "src/js/sluis.ts"),
      upload: join(here, "src/js/upload.ts"),
      sql: join(here, "src/js/sql.ts"),
      "editor-bpmn": join(here, "src/js/editor-bpmn.ts"),
      "editor-dmn": join(here, "src/js/editor-dmn.ts"),
    },
    outdir: out,
    bundle: true,
    format: "esm",
  });
  await editorStyles(common);
  report();
}

// The looks of the two editors; their icons become files, because the site serves fonts from itself only.
async function editorStyles(common) {
  const sheets = ["bpmn-js/dist/assets/diagram-js.css", "bpmn-js/dist/assets/bpmn-js.css", ...readdirSync(
    join(here, "node_modules/dmn-js/dist/assets")).filter((name) => /^dmn-js.*\.css$/.test(name))
    .map((name) => `dmn-js/dist/assets/${name}`)];
  const fonts = ["bpmn", "dmn"].map((kind) => {
    const folder = join(here, `node_modules/${kind}-js/dist/assets/${kind}-font`);
    copyFileSync(join(folder, `font/${kind}.woff2`), join(out, "fonts", `${kind}-icons.woff2`));
    const codes = readFileSync(join(folder, `css/${kind}-codes.css`), "utf8");
    return `@font-face{font-family:${kind};src:url(fonts/${kind}-icons.woff2) format("woff2")}
      [class^="${kind}-icon-"]:before,[class*=" ${kind}-icon-"]:before{font-family:${kind};font-style:normal;font-weight:400;
      speak:never;display:inline-block;width:1em;text-align:center;line-height:1em}\n${codes}`;
  });
  const all = [...sheets.map((name) => read(`node_modules/${name}`)), ...fonts, read("src/editor/editor.css")].join("\n");
  const made = await transform(all.replace(/^@charset.*$/gm, ""), { ...common, target: "chrome111", loader: "css" });
  writeFileSync(join(out, "editor.css"), made.code);
}

function report() {
  const themeSize = readdirSync(themes).filter((name) => name.endsWith(".css"))
    .reduce((sum, name) => sum + gzipSync(readFileSync(join(themes, name))).length, 0);
  for (const name of readdirSync(out).filter((file) => /\.(css|js)$/.test(file))) {
    const raw = readFileSync(join(out, name));
    const size = gzipSync(raw, { level: 9 }).length + (name === "sluis.css" ? themeSize : 0);
    console.log(`${name}: ${raw.length} bytes, ${size} gzipped${name === "sluis.css" ? " with the themes" : ""}`);
    if (size > (limits[name] ?? Infinity)) throw new Error(`${name} is over its limit of ${limits[name]} bytes gzipped`);
  }
}

await main();
