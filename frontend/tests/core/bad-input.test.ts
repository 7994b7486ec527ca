import { expect, test } from "vitest";
import { BadReply, readAuthReply } from "../../src/core/auth-reply";
import { readClaims } from "../../src/core/claims";
import { readImageHeader } from "../../src/core/image-header";
import { may } from "../../src/core/permissions";
import { readLabels, readProjectArns, readVersions } from "../../src/core/replies";
import { parseSettings } from "../../src/core/settings";
import { INITIAL, shownLabels, stage, statusText } from "../../src/core/state";
import { reduceWithImages as reduce } from "../../src/core/gallery-changes";
import { toPixels } from "../../src/core/geometry";
import { versionFacts } from "../../src/core/catalog";
import { png } from "../support/images";
import { settingsText } from "../support/site";

const EACH = 2_500;

/** The same numbers on every run, from a 32-bit state (xorshift). */
function generator(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  return { below, pick };
}

type Random = ReturnType<typeof generator>;

const WORDS = [
  "operators",
  "Operators",
  "operators ",
  "viewers",
  "",
  "__proto__",
  "constructor",
  "<b>",
  "\ud800",
  "٣",
  "1e999",
];
const KEYS = [
  ..."region identityPoolId endpoints rekognition cognitoIdentity projects signIn userPoolId clientId endpoint".split(
    " ",
  ),
  ..."email cognito:groups AuthenticationResult AccessToken IdToken RefreshToken ExpiresIn ChallengeName".split(
    " ",
  ),
  ..."Session ChallengeParameters USER_ID_FOR_SRP Name Confidence Geometry BoundingBox Left Top Width".split(
    " ",
  ),
  ..."Height ProjectArn ProjectVersionArn Status EvaluationResult F1Score __proto__ toString".split(" "),
];

/** Anything that JSON can say, and some things that it cannot. */
function anything({ below, pick }: Random, depth = 3): unknown {
  const random = { below, pick };
  switch (below(depth > 0 ? 9 : 6)) {
    case 0:
      return pick(WORDS);
    case 1:
      return pick([0, -1, 0.5, 97.3, 1e308, -0, NaN, Infinity]);
    case 2:
      return null;
    case 3:
      return below(2) === 1;
    case 4:
      return undefined;
    case 5:
      return pick([8.64e12, 1e15]); // seconds that are the last moment, and none
    case 6:
      return Array.from({ length: below(4) }, () => anything(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: below(5) }, () => [pick(KEYS), anything(random, depth - 1)]),
      );
  }
}

/** A copy in which one place holds anything, or nothing. */
function damaged(random: Random, good: unknown): unknown {
  if (typeof good !== "object" || good === null || random.below(4) === 0) return anything(random);
  const copy: Record<string, unknown> = { ...good };
  const key = random.pick(Object.keys(copy)) ?? "0";
  copy[key] = damaged(random, copy[key]);
  if (random.below(6) === 0) delete copy[key];
  return Array.isArray(good) ? Object.values(copy) : copy;
}

test("settings are read whole, or refused with one sentence", () => {
  const random = generator(1);
  const signIn = { userPoolId: "eu-west-1_pool", clientId: "client", endpoint: "https://idp" };
  const good = settingsText("https://aws", ["parts"], signIn);
  let refused = 0;
  for (let count = 0; count < EACH; count++) {
    let text = JSON.stringify(damaged(random, JSON.parse(good))) ?? "";
    if (count % 5 === 0) text = good.slice(0, random.below(good.length)) + random.pick(WORDS);
    try {
      const settings = parseSettings(text);
      expect(settings.projects.every((name) => typeof name === "string")).toBe(true);
      for (const url of [...Object.values(settings.endpoints), settings.signIn?.endpoint ?? "https://"]) {
        expect(url).toMatch(/^https?:\/\//);
      }
    } catch (error) {
      refused++;
      expect((error as Error).constructor).toBe(Error);
      expect((error as Error).message).toMatch(/^The (page|setting)/);
    }
  }
  expect(refused).toBeGreaterThan(EACH / 2);
});

test("an id token makes an operator of nobody but those whose groups are names, one of them “operators”", () => {
  const random = generator(2);
  const seen = { operator: 0, other: 0 };
  for (let count = 0; count < EACH; count++) {
    const groups = random.below(2) === 0 ? [random.pick(WORDS), random.pick(WORDS)] : anything(random);
    const claims =
      random.below(5) === 0 ? anything(random) : { email: anything(random), "cognito:groups": groups };
    const json = JSON.stringify(claims) ?? "";
    const cut = random.below(8) === 0 ? json.slice(0, random.below(json.length + 1)) : json;
    const token = [random.pick(WORDS), Buffer.from(cut).toString("base64url"), "x"].slice(
      0,
      1 + random.below(9),
    );
    const { email, role } = readClaims(token.join("."));
    expect(typeof email).toBe("string");
    let really: unknown = null;
    try {
      really = token.length > 1 ? JSON.parse(cut)?.["cognito:groups"] : null;
    } catch {
      // Cut short: it says nothing.
    }
    const names = Array.isArray(really) && really.every((name) => typeof name === "string") ? really : [];
    expect(role === "operator").toBe(names.includes("operators"));
    expect(role !== null && may(role, "start")).toBe(names.includes("operators"));
    seen[role === "operator" ? "operator" : "other"]++;
  }
  expect(seen.operator).toBeGreaterThan(50);
  expect(seen.other).toBeGreaterThan(50);
});

test("an image's first bytes give its size, or null", () => {
  const random = generator(3);
  const starts = [
    "ffd8ffe1001045786966",
    "89504e470d0a1a0a",
    "474946383961",
    "424d",
    "0000001c66747970617669660000",
  ];
  let known = 0;
  for (let count = 0; count < EACH; count++) {
    const bytes = Buffer.from(Array.from({ length: random.below(90) }, () => random.below(256)));
    Buffer.from(random.pick(starts), "hex").copy(bytes);
    const file = count % 3 === 0 ? png("", 1 + random.below(9), 1 + random.below(9)).buffer : bytes;
    if (count % 3 === 0) file[random.below(file.length)] = random.below(256);
    const header = readImageHeader(file);
    if (header === null) continue;
    known++;
    expect(header.width > 0 && header.height > 0).toBe(true);
    expect(header.orientation).toBeGreaterThanOrEqual(1);
  }
  expect(known).toBeGreaterThan(100);
});

test("a reply of the user pool is tokens, a challenge, or the one declared error", () => {
  const random = generator(4);
  const tokens = {
    AuthenticationResult: { AccessToken: "a", IdToken: "i", RefreshToken: "r", ExpiresIn: 900 },
  };
  const challenge = { ChallengeName: "n", Session: "s", ChallengeParameters: { USER_ID_FOR_SRP: "u" } };
  const seen = { tokens: 0, challenge: 0, bad: 0 };
  for (let count = 0; count < EACH; count++) {
    try {
      const reply = readAuthReply(damaged(random, random.pick([tokens, challenge])));
      if ("tokens" in reply) expect(reply.tokens.expiresIn).toBeGreaterThan(0);
      else expect(reply.challenge.session).not.toBe("");
      seen["tokens" in reply ? "tokens" : "challenge"]++;
    } catch (error) {
      expect(error).toBeInstanceOf(BadReply);
      seen.bad++;
    }
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});

test("a reply of Rekognition becomes a state that can be drawn", () => {
  const random = generator(5);
  const label = {
    Name: "bolt",
    Confidence: 90,
    Geometry: { BoundingBox: { Left: 0, Top: 0, Width: 1, Height: 1 } },
  };
  const version = {
    ProjectVersionArn: "a/b/version/c",
    Status: "RUNNING",
    TrainingEndTimestamp: 1.79e9,
    EvaluationResult: { F1Score: 1 },
  };
  for (let count = 0; count < EACH; count++) {
    const labels = readLabels(damaged(random, { CustomLabels: [label, label] }));
    const versions = readVersions(damaged(random, { ProjectVersionDescriptions: [version] }));
    for (const arn of readProjectArns(damaged(random, { ProjectDescriptions: [{ ProjectArn: "a/b" }] })))
      expect(typeof arn).toBe("string");
    let state = reduce(INITIAL, {
      type: "listed",
      project: { arn: null, name: "p", versions, problem: null },
      of: 1,
    });
    state = reduce(state, { type: "list-done", names: ["p"] });
    const facts = {
      width: 4,
      height: 3,
      originalWidth: 4,
      originalHeight: 3,
      orientation: 1,
      bytes: 9,
      note: "",
    };
    state = reduce(state, { type: "add", images: [{ id: 1, file: new File([], "a.jpg") }] });
    state = reduce(state, {
      type: "preparation",
      id: 1,
      preparation: { status: "ready", facts, thumbnail: "" },
    });
    if (state.model !== null) {
      state = reduce(state, { type: "run", id: 1, model: state.model, run: { status: "done", labels } });
    }
    for (const { confidence, box } of shownLabels(state)) {
      expect(confidence.toFixed(1)).toMatch(/\d/);
      if (box !== null) expect(Object.values(toPixels(box, 4, 3)).every(Number.isFinite)).toBe(true);
    }
    for (const one of versions) expect(typeof versionFacts(one)).toBe("string");
    expect(typeof statusText(state)).toBe("string");
    expect(stage(state)).toBe(state.model === null ? "ready" : "done");
  }
});
