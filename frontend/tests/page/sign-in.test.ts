import { beforeEach, expect, test } from "vitest";
import { appUnderTest } from "../support/app";
import { AwsError, type Handler } from "../support/aws";
import { jpeg } from "../support/images";
import { settingsText } from "../support/site";
import { PASSWORD, totp, UserPool } from "../support/user-pool";

const app = appUnderTest();
const ANN = "ann@example.com";
const BOB = "bob@example.com";
let pool: UserPool;

beforeEach(() => {
  pool = new UserPool(app.aws);
  pool.add(ANN);
  pool.add(BOB, { groups: ["viewers"] });
});

async function open(): Promise<void> {
  await app.open(settingsText(app.aws.url, [], pool.signIn));
  await app.page.getByRole("heading", { name: "Sign in" }).waitFor();
}

function button(name: string) {
  return app.page.getByRole("button", { name, exact: true });
}

async function enter(email = ANN, password = PASSWORD): Promise<void> {
  await app.page.getByLabel("E-mail").fill(email);
  await app.page.getByLabel("Password", { exact: true }).fill(password);
  await button("Sign in").click();
}

async function setPassword(password: string): Promise<void> {
  await app.page.getByLabel("New password").fill(password);
  await button("Set password").click();
}

/** Wait until the form says why something did not work. */
async function refusal(words: string | RegExp): Promise<void> {
  await app.page.getByRole("alert").filter({ hasText: words }).waitFor();
  await app.page.locator("form[aria-busy=false]").waitFor();
}

function failing(operation: string, name: string, message: string, times = Infinity): void {
  const usual = app.aws.answers[operation] as Handler;
  let left = times;
  app.aws.answers[operation] = (call) => {
    if (left-- > 0) throw new AwsError(name, message);
    return usual(call);
  };
}

/** Name of the field that has the focus. */
function focused(): Promise<string> {
  return app.page.evaluate(
    () => document.activeElement?.getAttribute("name") ?? document.activeElement?.id ?? "",
  );
}

/** All that a browser may keep of a page. */
function kept(): Promise<string[]> {
  return app.page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(({ name }) => String(name)),
    ...(await caches.keys()),
    document.cookie,
    location.search + location.hash,
  ]);
}

function downloads(): string[] {
  return app.site.requests
    .filter((path) => path.endsWith(".js"))
    .map((path) => path.replace(/-[^-]{8}\.js$/, ""));
}

test("the keyboard alone signs in; the page then says who is in, keeps nothing, and works", async () => {
  await open();
  expect(await app.page.locator("main").getAttribute("data-state")).toBe("signed-out");
  await expect.poll(focused).toBe("email");
  expect((await app.watched()).shifts).toEqual([]);
  await app.page.keyboard.type(ANN);
  await app.page.keyboard.press("Tab");
  await app.page.keyboard.type(PASSWORD);
  await app.page.keyboard.press("Enter");
  await app.reach("ready");
  expect(await focused()).toBe("status");
  expect(await app.page.locator(".person").innerText()).toMatch(/^ann@example.com\s+operator$/);
  expect(await kept()).toEqual(["", ""]);
  const [first] = app.aws.of("InitiateAuth");
  expect(first?.body).toEqual({
    AuthFlow: "USER_PASSWORD_AUTH",
    ClientId: "client",
    AuthParameters: { USERNAME: ANN, PASSWORD },
  });
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.reach("done");
  expect(downloads()).not.toContain("/assets/main");
});

test("a sign-in that cannot be loaded is said", async () => {
  await app.page.route("**/start-*.js", (route) => route.abort());
  await app.open(settingsText(app.aws.url, [], pool.signIn));
  await app.page.getByRole("alert").getByText("This part of the app could not be loaded").waitFor();
  await app.page.unroute("**/start-*.js");
  await button("Retry").click();
  await app.reach("signed-out");
});

test("an invitation leads to a password of one's own, which must keep the rules", async () => {
  const user = pool.add(ANN, { password: "Temporary-1!", temporary: true });
  await open();
  await enter(ANN, "Temporary-1!");
  const rules = app.page.locator(".rules li.kept");
  await app.page.getByLabel("New password").fill("abc");
  await expect.poll(() => rules.allInnerTexts()).toEqual([expect.stringMatching(/^a lower-case letter/)]);
  await app.page.keyboard.press("Enter");
  await refusal("still needs 12 characters, an upper-case letter, a digit, a symbol such as ! or #");
  expect(app.aws.of("RespondToAuthChallenge")).toEqual([]);
  await expect.poll(focused).toBe("password");
  await setPassword("Mine-and-only-1");
  await app.reach("ready");
  expect([user.password, user.temporary]).toEqual(["Mine-and-only-1", false]);
});

test("an account with an authenticator app is asked for its code, again after a wrong one", async () => {
  pool.add(ANN, { key: "JBSWY3DPEHPK3PXP", asks: true });
  await open();
  await enter();
  const code = app.page.getByLabel("Code");
  await code.waitFor();
  await expect.poll(focused).toBe("code");
  expect(await code.getAttribute("autocomplete")).toBe("one-time-code");
  await code.fill("000");
  await app.page.keyboard.press("Enter");
  await refusal("The code is wrong; enter the six digits that your authenticator app shows now.");
  await code.fill(totp("JBSWY3DPEHPK3PXP").replace(/^.../, "$& "));
  await app.page.keyboard.press("Enter");
  await app.reach("ready");
});

test("a forgotten password is replaced with the code from an e-mail", async () => {
  const user = pool.users.get(ANN);
  await open();
  await app.page.getByLabel("E-mail").fill(ANN);
  await button("Forgot password?").click();
  expect(await app.page.getByLabel("E-mail").inputValue()).toBe(ANN);
  await button("Send code").click();
  await app.page.getByText(`If ${ANN} has an account, a code is on its way there.`).waitFor();
  await expect.poll(focused).toBe("code");
  await app.page.getByLabel("Code").fill("111111");
  await setPassword("Brand-new-one-1");
  await refusal("The code is wrong; check the latest e-mail and enter it again.");
  await app.page.getByLabel("Code").fill("424242");
  if (user) user.sent = null;
  await button("Set password").click();
  await refusal("The code has expired or is used; send a new one.");
  await button("Send a new code").click();
  await app.page.getByText("a code is on its way there").waitFor();
  await button("Set password").click();
  await app.reach("ready");
  expect(user?.password).toBe("Brand-new-one-1");
});

test("each way in which signing in fails has its sentence, and leaves the form ready for another try", async () => {
  await open();
  await enter(ANN, "wrong");
  await refusal("The e-mail or the password is wrong; check both");
  await expect.poll(focused).toBe("password");
  const usual = app.aws.answers["InitiateAuth"] as Handler;
  for (const [name, message, words] of [
    ["NotAuthorizedException", "User is disabled.", "This account is disabled"],
    [
      "NotAuthorizedException",
      "Temporary password has expired and must be reset by an administrator.",
      "temporary password of your invitation has expired",
    ],
    ["NotAuthorizedException", "Password attempts exceeded", "too many tries"],
    ["LimitExceededException", "Attempt limit exceeded, please try after some time.", "too many tries"],
    ["InvalidPasswordException", "Password did not conform", "policy refuses this password"],
    ["<b>Strange</b>", "<img src=x onerror=alert(1)>", "AWS says: <img src=x onerror=alert(1)>"],
  ] as const) {
    failing("InitiateAuth", name, message);
    await button("Sign in").click();
    await refusal(words);
    app.aws.answers["InitiateAuth"] = usual;
  }
  // What the token claims is text, too.
  const hostile = '"<img/src=x/onerror=alert(1)>"@example.com';
  pool.add(ANN, { claim: hostile });
  await enter();
  await app.reach("ready");
  expect(await app.page.locator(".person bdi").innerText()).toBe(hostile);
});

test("what may pass is tried four times before it is told", async () => {
  await open();
  failing("InitiateAuth", "TooManyRequestsException", "Rate exceeded");
  await enter();
  await refusal("Cognito is limiting requests just now");
  expect(app.aws.of("InitiateAuth")).toHaveLength(4);
  await app.page.context().setOffline(true);
  await button("Sign in").click();
  await refusal(/This device is offline|Cognito cannot be reached at http/);
});

test("somebody in no group, or with a claim that is no list, is told whom to ask, and is not let in", async () => {
  const user = pool.add(ANN, { groups: undefined });
  await open();
  await enter();
  await refusal("ask the administrator to add you to viewers or operators");
  user.groups = "operators";
  await enter();
  await expect.poll(() => app.aws.of("RevokeToken").length).toBe(2);
  expect(app.aws.of("GetId")).toEqual([]);
  expect(await app.page.locator("main").getAttribute("data-state")).toBe("signed-out");
});

test("a sign-in that took too long starts again, with the e-mail kept", async () => {
  pool.add(ANN, { temporary: true });
  await open();
  await enter();
  await app.page.getByLabel("New password").waitFor();
  pool.forgetChallenges();
  await setPassword("Mine-and-only-1");
  await refusal("The sign-in took too long or was tried too often; start again.");
  expect(await app.page.getByLabel("E-mail").inputValue()).toBe(ANN);
});

test("a password that the administrator has reset leads to the form for the code", async () => {
  failing("InitiateAuth", "PasswordResetRequiredException", "Password reset required for the user", 1);
  const user = pool.users.get(ANN);
  if (user) user.sent = "515151";
  await open();
  await enter();
  await refusal("The administrator has reset this account’s password; enter the code from the e-mail");
  await app.page.getByLabel("Code").fill("515151");
  await setPassword("Brand-new-one-1");
  await app.reach("ready");
});

test("the password can be looked at, and password managers know each field", async () => {
  await open();
  const password = app.page.getByLabel("Password", { exact: true });
  expect(await password.getAttribute("autocomplete")).toBe("current-password");
  expect(await app.page.getByLabel("E-mail").getAttribute("autocomplete")).toBe("username");
  await password.fill("secret");
  await button("Show").click();
  expect(await password.getAttribute("type")).toBe("text");
  await button("Show").click();
  expect(await password.getAttribute("type")).toBe("password");
  expect(await password.inputValue()).toBe("secret");
});

test("tokens are renewed before they run out, once for all that wait, and follow a change of role", async () => {
  pool.tokenSeconds = 4;
  await open();
  await enter();
  await app.reach("ready");
  const refreshes = () =>
    app.aws.of("InitiateAuth").filter(({ body }) => body.AuthFlow === "REFRESH_TOKEN_AUTH");
  expect(refreshes()).toEqual([]);
  const user = pool.users.get(ANN);
  if (user) user.groups = ["viewers"];
  await app.page.waitForTimeout(2500);
  await Promise.all([button("Refresh").click(), app.choose(await jpeg(app.bench, 100, 100))]);
  await app.reach("done");
  expect(refreshes()).toHaveLength(1);
  await expect.poll(() => app.page.locator(".person").innerText()).toMatch(/viewer$/);
});

test("a refused renewal signs out with a sentence; image and results stay for the same person, and for nobody else", async () => {
  pool.tokenSeconds = 3;
  await open();
  await enter();
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.reach("done");
  pool.revokeAll();
  await app.page.waitForTimeout(1900);
  await button("Refresh").click();
  await app.reach("signed-out");
  await refusal("Your session has ended; sign in again.");
  expect(app.page.workers()).toEqual([]);
  expect(await app.page.getByAltText("photo.jpg").count()).toBe(1);
  expect(await app.page.locator("tbody tr").count()).toBe(3);
  await enter();
  await app.reach("done");
  expect(await app.page.getByAltText("photo.jpg").count()).toBe(1);
  expect(app.sent()).toHaveLength(1);
  const user = pool.users.get(ANN);
  if (user) user.disabled = true;
  await app.page.waitForTimeout(1900);
  await button("Refresh").click();
  await refusal("This account is disabled");
  pool.tokenSeconds = 900;
  await enter(BOB);
  await app.reach("ready");
  expect(await app.page.getByAltText("photo.jpg").count()).toBe(0);
});

test("signing out ends the session at Cognito and forgets everything here", async () => {
  await open();
  await enter();
  await app.choose(await jpeg(app.bench, 200, 200));
  await app.reach("done");
  await button("Account").click();
  await button("Sign out").click();
  await app.reach("signed-out");
  expect(app.aws.of("RevokeToken").map(({ body }) => body.Token)).toEqual([
    expect.stringMatching(/^refresh-/),
  ]);
  expect(app.page.workers()).toEqual([]);
  expect(await app.status()).toBe("You have signed out.");
  expect(await app.page.locator("img, tbody").count()).toBe(0);
  expect(await app.page.getByLabel("E-mail").inputValue()).toBe("");
  expect(await kept()).toEqual(["", ""]);
  const html = await app.page.content();
  for (const secret of [PASSWORD, "refresh-", "access-", ANN]) expect(html).not.toContain(secret);
  failing("RevokeToken", "InternalErrorException", "");
  await enter(BOB);
  await app.reach("ready");
  await button("Account").click();
  await button("Sign out").click();
  await refusal("You have signed out here, but Cognito could not end the session");
});

test("the authenticator app is turned on with a checked code, asked for, and turned off", async () => {
  const user = pool.users.get(ANN);
  await open();
  await enter();
  await app.reach("ready");
  await button("Account").click();
  const dialog = app.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Turn on" }).click();
  const key = await dialog.locator("pre").innerText();
  expect(key).toBe("JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP");
  const secret = key.replaceAll(" ", "");
  expect(await dialog.getByRole("link").getAttribute("href")).toBe(
    `otpauth://totp/Custom%20Labels:ann%40example.com?secret=${secret}&issuer=Custom%20Labels`,
  );
  await dialog.getByLabel("Code").fill("1");
  await app.page.keyboard.press("Enter");
  await dialog.getByRole("alert").waitFor();
  expect(await app.alert()).toContain("The code is wrong");
  await dialog.getByLabel("Code").fill(totp(secret));
  await app.page.keyboard.press("Enter");
  await dialog.getByText("On: signing in asks for its code").waitFor();
  expect(user?.asks).toBe(true);
  await button("Sign out").click();
  await enter();
  await app.page.getByLabel("Code").fill(totp(secret));
  await button("Sign in").click();
  await app.reach("ready");
  await button("Account").click();
  await dialog.getByRole("button", { name: "Turn off" }).click();
  await dialog.getByText("Off. With it on").waitFor();
  expect(user?.asks).toBe(false);
});
