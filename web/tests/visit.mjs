// One page as a browser shows it: on a fresh visit for each language and screen,
// in light and in dark.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expected } from "./addresses.mjs";
import { fault } from "./faults.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** What a first visit may load: the budget of the product for a slow line. */
const firstVisitBytes = 100_000;
export const screens = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };

/** Counts what `page` loads, and tells what it should not: errors, other hosts. */
function watch(page, base, label) {
  const loaded = { bytes: 0 };
  page.on("console", (message) => {
    const plain = message.type() === "error" && !/the server responded with a status of 4\d\d/.test(message.text());
    if (plain) fault(`${label}: console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fault(`${label}: script: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) fault(`${label}: loads ${request.url()}`);
  });
  page.on("requestfinished", async (request) => {
    const sizes = await request.sizes().catch(() => null);
    if (sizes) loaded.bytes += sizes.responseBodySize + sizes.responseHeadersSize;
  });
  return loaded;
}

/** Tells where the shown page breaks rules of accessibility or runs out of the screen. */
async function judge(page, label) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) fault(`${label}: runs ${wide} px out of the screen`);
  const { violations } = await page.evaluate((runOnly) => axe.run(document, { runOnly }), rules);
  for (const violation of violations) {
    const where = violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ");
    const line = `${label}: ${violation.impact}: ${violation.id}: ${where}`;
    if (["serious", "critical"].includes(violation.impact)) fault(line);
    else console.log(line);
  }
}

/**
 * Visits `path` under `base` and gives the bytes of that first visit. `name` is
 * what pictures (in `folder`, if given) and faults are called after; `state` the
 * cookies of who is signed in. Motion is reduced: colours that change by and by
 * would be judged half way.
 */
export async function visit(browser, { base, folder, name, path, lang, screen, state }) {
  const label = `${name}-${lang}-${screen}`;
  const context = await browser.newContext({
    storageState: state, viewport: screens[screen], colorScheme: "light", reducedMotion: "reduce", locale: lang, bypassCSP: true,
  });
  try {
    const page = await context.newPage();
    const loaded = watch(page, base, label);
    const url = new URL(path, base);
    url.searchParams.set("lang", lang);
    const answer = await page.goto(url.href, { waitUntil: "networkidle" });
    const status = expected[name] ?? 200;
    if (answer.status() !== status) fault(`${label}: status ${answer.status()} instead of ${status}`);
    const pageLang = await page.getAttribute("html", "lang");
    if (pageLang !== lang) fault(`${label}: language ${pageLang}`);
    const { bytes } = loaded;
    if (bytes > firstVisitBytes) fault(`${label}: first visit of ${bytes} bytes`);
    await page.evaluate(axe);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await judge(page, `${name}-${lang}-${colorScheme}-${screen}`);
      if (folder) await page.screenshot({ path: join(folder, `${name}-${lang}-${colorScheme}-${screen}.png`), fullPage: true });
    }
    return bytes;
  } finally {
    await context.close();
  }
}
