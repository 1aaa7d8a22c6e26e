import { fault } from "./faults.mjs";

const expect = (who, right, text) => right || fault(`${who}: ${text}`);

/** The bytes behind an address of the page, as text; a fault if it is not given. */
async function download(page, who, url) {
  const answer = await page.request.get(new URL(url, page.url()).href);
  expect(who, answer.ok(), `${url} answers ${answer.status()}`);
  return answer.body();
}

/**
 * A researcher, by the keyboard alone and without JavaScript: the first stop leads
 * to the content, a search is typed without accents and sent, narrowed, a result
 * opened, cited and read at its page; colours and language are remembered.
 */
export async function reader(browser, base) {
  const told = expect.bind(null, "reader");
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "vi" });
  const page = await context.newPage();
  await page.goto(base);
  await page.keyboard.press("Tab");
  const first = page.locator(":focus");
  told((await first.getAttribute("href")) === "#content", "the first stop is no skip link");
  await page.focus("#q");
  await page.keyboard.type("nang luong");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/search\?q=nang/);
  const all = await page.locator("#results").textContent();
  told(await page.locator("ol.hits > li").count(), "nothing found without accents");
  await page.locator("aside.filters ul.values a:visible").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/filter=/);
  told((await page.locator("ul.chips li").count()) === 1, "a filter is not shown");
  told((await page.locator("#results").textContent()) !== all, "a filter changes nothing");
  await page.locator("ul.chips a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => !url.search.includes("filter="));
  await page.locator("ol.hits h3 a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/records\//);
  const title = await page.locator("h1#title").textContent();
  told(title, "the record has no title");
  const ris = await page.locator("ul.exports a[href$='.ris']").first().getAttribute("href");
  told((await download(page, "reader", ris)).toString().includes(title.trim()), "RIS has another title");
  await page.locator("button[value=dark]").click();
  told((await page.getAttribute("html", "data-theme")) === "dark", "dark is not remembered");
  told(/\/records\//.test(page.url()), "choosing colours loses the page");
  await page.locator(".lang a").click();
  told((await page.getAttribute("html", "lang")) === "en", "English is not given");
  await context.close();
}

/**
 * A policy advisor: compares two subjects over the years, reads the forecast, looks
 * at what emerges, and takes the report along in every kind of file.
 */
export async function advisor(browser, base) {
  const told = expect.bind(null, "advisor");
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "vi" });
  const page = await context.newPage();
  await page.goto(base);
  await page.locator("nav a[href='/trends']").first().click();
  await page.waitForURL(/\/trends/);
  await page.fill("#of-1", "lúa");
  await page.fill("#of-2", "type:patent");
  await page.fill("#horizon", "3");
  await page.locator("form[action='/trends'] button").click();
  await page.waitForURL(/horizon=3/);
  told((await page.locator("section[aria-labelledby^='study-']").count()) === 2, "two subjects are not two studies");
  told((await page.locator("svg").count()) > 0, "no chart is drawn");
  const years = page.locator("section[aria-labelledby='study-1'] table.figures tbody tr");
  const refused = page.locator("section[aria-labelledby='study-1'] p[role=status]");
  told((await years.count()) === 3 || (await refused.count()), "neither three years of forecast nor why there is none");
  const kinds = page.locator("section[aria-labelledby='study-1'] ul.exports a");
  const addresses = await kinds.evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  told(addresses.length > 1, "no report is offered");
  for (const address of addresses) {
    told((await download(page, "advisor", address)).length > 500, `${address} is all but empty`);
  }
  await page.locator("a[href='/trends/emerging']").first().click();
  await page.waitForURL(/\/trends\/emerging/);
  told(await page.locator("table tbody tr, main p").count(), "what emerges says nothing");
  await context.close();
}

/** The script of the map: search dims what does not match, zoom shows less. */
export async function map(browser, base, paths) {
  if (!paths.map) return;
  const context = await browser.newContext({ locale: "vi" });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${base}/topics/map`);
  const all = await page.locator("g.topic").count();
  await page.fill("#map-find", "xyzzyqwv");
  if ((await page.locator("g.topic.dim").count()) !== all) fault("map: a search for nothing dims not all");
  await page.fill("#map-find", "");
  if (await page.locator("g.topic.dim").count()) fault("map: an empty search dims");
  const before = await page.getAttribute("#topicmap", "viewBox");
  await page.click("#map-in");
  if ((await page.getAttribute("#topicmap", "viewBox")) === before) fault("map: no zoom");
  await page.click("#map-all");
  await page.selectOption("#map-colour", "field");
  for (const error of errors) fault(`map: ${error}`);
  await context.close();
}
