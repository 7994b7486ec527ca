/**
 * Scores a site on this machine with Mozilla's Observatory: `node observatory.mjs HTTP_PORT HTTPS_PORT PATH`.
 *
 * Prints one JSON object: `score`, `grade`, and by test's name the points that it `added` (negative ones it took).
 * The package's own `scan` knows only ports 80 and 443; this is what it does, at other ports.
 */
import { existsSync, writeFileSync } from "node:fs";
import { ALL_TESTS } from "@mdn/mdn-http-observatory/src/constants.js";
import { MINIMUM_SCORE_FOR_EXTRA_CREDIT } from "@mdn/mdn-http-observatory/src/grader/charts.js";
import { getGradeForScore, getScoreModifier } from "@mdn/mdn-http-observatory/src/grader/grader.js";
import { retrieve } from "@mdn/mdn-http-observatory/src/retriever/retriever.js";

// The package's install script, which we do not run, would download the list; no host of ours is on it.
const preloaded = new URL(import.meta.resolve("@mdn/mdn-http-observatory/conf/hsts-preload.json"));
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}");

const [httpPort, httpsPort, path] = process.argv.slice(2);
const requests = await retrieve("127.0.0.1", { httpPort, httpsPort, path });
if (requests.responses.auto?.status !== 200 || !requests.responses.https?.verified) {
  throw new Error("The page could not be read over TLS.");
}
const added = {};
for (const test of ALL_TESTS) {
  const output = test(requests);
  added[output.constructor.name] = getScoreModifier(output.result);
}
const sum = (points) => points.reduce((one, other) => one + other, 100);
const withoutBonus = sum(Object.values(added).filter((points) => points < 0));
const score = withoutBonus >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(Object.values(added)) : withoutBonus;
console.log(JSON.stringify({ ...getGradeForScore(score), added }));
