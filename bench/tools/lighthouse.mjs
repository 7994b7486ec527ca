// Lighthouse's scores of the addresses given, for phones: one line of JSON each. CHROME_FLAGS has the browser's flags.
import * as launcher from "chrome-launcher";
import lighthouse from "lighthouse";

const addresses = process.argv.slice(2);
const chrome = await launcher.launch({
  chromePath: process.env.CHROME_PATH,
  chromeFlags: ["--headless=new", "--disable-gpu", ...process.env.CHROME_FLAGS.split(" ")],
});
try {
  // The first page that a new Chrome opens is not measured reliably.
  await lighthouse(addresses[0], { port: chrome.port, logLevel: "silent" });
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, {
      port: chrome.port,
      logLevel: "silent",
      onlyCategories: ["performance", "accessibility", "best-practices"],
    });
    if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
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
