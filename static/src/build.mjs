// Builds static/dist: app.css (Tabler, purged, plus our own), print.css, app.js, charts.js, images.
// `npm run build`. The output isn't committed; Django hashes and WhiteNoise compresses it.
import { build, transform } from "esbuild";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "../..");
const source = path.join(root, "static/src");
const dist = path.join(root, "static/dist");
// Cheap phones keep an old WebView.
const CSS_TARGET = ["chrome87", "firefox90", "safari14"];
const JS_TARGET = "es2020";

function filesBelow(folder, wanted) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(full, wanted);
    return wanted(full) ? [full] : [];
  });
}

// Tabler brings its own dark palette and pictures inside CSS (data: URLs). Our tokens are the one palette,
// and the Content-Security-Policy allows no data: pictures, so both go.
const onlyWhatWeUse = {
  postcssPlugin: "only-what-we-use",
  Rule(rule) {
    const kept = rule.selectors.filter((one) => !/data-bs-theme[^\]]*dark/.test(one) && !/::?-moz-focus/.test(one));
    if (kept.length === 0) rule.remove();
    else if (kept.length < rule.selectors.length) rule.selectors = kept;
  },
  Declaration(declaration) {
    if (/url\(/.test(declaration.value)) declaration.remove();
  },
};

// The dark tokens stand once, under [data-bs-theme="dark"]; "auto" gets the same ones from the device's wish.
const darkOnWish = {
  postcssPlugin: "dark-on-wish",
  OnceExit(css) {
    css.walkRules((rule) => {
      if (rule.parent.type === "atrule" || !rule.selector.includes('[data-bs-theme="dark"]')) return;
      const media = postcss.atRule({ name: "media", params: "(prefers-color-scheme: dark)" });
      media.append(rule.clone({ selector: rule.selector.replaceAll('"dark"', '"auto"') }));
      rule.after(media);
    });
  },
};

// Words of running text are no classes: only what stands between < and > counts.
const wordsInsideTags = (html) => (html.match(/<[^>]+>/g) ?? []).join(" ").match(/[\w-]+/g) ?? [];

// Names we use for something else than Tabler does.
const NOT_TABLERS = [/^\.?(row|icon|steps|timeline|chart|empty|tabs|page|footer|toast|progress)\b/];

async function tabler(content) {
  const require = createRequire(import.meta.url);
  const css = readFileSync(require.resolve("@tabler/core/dist/css/tabler.css"), "utf8");
  const trimmed = postcss([onlyWhatWeUse]).process(css, { from: undefined }).css;
  const purge = (raw) =>
    new PurgeCSS().purge({
      css: [{ raw }],
      content,
      extractors: [{ extractor: wordsInsideTags, extensions: ["html"] }],
      blocklist: NOT_TABLERS,
      variables: true,
      keyframes: true,
      fontFace: true,
      safelist: { standard: ["html", "body", "show", "active", "disabled", "btn-primary", "btn-secondary", "btn-danger"] },
    });
  const [first] = await purge(trimmed);
  const [second] = await purge(first.css); // a variable that only an unused variable used
  return second.css;
}

async function styles() {
  const templates = filesBelow(path.join(root, "templates"), (file) => /\.(html|js)$/.test(file));
  const scripts = filesBelow(path.join(source, "js"), (file) => file.endsWith(".js"));
  const content = [...templates, ...scripts, path.join(root, "core/templatetags/ui.py")];
  const ours = (name) => readFileSync(path.join(source, "css", name), "utf8");
  const own = ["tokens.css", "base.css", "shell.css", "forms.css", "components.css", "roll.css"].map(ours).join("\n");
  const themed = postcss([darkOnWish]).process(own, { from: undefined }).css;
  const minify = async (css) => (await transform(css, { loader: "css", minify: true, target: CSS_TARGET })).code;
  writeFileSync(path.join(dist, "app.css"), await minify((await tabler(content)) + themed));
  writeFileSync(path.join(dist, "print.css"), await minify(ours("print.css")));
}

async function scripts() {
  const entries = ["app", "charts", "trusted"].map((name) => path.join(source, "js", `${name}.js`));
  await build({
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    minify: true,
    format: "iife",
    target: JS_TARGET,
    legalComments: "none",
  });
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await Promise.all([styles(), scripts()]);
cpSync(path.join(source, "img"), dist, { recursive: true });
for (const name of readdirSync(dist)) {
  const file = path.join(dist, name);
  const small = brotliCompressSync(readFileSync(file)).length;
  console.log(`${name.padEnd(14)} ${String(statSync(file).size).padStart(8)} B  ${String(small).padStart(7)} B brotli`);
}
