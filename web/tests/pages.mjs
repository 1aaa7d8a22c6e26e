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
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

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
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const firstVisitBytes = 100_000;

// A record with as much to show as possible, and one of every kind.
const ask = async (query) => (await fetch(`${base}/api/v1/search?${query}`)).json();
const paths = {
  home: "/",
  advanced: "/search/advanced",
  refine: `/search/advanced?${new URLSearchParams([["q", '(mặn OR phèn hạn) AND title:lúa AND author:"Nguyễn An"'], ["filter", "type:paper"], ["filter", "year:2015..2020"], ["filter", "venue:Tạp chí"]])}`,
  overlap: "/compare",
  search: "/search?q=n%C4%83ng+l%C6%B0%E1%BB%A3ng",
  explain: "/search?q=rice+salinity&explain=1&sort=newest&filter=language%3Avi",
  all: "/search?page=2",
  nothing: "/search?q=xyzzyqwv+%22kh%C3%B4ng+c%C3%B3%22&filter=type%3Apatent",
  badquery: "/search?q=l%C3%BAa+AND+%28g%E1%BA%A1o",
  help: "/help",
  data: "/help/data",
  about: "/about",
  collections: "/collections",
  status: "/status",
  trends: "/trends?of=type%3Apaper&year=2025",
  trendsside: "/trends?of=type%3Apaper&of=type%3Apatent&of=l%C3%BAa&year=2025",
  emerging: "/trends/emerging?by=institution&year=2024",
  alerts: "/trends/alerts?year=2024",
  api: "/api",
  missing: "/records/kh%C3%B4ng-c%C3%B3",
  badparameter: "/search?page=x",
};
for (const kind of ["paper", "patent", "dataset", "thesis", "task"]) {
  const { hits } = await ask(`filter=type:${kind}&limit=1&sort=newest`);
  if (hits.length) paths[kind] = new URL(hits[0].url).pathname;
}
// A snippet with a page number comes from the full text of a document.
const { hits: found } = await ask(`limit=50&q=${encodeURIComponent("phương pháp")}`);
const document = found.find((hit) => hit.page);
if (!document) throw new Error("no sample document is found by its full text");
paths.document = new URL(document.url).pathname;
paths.reading = `${paths.document}/read?page=${document.page}&q=${encodeURIComponent("phương pháp")}`;
paths.login = "/login";
paths.answers = `/answers?q=${encodeURIComponent("Giống lúa nào chịu mặn?")}`;
// Fields and topics with most records, where topics were built.
const { topics } = await (await fetch(`${base}/api/v1/topics`)).json();
topics.sort((a, b) => b.size - a.size);
const field = topics.find((topic) => topic.parent === null);
const topic = topics.find((topic) => topic.parent !== null);
if (field && topic) Object.assign(paths, { topics: "/topics", map: "/topics/map", field: `/topics/${field.topic}`, topic: `/topics/${topic.topic}` });
else console.error("SKIPPED: pages of topics (run trithuc topics build first)");
// Whoever has most works.
const { facets: named } = await ask("limit=0&facet=author&facet=institution");
for (const [facet, address] of [["author", "authors"], ["institution", "institutions"]]) {
  const [most] = named[facet] ?? [];
  if (most) paths[facet] = `/${address}/${encodeURIComponent(most.value)}`;
}
// Topics beside each other over the years, and institutions.
const beside = (names) => `/trends?${new URLSearchParams([...names.map((name) => ["of", name]), ["year", "2025"]])}`;
const leaves = topics.filter((one) => one.parent !== null).slice(0, 3);
if (leaves.length > 1) paths.comparetopics = beside(leaves.map((one) => `topic:${one.topic}`));
const institutions = (named.institution ?? []).slice(0, 3);
if (institutions.length > 1) paths.compareinstitutions = beside(institutions.map((one) => `institution:${one.value}`));
const expected = { badquery: 400, missing: 404, badparameter: 400 };

const screens = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };
const faults = [];
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });

async function check(name, path, lang, theme, screen, storageState) {
  const label = `${name}-${lang}-${theme}-${screen}`;
  const context = await browser.newContext({
    storageState,
    viewport: screens[screen], colorScheme: theme, locale: lang, javaScriptEnabled: true, bypassCSP: true,
  });
  const page = await context.newPage();
  let bytes = 0;
  page.on("console", (message) => {
    const plain = message.type() === "error" && !/the server responded with a status of 4\d\d/.test(message.text());
    if (plain) faults.push(`${label}: console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base)) faults.push(`${label}: loads ${request.url()}`);
  });
  page.on("requestfinished", async (request) => {
    const sizes = await request.sizes().catch(() => null);
    if (sizes) bytes += sizes.responseBodySize + sizes.responseHeadersSize;
  });
  const url = new URL(path, base);
  url.searchParams.set("lang", lang);
  const answer = await page.goto(url.href, { waitUntil: "networkidle" });
  const status = expected[name] ?? 200;
  if (answer.status() !== status) faults.push(`${label}: status ${answer.status()} instead of ${status}`);
  const pageLang = await page.getAttribute("html", "lang");
  if (pageLang !== lang) faults.push(`${label}: language ${pageLang}`);
  if (bytes > firstVisitBytes) faults.push(`${label}: first visit of ${bytes} bytes`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (wide > 0) faults.push(`${label}: runs ${wide} px out of the screen`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const violation of violations) {
    const where = violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ");
    const line = `${label}: ${violation.impact}: ${violation.id}: ${where}`;
    if (["serious", "critical"].includes(violation.impact)) faults.push(line);
    else console.log(line);
  }
  if (folder) await page.screenshot({ path: join(folder, `${label}.png`), fullPage: true });
  await context.close();
  return bytes;
}

// A first visit on a slow line (1.6 Mbit/s, 150 ms there and back) with a slow
// processor (a quarter of this one): what it costs, and when it can be read and
// used. Printed, not judged: another machine has other times.
async function slowLine() {
  const told = [];
  for (const name of ["home", "search", "document", "trends", "map"].filter((name) => paths[name])) {
    const context = await browser.newContext({ viewport: screens.phone, locale: "vi" });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.emulateNetworkConditions",
      { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 });
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    let bytes = 0;
    let requests = 0;
    cdp.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; requests += 1; });
    await page.goto(base + paths[name], { waitUntil: "networkidle" });
    const look = () => page.evaluate(() => {
      const [visit] = performance.getEntriesByType("navigation");
      const paint = performance.getEntriesByName("first-contentful-paint")[0];
      return { paint: paint?.startTime ?? 0, interactive: visit.domInteractive, load: visit.loadEventEnd };
    });
    let times = await look();
    for (let n = 0; n < 100 && !(times.paint && times.load); n += 1) {
      await page.waitForTimeout(100);
      times = await look();
    }
    told.push({ page: name, bytes, requests, "first paint ms": Math.round(times.paint),
      "interactive ms": Math.round(times.interactive), "loaded ms": Math.round(times.load) });
    await context.close();
  }
  console.table(told);
}

// The keyboard alone: the first stop leads to the content, a search is typed
// and sent, a result opened; without JavaScript.
async function journey() {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "vi" });
  const page = await context.newPage();
  await page.goto(base);
  await page.keyboard.press("Tab");
  const first = page.locator(":focus");
  if ((await first.getAttribute("href")) !== "#content") faults.push("journey: the first stop is no skip link");
  await page.focus("#q");
  await page.keyboard.type("nang luong");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/search\?q=nang/);
  if (!(await page.locator("ol.hits > li").count())) faults.push("journey: nothing found without accents");
  await page.locator("ol.hits h3 a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/records\//);
  if (!(await page.locator("h1#title").textContent())) faults.push("journey: the record has no title");
  await page.locator("button[value=dark]").click();
  if ((await page.getAttribute("html", "data-theme")) !== "dark") faults.push("journey: dark is not remembered");
  if (!/\/records\//.test(page.url())) faults.push("journey: choosing colours loses the page");
  await page.locator(".lang a").click();
  if ((await page.getAttribute("html", "lang")) !== "en") faults.push("journey: English is not given");
  await context.close();
}

// The script of the map: search dims what does not match, zoom shows less.
async function map() {
  if (!paths.map) return;
  const context = await browser.newContext({ locale: "vi" });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${base}/topics/map`);
  const all = await page.locator("g.topic").count();
  await page.fill("#map-find", "xyzzyqwv");
  if ((await page.locator("g.topic.dim").count()) !== all) faults.push("map: a search for nothing dims not all");
  await page.fill("#map-find", "");
  if (await page.locator("g.topic.dim").count()) faults.push("map: an empty search dims");
  const before = await page.getAttribute("#topicmap", "viewBox");
  await page.click("#map-in");
  if ((await page.getAttribute("#topicmap", "viewBox")) === before) faults.push("map: no zoom");
  await page.click("#map-all");
  await page.selectOption("#map-colour", "field");
  for (const error of errors) faults.push(`map: ${error}`);
  await context.close();
}

// Signs in, makes a key and takes it back, makes an account and closes it, sees
// a closed record, signs out; gives the state of the signed-in browser before
// that.
async function accounts() {
  const [name, password] = (process.env.TRITHUC_TEST_ADMIN ?? "").split(":");
  if (!password) {
    console.error("SKIPPED: pages of accounts (set TRITHUC_TEST_ADMIN=name:password)");
    return null;
  }
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "vi" });
  const page = await context.newPage();
  const expect = (right, fault) => right || faults.push(`accounts: ${fault}`);
  await page.goto(`${base}/account`);
  expect(/\/login/.test(page.url()), "nobody is asked to sign in");
  await page.fill("#name", name);
  await page.fill("#password", "sai mật khẩu rồi");
  await page.keyboard.press("Enter");
  const isTold = await page.locator("[role=alert]").waitFor({ timeout: 10_000 }).then(() => true, () => false);
  expect(isTold, "a wrong password is not told");
  await page.fill("#password", password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/account$/);
  await page.fill("#label", "thử nghiệm");
  await page.locator("form[action='/account/keys'] button").click();
  expect(/^trithuc_/.test(await page.locator(".note code").textContent()), "no key is shown");
  await page.goto(`${base}/account`);
  expect(!(await page.content()).includes("trithuc_"), "a key is shown twice");
  await page.locator("form[action$='/remove'] button").first().click();
  await page.goto(`${base}/users`);
  await page.fill("#name", "ban-doc");
  await page.selectOption("#role", "reader");
  await page.fill("#password", "mật khẩu của bạn đọc");
  await page.locator("form[action='/users'] button").click();
  expect((await page.content()).includes("ban-doc"), "no account is made");
  await page.locator("form[action='/users/ban-doc'] button[name=state]").click();
  expect(await page.locator("form[action='/users/ban-doc'] button[value=open]").count(), "no account is closed");
  // One account ends by its own hand, after its data was taken along; one by that
  // of an administrator, who types its name again.
  for (const other of ["ra-di", "xoa-di"]) {
    await page.fill("#name", other);
    await page.fill("#password", "mật khẩu của bạn đọc");
    await page.locator("form[action='/users'] button").click();
  }
  await page.locator("summary[aria-label$='xoa-di']").click();
  await page.locator("form[action='/users/xoa-di/erase'] input[type=text]").fill("xoa-di");
  await page.locator("form[action='/users/xoa-di/erase'] button").click();
  expect(!(await page.locator("form[action='/users/xoa-di']").count()), "an account is not erased");
  const leaving = await browser.newContext({ javaScriptEnabled: false, locale: "vi" });
  const last = await leaving.newPage();
  await last.goto(`${base}/account`);
  await last.fill("#name", "ra-di");
  await last.fill("#password", "mật khẩu của bạn đọc");
  await last.keyboard.press("Enter");
  await last.waitForURL(/\/account$/);
  const data = await (await leaving.request.get(`${base}/api/v1/account/data`)).json();
  expect(data.account?.[0]?.name === "ra-di" && !JSON.stringify(data).includes("argon2"), "no data is given out");
  await last.locator("details summary").last().click();
  await last.fill("#farewell", "mật khẩu của bạn đọc");
  await last.locator("form[action='/account/erase'] button").click();
  await last.waitForURL(/\/help\/data/);
  expect(await last.locator("[role=status]").count(), "the end of an account is not told");
  await last.goto(`${base}/account`);
  expect(/\/login/.test(last.url()), "an erased account is still signed in");
  await leaving.close();
  // Asks for a harvest that nobody answers, looks at the job, cancels it.
  await page.goto(`${base}/sources`);
  await page.fill("#name", "thu-nghiem");
  await page.fill("#url", "http://127.0.0.1:9/oai");
  await page.fill("#every", "2w");
  await page.locator("form[action='/sources'] button").click();
  expect((await page.content()).includes("thu-nghiem"), "no source is added");
  await page.locator("form[action='/sources/thu-nghiem'] button[value=pause]").click();
  await page.locator("form[action='/sources/thu-nghiem'] button[value=run]").click();
  await page.waitForURL(/\/jobs\/\d+$/);
  const job = new URL(page.url()).pathname;
  expect((await page.content()).includes("thu-nghiem"), "the job does not say what it is about");
  const cancel = page.locator("button[value=cancel]");
  if (await cancel.count()) await cancel.click();
  // Describes a collection and fills it.
  await page.goto(`${base}/collections`);
  await page.fill("#name", "tuyen-chon");
  await page.fill("#title_vi", "Tuyển chọn");
  await page.locator("form[action='/collections'] button").click();
  await page.fill("#query", "type:paper");
  await page.locator("button[value=add]").click();
  expect(await page.locator("ol.hits h3 a").count(), "nothing is put into a collection");
  const state = await context.storageState();
  await page.goto(`${base}/search?filter=access%3Arestricted`);
  const closed = page.locator("ol.hits h3 a").first();
  expect(await closed.count(), "staff see no closed record");
  const path = (await closed.count()) ? await closed.getAttribute("href") : null;
  const other = await browser.newContext();
  if (path) expect((await other.request.get(base + path)).status() === 404, "a closed record is open");
  await other.close();
  const desk = { jobs: "/jobs", job, sources: "/sources", aside: "/set-aside", gathered: "/collections/tuyen-chon" };
  // Hands a work in, and looks at an edit of what a search finds.
  await page.goto(`${base}/deposits`);
  await page.fill("#title_vi", "Giống bưởi thử nghiệm");
  await page.locator("form[action='/deposits'] button").click();
  await page.waitForURL(/\/deposits\/g-/);
  const deposit = new URL(page.url()).pathname;
  await page.goto(`${base}/edits?q=type%3Apaper`);
  await page.selectOption("select[name=act1]", "add");
  await page.selectOption("select[name=field1]", "keywords.vi");
  await page.fill("input[name=value1]", "thử sửa hàng loạt");
  await page.locator("form:has(fieldset) button.main").click();
  expect(await page.locator(".diffs ins").count(), "an edit shows no difference");
  await page.locator("form:has(input[name=token]) button.main").click();
  await page.waitForURL(/\/edits\/\d+-/);
  const edit = new URL(page.url()).pathname;
  await page.locator("form[action^='/edits/'] button").click();
  expect(!(await page.locator("form[action^='/edits/'] button").count()), "an edit is not undone");
  // Gives an institution another name.
  const one = await (await context.request.get(`${base}/api/v1/authorities?kind=institution&limit=1`)).json();
  const authority = `/authorities/${one.authorities[0].id}`;
  await page.goto(base + authority);
  await page.fill("#variants", `${await page.inputValue("#variants")}\nViện Thử Nghiệm Trang`);
  await page.locator("form[action^='/authorities/'] button.main").click();
  await page.waitForURL(/\/institutions\/i\d+$/);
  const institution = new URL(page.url()).pathname;
  expect((await page.content()).includes("Viện Thử Nghiệm Trang"), "an institution keeps no new name");
  const people = await (await context.request.get(`${base}/api/v1/authorities?kind=person&limit=1`)).json();
  const person = `/authors/${people.authorities[0].id}`;
  await context.close();
  const named = { authority, institution, person };
  const lists = { librarians: "/desk", deposits: "/deposits", deposit, edits: "/edits?q=l%C3%BAa", edit, quality: "/quality", saved: "/saved?q=l%C3%BAa", authorities: "/authorities", subjects: "/subjects" };
  const change = paths.topic && { changetopic: paths.topic };
  return { state, paths: { account: "/account", users: "/users", audit: "/audit", ...lists, ...named, ...desk, ...change, ...(path && { restricted: path }) } };
}

if (folder) mkdirSync(folder, { recursive: true });
let visits = 0;
let most = 0;
const signedIn = await accounts().catch((error) => {
  faults.push(`accounts: ${error.message.split("\n")[0]}`);
  return null;
});
const visited = [
  ...Object.entries(paths).map(([name, path]) => [name, path, undefined]),
  ...Object.entries(signedIn?.paths ?? {}).map(([name, path]) => [name, path, signedIn.state]),
];
for (const [name, path, state] of visited) {
  for (const lang of ["vi", "en"]) {
    for (const theme of ["light", "dark"]) {
      for (const screen of Object.keys(screens)) {
        most = Math.max(most, await check(name, path, lang, theme, screen, state));
        visits += 1;
      }
    }
  }
}
await map().catch((error) => faults.push(`map: ${error.message.split("\n")[0]}`));
await slowLine().catch((error) => faults.push(`slow line: ${error.message.split("\n")[0]}`));
await journey().catch((error) => faults.push(`journey: ${error.message.split("\n")[0]}`));
await browser.close();
for (const fault of faults) console.error(fault);
console.log(`${visits} visits, largest first visit ${most} bytes, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
