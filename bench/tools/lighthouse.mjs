// Lighthouse's scores of the addresses given, for phones: one line of JSON each. CHROME_FLAGS has the browser's flags.
import * as launcher from "chrome-launcher";
import lighthouse from "lighthouse";

const addresses = process.argv.slice(2);
const chrome = await launcher.launch({
  chromePath: process.env.CHROME_PATH,
  chromeFlags: ["--headless=new", "--disable-gpu", ...process.env.CHROME_FLAGS.split(" ")],
});

/** Measure a page; now and then the browser's trace has no beginning, and Lighthouse says to run it again. */
async function measure(address) {
  for (let tries = 1; ; tries++) {
    const { lhr } = await lighthouse(address, {
      port: chrome.port,
      logLevel: "silent",
      onlyCategories: ["performance", "accessibility", "best-practices"],
    });
    if (!lhr.runtimeError) return lhr;
    if (tries === 5) throw new Error(`${address}: ${lhr.runtimeError.message}`);
  }
}

try {
  for (const address of addresses) {
    const lhr = await measure(address);
    const scores = Object.fromEntries(
      Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]),
    );
    const shift = lhr.audits["cumulative-layout-shift"].numericValue;
    const failed = Object.values(lhr.categories).flatMap(({ id, auditRefs }) =>
      auditRefs
        .filter((ref) => ref.weight > 0 && lhr.audits[ref.id].score !== null && lhr.audits[ref.id].score < 0.9)
        .map((ref) => `${id}: ${ref.id} ${lhr.audits[ref.id].displayValue ?? ""}`.trim()),
    );
    console.log(JSON.stringify({ address, ...scores, shift, failed }));
  }
} finally {
  await chrome.kill();
}
