import { screens } from "./visit.mjs";

/**
 * A first visit on a slow line (1.6 Mbit/s, 150 ms there and back) with a slow
 * processor (a quarter of this one): what it costs, and when it can be read and
 * used. Printed, not judged: another machine has other times.
 */
export async function slowLine(browser, base, paths) {
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
