// Builds what pages load, from src/ into server/byregion/web/static/built/: one style sheet, one script an island.
//
// Every file's name holds the hash of its content, so it may be kept for ever; manifest.json says which file is which.
// Only the rules that some page can use are shipped. LICENSES.txt has the licence of every package that ended up in it.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { used, withoutUnread, Written } from "./used.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const web = join(here, "..", "byregion", "web");
const built = join(web, "static", "built");

/** Browsers of 2023 and later: those that know nested rules and subgrids. */
const TARGET = ["chrome117", "firefox117", "safari17"];

/** Every entry of src/: `<name>.css` is a style sheet of its own, `<name>.ts` an island. */
const names = (await readdir(join(here, "src"))).filter((name) => /\.(css|ts)$/.test(name) && !name.endsWith(".d.ts"));

const { metafile, outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: names.map((name) => join("src", name)),
  outdir: "out",
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  legalComments: "none",
  format: "esm",
  target: TARGET,
  // One file an entry: a static copy finds what pages name, and not what a script would fetch.
  splitting: false,
  loader: { ".svg": "dataurl", ".png": "dataurl" },
  logLevel: "warning",
});

/** What templates never fill in, though it is a word of theirs: marks have these colours and no box has. */
const UNFILLED = { "data-color": ["inferred", "reading"], type: ["checkbox", "radio"] };
/** No field holds boxes to tick, which stand in lists of their own. */
const NEVER = [/^\.ds-field\S*:has\(input\[type=radio\]/];

/** Return the text of every file below a folder of web/ whose name ends so. */
async function texts(folder, ending) {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(ending)).sort();
  return Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
}

/** A colour is that of a box: leave out what a box does not read. What stands in one has the colours of the page. */
function boxed(root) {
  const read = new Set();
  root.walkRules(/\.ds-alert/, (rule) => rule.walkDecls(({ value }) => value.match(/--[\w-]+/g)?.forEach((name) => read.add(name))));
  root.walkRules(/^\[data-color="?\w+"?\]$/, (rule) => rule.walkDecls((it) => void (read.has(it.prop) || it.remove())));
}

/** Return the style sheets by name, without what no template and no island can use. */
async function sheets() {
  const markup = [...(await texts(join(web, "templates"), ".html")), ...(await texts(join(web, "i18n"), ".toml")), ...(await texts(web, ".py"))];
  const islands = await texts(join(here, "src"), ".ts");
  const trimmed = new Map();
  for (const { path, text } of outputFiles.filter((file) => file.path.endsWith(".css"))) {
    // What is shipped with a library is used by that library's script.
    const own = outputFiles.filter((file) => file.path === path.replace(/css$/, "js")).map((file) => file.text);
    trimmed.set(parse(path).base, used(text, new Written(markup, islands, own, UNFILLED), NEVER));
  }
  boxed(trimmed.get("style.css"));
  withoutUnread([...trimmed.values()], outputFiles.filter((file) => file.path.endsWith(".js")).map((file) => file.text));
  const minified = [...trimmed].map(async ([name, root]) => [name, (await transform(root.toString(), { loader: "css", minify: true, target: TARGET })).code]);
  return new Map(await Promise.all(minified));
}

/** Return the package that a bundled file came from, or undefined for ours. */
function packageOf(input) {
  const parts = input.split("node_modules/").at(-1).split("/");
  if (!input.includes("node_modules/")) return undefined;
  return parts[0].startsWith("@") ? `${parts[0]}/${parts[1]}` : parts[0];
}

async function licences() {
  const packages = [...new Set(Object.keys(metafile.inputs).map(packageOf).filter(Boolean))].sort();
  const told = [];
  for (const name of packages) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((candidate) => /^licen[cs]e/i.test(candidate));
    if (!file) throw new Error(`${name} ${version} (${license}) has no licence file; it can't be shipped`);
    told.push(`${name} ${version} (${license})\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`);
  }
  return told.join(`\n${"-".repeat(80)}\n\n`);
}

const styles = await sheets();
await rm(built, { recursive: true, force: true });
await mkdir(built, { recursive: true });
const manifest = {};
for (const file of outputFiles) {
  const { base, name, ext } = parse(file.path);
  const text = styles.get(base) ?? file.text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  manifest[base] = `${name}-${hash}${ext}`;
  await writeFile(join(built, manifest[base]), text);
  console.log(`${base.padEnd(24)}${String(Buffer.byteLength(text)).padStart(8)} bytes`);
}
await writeFile(join(built, "LICENSES.txt"), await licences());
// Last: where there is a manifest, everything that it names is there.
await writeFile(join(built, "manifest.json"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);
