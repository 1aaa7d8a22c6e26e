// The pages in a real browser: every page in both languages, light and dark,
// on a phone and on a desk. Fails on a serious or critical finding of
// axe-core, on an error in the browser's console (a broken policy, a missing
// file), on anything loaded from another host, on text that runs out of a
// phone's screen, and on a first visit above 100 kB.
//
//   node pages.mjs http://127.0.0.1:8080 [FOLDER FOR SCREENSHOTS]
//
// With TRITHUC_TEST_ADMIN=name:password it signs in and visits the pages of
// accounts and the records that are closed to others, too.
// TRITHUC_TEST_PAGES=home,search visits these alone.
import { existsSync, mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { addresses } from "./addresses.mjs";
import { fault, faultCount, guarded } from "./faults.mjs";
import { advisor, map, reader } from "./readers.mjs";
import { slowLine } from "./slow-line.mjs";
import { staff } from "./staff.mjs";
import { screens, visit } from "./visit.mjs";

const [base, folder] = process.argv.slice(2);
if (!base) {
  console.error("usage: node pages.mjs BASE_URL [FOLDER]");
  process.exit(2);
}
const browserPath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  .find((path) => path && existsSync(path));
if (!browserPath) {
  console.error("SKIPPED: no Chromium (Debian: apt-get install chromium; or set CHROMIUM to its path)");
  process.exit(0);
}
// Two visits side by side: most of a visit is waiting for the line to be quiet.
const sideBySide = 2;

if (folder) mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const paths = await addresses(base);
const signedIn = await guarded("staff", staff(browser, base, paths));
const all = [
  ...Object.entries(paths).map(([name, path]) => ({ name, path })),
  ...Object.entries(signedIn?.paths ?? {}).map(([name, path]) => ({ name, path, state: signedIn.state })),
];
const only = process.env.TRITHUC_TEST_PAGES?.split(",");
for (const name of only ?? []) if (!all.some((one) => one.name === name)) fault(`no page is called ${name}`);
const visits = all
  .filter(({ name }) => !only || only.includes(name))
  .flatMap((one) => ["vi", "en"].flatMap((lang) => Object.keys(screens).map((screen) => ({ base, folder, lang, screen, ...one }))));
const queue = visits.values();
let done = 0;
let most = 0;
async function work() {
  for (const one of queue) {
    most = Math.max(most, (await guarded(`${one.name}-${one.lang}-${one.screen}`, visit(browser, one))) ?? 0);
    done += 1;
    if (done % 20 === 0) console.error(`${done} of ${visits.length} visits`);
  }
}
await Promise.all(Array.from({ length: sideBySide }, work));
await guarded("map", map(browser, base, paths));
await guarded("slow line", slowLine(browser, base, paths));
await guarded("reader", reader(browser, base));
await guarded("advisor", advisor(browser, base));
await browser.close();
console.log(`${done} visits in light and dark, largest first visit ${most} bytes, ${faultCount()} faults`);
process.exit(faultCount() ? 1 : 0);
