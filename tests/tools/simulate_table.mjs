// Reads a JSON list of simulations from stdin, writes the list of their results, such as "Allowed", to stdout.
import { text } from "node:stream/consumers";

import { runSimulation } from "@cloud-copilot/iam-simulate";

const simulations = JSON.parse(await text(process.stdin));
const results = [];
for (const simulation of simulations) {
  const result = await runSimulation(simulation, {});
  results.push(result.resultType === "error" ? JSON.stringify(result.errors) : result.overallResult);
}
process.stdout.write(JSON.stringify(results));
