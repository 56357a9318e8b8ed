// Bundles entry.js into out/graphiql.js and out/graphiql.css, and lists in
// out/LICENSES.txt whose code is in them.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const { metafile } = await build({
  entryPoints: ["entry.js"],
  outfile: "out/graphiql.js",
  bundle: true,
  minify: true,
  metafile: true,
  format: "iife",
  globalName: "graphiqlParts",
  target: "es2020",
  legalComments: "none",
  alias: { "react-remove-scroll": "./unlocked.js" },
  define: {
    "process.env.NODE_ENV": '"production"',
    "process.env.USE_IMPORT": '"false"',
  },
});

// The style sheet carries two typefaces, two thirds of its size and under
// licences of their own. The reader's system has faces that do.
const css = readFileSync("out/graphiql.css", "utf8");
writeFileSync("out/graphiql.css", css.replace(/@font-face\s*\{[^}]*\}/g, ""));

const used = Object.values(metafile.outputs)
  .flatMap((output) => Object.entries(output.inputs))
  .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  .map(([path]) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0])
  .filter(Boolean);
const packages = [...new Set(used)].sort().map((folder) => {
  const { name, version, license, author } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : "";
  const holders = text.split("\n").map((line) => line.trim()).filter(isHolder);
  if (holders.length === 0) holders.push(`Copyright ${author?.name ?? author ?? `the authors of ${name}`}`);
  return { name, version, license, holders, text };
});

function isHolder(line) {
  return /^copyright\s+(?!notice|holder|owner)/i.test(line);
}

// The words of each licence, once, from a package that has them in full. Others
// than these are a reason to look.
const wordings = { MIT: "react", "BSD-2-Clause": "entities", "0BSD": "tslib" };
for (const { name, license } of packages) {
  if (!(license in wordings)) throw new Error(`${name} is under ${license}`);
}
const texts = Object.entries(wordings).map(([license, from]) => {
  const { text } = packages.find(({ name }) => name === from);
  return [`--- ${license} ---`, "", ...text.split("\n").filter((line) => !isHolder(line.trim()))].join("\n").replace(/\n{3,}/g, "\n\n");
});

writeFileSync("out/LICENSES.txt", [
  "graphiql.js and graphiql.css are made of these packages of the npm registry.",
  ...packages.map(({ name, version, license, holders }) => [`${name} ${version}, ${license}`, ...holders.map((holder) => `    ${holder}`)].join("\n")),
  ...texts,
].join("\n\n") + "\n");
