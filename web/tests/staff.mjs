// The journey of staff: signs in, makes a key and takes it back, makes accounts
// and ends them, harvests, collects, edits, sees a closed record.
import { fault } from "./faults.mjs";

const expect = (right, text) => right || fault(`staff: ${text}`);

/** A wrong password is told, the right one leads on. */
async function signIn(page, base, name, password) {
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
}

/** A key is shown once; an account is made and closed. */
async function keysAndAccounts(page, base) {
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
}

/** One account is ended by an administrator, who types its name again; one by its
 * own hand, after its data was taken along. */
async function ends(browser, page, base) {
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
}

/** Asks for a harvest that nobody answers, looks at the job, cancels it; gives its address. */
async function harvest(page, base) {
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
  return job;
}

/** Describes a collection and fills it. */
async function collect(page, base) {
  await page.goto(`${base}/collections`);
  await page.fill("#name", "tuyen-chon");
  await page.fill("#title_vi", "Tuyển chọn");
  await page.locator("form[action='/collections'] button").click();
  await page.fill("#query", "type:paper");
  await page.locator("button[value=add]").click();
  expect(await page.locator("ol.hits h3 a").count(), "nothing is put into a collection");
}

/** Gives the address of a record that staff see and others do not. */
async function closedRecord(browser, page, base) {
  await page.goto(`${base}/search?filter=access%3Arestricted`);
  const closed = page.locator("ol.hits h3 a").first();
  expect(await closed.count(), "staff see no closed record");
  const path = (await closed.count()) ? await closed.getAttribute("href") : null;
  const other = await browser.newContext();
  if (path) expect((await other.request.get(base + path)).status() === 404, "a closed record is open");
  await other.close();
  return path;
}

/** Hands a work in, and edits what a search finds; gives the addresses of both. */
async function depositAndEdit(page, base) {
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
  return { deposit, edit };
}

/** Gives an institution another name; gives the addresses of an institution and a person. */
async function rename(page, base) {
  const one = await (await page.request.get(`${base}/api/v1/authorities?kind=institution&limit=1`)).json();
  const authority = `/authorities/${one.authorities[0].id}`;
  await page.goto(base + authority);
  await page.fill("#variants", `${await page.inputValue("#variants")}\nViện Thử Nghiệm Trang`);
  await page.locator("form[action^='/authorities/'] button.main").click();
  await page.waitForURL(/\/institutions\/i\d+$/);
  const institution = new URL(page.url()).pathname;
  expect((await page.content()).includes("Viện Thử Nghiệm Trang"), "an institution keeps no new name");
  const people = await (await page.request.get(`${base}/api/v1/authorities?kind=person&limit=1`)).json();
  const person = `/authors/${people.authorities[0].id}`;
  return { authority, institution, person };
}

/**
 * Goes through the work of staff and gives the state of the signed-in browser
 * (`state`) and the pages that came of it (`paths`); `null` without an account.
 */
export async function staff(browser, base, open) {
  const [name, password] = (process.env.TRITHUC_TEST_ADMIN ?? "").split(":");
  if (!password) {
    console.error("SKIPPED: pages of accounts (set TRITHUC_TEST_ADMIN=name:password)");
    return null;
  }
  const context = await browser.newContext({ javaScriptEnabled: false, locale: "vi" });
  const page = await context.newPage();
  await signIn(page, base, name, password);
  await keysAndAccounts(page, base);
  await ends(browser, page, base);
  const job = await harvest(page, base);
  await collect(page, base);
  const state = await context.storageState();
  const restricted = await closedRecord(browser, page, base);
  const made = { job, ...(await depositAndEdit(page, base)), ...(await rename(page, base)) };
  await context.close();
  const paths = {
    account: "/account", users: "/users", audit: "/audit", librarians: "/desk", deposits: "/deposits",
    edits: "/edits?q=l%C3%BAa", quality: "/quality", saved: "/saved?q=l%C3%BAa", authorities: "/authorities",
    subjects: "/subjects", jobs: "/jobs", sources: "/sources", aside: "/set-aside",
    gathered: "/collections/tuyen-chon", ...made,
  };
  if (open.topic) paths.changetopic = open.topic;
  if (restricted) paths.restricted = restricted;
  return { state, paths };
}
