/** The user pool that people sign in to. */
export interface SignIn {
  readonly userPoolId: string;
  readonly clientId: string;
  readonly endpoint: string;
}

/** What running costs, and after what a model is stopped. */
export interface CostSettings {
  /** An estimate: AWS's price list for the region decides. */
  readonly inferenceUnitHourUsd: number;
  /** After so many minutes without a detection; 0 for never. */
  readonly idleStopMinutes: number;
  readonly maxRunHours: number;
}

const USUAL_COSTS: CostSettings = { inferenceUnitHourUsd: 4, idleStopMinutes: 60, maxRunHours: 12 };

/** What the deployment tells the app; a JSON data block in `index.html`. */
export interface Settings {
  readonly region: string;
  readonly identityPoolId: string;
  readonly endpoints: { readonly rekognition: string; readonly cognitoIdentity: string };
  /** Names of the projects to show; empty for all of them. */
  readonly projects: readonly string[];
  /** Null where everybody is a guest. */
  readonly signIn: SignIn | null;
  readonly costs: CostSettings;
}

/**
 * Read the settings from the text of their data block.
 *
 * @param text the block's text, or null when the page has none.
 * @throws Error with one sentence saying which setting is missing or wrong.
 */
export function parseSettings(text: string | null): Settings {
  if (text === null) throw new Error("The page carries no settings.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("The page's settings are not JSON.");
  }
  const endpoints = field(value, "endpoints");
  const projects = field(value, "projects");
  if (!Array.isArray(projects) || !projects.every((name) => typeof name === "string")) {
    throw new Error('The setting "projects" must be a list of project names.');
  }
  return {
    region: words(value, "region"),
    identityPoolId: words(value, "identityPoolId"),
    endpoints: {
      rekognition: url(endpoints, "endpoints", "rekognition"),
      cognitoIdentity: url(endpoints, "endpoints", "cognitoIdentity"),
    },
    projects,
    signIn: signIn(field(value, "signIn")),
    costs: costs(field(value, "costs") ?? USUAL_COSTS),
  };
}

function signIn(value: unknown): SignIn | null {
  if (value === null) return null;
  if (typeof value !== "object") {
    throw new Error('The setting "signIn" must be null for guests, or name the user pool to sign in to.');
  }
  return {
    userPoolId: words(value, "userPoolId"),
    clientId: words(value, "clientId"),
    endpoint: url(value, "signIn", "endpoint"),
  };
}

function costs(value: unknown): CostSettings {
  const amount = (key: keyof CostSettings): number => {
    const found = field(value, key);
    if (typeof found === "number" && found >= 0 && found < 1e6) return found;
    throw new Error(`The setting "costs.${key}" must be a number from 0 on: ${String(found)}`);
  };
  return {
    inferenceUnitHourUsd: amount("inferenceUnitHourUsd"),
    idleStopMinutes: amount("idleStopMinutes"),
    maxRunHours: amount("maxRunHours"),
  };
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function words(value: unknown, key: string): string {
  const found = field(value, key);
  if (typeof found !== "string" || found === "") throw new Error(`The setting "${key}" is missing.`);
  return found;
}

function url(value: unknown, group: string, key: string): string {
  const found = words(value, key);
  if (!/^https?:\/\/[^/\s]+\/?$/.test(found)) {
    throw new Error(`The setting "${group}.${key}" is not an http(s) address: ${found}`);
  }
  return found;
}
