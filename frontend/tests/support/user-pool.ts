import { createHmac } from "node:crypto";
import type { SignIn } from "../../src/core/settings";
import { type Aws, AwsError, type Call } from "./aws";

export const PASSWORD = "Correct-horse-1";

export interface User {
  password: string;
  /** Whether the password is the invitation's. */
  temporary: boolean;
  groups: unknown;
  /** The e-mail address in the id token, if it is another. */
  claim?: string;
  /** Key of the authenticator app that has been checked. */
  key: string | null;
  /** Whether a sign-in asks for its code. */
  asks: boolean;
  disabled: boolean;
  /** The code that was sent by e-mail. */
  sent: string | null;
}

interface Issued {
  readonly email: string;
  readonly expires: number;
}

/** Stands in for a Cognito user pool, and has the identity pool take its id tokens only. */
export class UserPool {
  readonly users = new Map<string, User>();
  readonly signIn: SignIn;
  /** For how long access and id tokens are good. */
  tokenSeconds = 900;
  private readonly issued = new Map<string, Issued>();
  private readonly sessions = new Map<string, { email: string; challenge: string }>();
  private readonly refreshTokens = new Map<string, string>();
  private readonly keys = new Map<string, string>();
  private count = 0;

  constructor(aws: Aws) {
    this.signIn = { userPoolId: "eu-west-1_pool", clientId: "client", endpoint: aws.url };
    const { GetId, GetCredentialsForIdentity } = aws.answers;
    const loggedIn = (then: ((call: Call) => unknown) | undefined) => (call: Call) => {
      const token = call.body.Logins?.["cognito-idp.eu-west-1.amazonaws.com/eu-west-1_pool"];
      if ((this.issued.get(token)?.expires ?? 0) < Date.now()) {
        throw new AwsError("NotAuthorizedException", "Invalid login token. Token expired");
      }
      return then?.(call);
    };
    Object.assign(aws.answers, {
      GetId: loggedIn(GetId),
      GetCredentialsForIdentity: loggedIn(GetCredentialsForIdentity),
      InitiateAuth: ({ body }: Call) =>
        body.AuthFlow === "REFRESH_TOKEN_AUTH" ? this.refresh(body) : this.enter(body.AuthParameters),
      RespondToAuthChallenge: ({ body }: Call) => this.respond(body),
      ForgotPassword: ({ body }: Call) => this.forgot(body.Username),
      ConfirmForgotPassword: ({ body }: Call) => this.confirm(body),
      RevokeToken: ({ body }: Call) => void this.refreshTokens.delete(body.Token),
      AssociateSoftwareToken: ({ body }: Call) => {
        const email = this.owner(body.AccessToken);
        this.keys.set(email, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP");
        return { SecretCode: this.keys.get(email) };
      },
      VerifySoftwareToken: ({ body }: Call) => {
        const email = this.owner(body.AccessToken);
        const key = this.keys.get(email) ?? "";
        if (body.UserCode !== totp(key))
          throw new AwsError("EnableSoftwareTokenMFAException", "Code mismatch");
        this.user(email).key = key;
        return { Status: "SUCCESS" };
      },
      SetUserMFAPreference: ({ body }: Call) => {
        this.user(this.owner(body.AccessToken)).asks = body.SoftwareTokenMfaSettings.Enabled;
      },
    });
  }

  add(email: string, more: Partial<User> = {}): User {
    const user: User = {
      password: PASSWORD,
      temporary: false,
      groups: ["operators"],
      key: null,
      asks: false,
      disabled: false,
      sent: null,
      ...more,
    };
    this.users.set(email, user);
    return user;
  }

  /** End every session, as an administrator may. */
  revokeAll(): void {
    this.refreshTokens.clear();
  }

  /** Let every challenge run out. */
  forgetChallenges(): void {
    this.sessions.clear();
  }

  private user(email: string): User {
    const user = this.users.get(email);
    if (user === undefined) throw new AwsError("NotAuthorizedException", "Incorrect username or password.");
    return user;
  }

  private owner(token: string): string {
    const { email } = this.issued.get(token) ?? {};
    if (email === undefined) throw new AwsError("NotAuthorizedException", "Invalid Access Token");
    return email;
  }

  private enter({ USERNAME: email, PASSWORD: password }: { USERNAME: string; PASSWORD: string }): unknown {
    const user = this.user(email);
    if (user.password !== password) {
      throw new AwsError("NotAuthorizedException", "Incorrect username or password.");
    }
    if (user.disabled) throw new AwsError("NotAuthorizedException", "User is disabled.");
    return user.temporary ? this.ask(email, "NEW_PASSWORD_REQUIRED") : this.secondFactor(email);
  }

  private secondFactor(email: string): unknown {
    return this.user(email).asks ? this.ask(email, "SOFTWARE_TOKEN_MFA") : this.tokens(email, true);
  }

  private ask(email: string, challenge: string): unknown {
    const session = `session-${++this.count}-long-enough`;
    this.sessions.set(session, { email, challenge });
    const ChallengeParameters = { USER_ID_FOR_SRP: `sub-of-${email}` };
    return { ChallengeName: challenge, Session: session, ChallengeParameters };
  }

  private respond({ ChallengeName, Session, ChallengeResponses: answers }: Call["body"]): unknown {
    const { email, challenge } = this.sessions.get(Session) ?? {};
    if (email === undefined || challenge !== ChallengeName || answers.USERNAME !== `sub-of-${email}`) {
      throw new AwsError("NotAuthorizedException", "Invalid session for the user, session is expired.");
    }
    const user = this.user(email);
    if (challenge === "NEW_PASSWORD_REQUIRED") {
      Object.assign(user, { password: answers.NEW_PASSWORD, temporary: false });
      return this.secondFactor(email);
    }
    if (answers.SOFTWARE_TOKEN_MFA_CODE !== totp(user.key ?? "")) {
      throw new AwsError("CodeMismatchException", "Invalid code received for user");
    }
    return this.tokens(email, true);
  }

  private refresh({ AuthParameters: { REFRESH_TOKEN: token } }: Call["body"]): unknown {
    const email = this.refreshTokens.get(token);
    if (email === undefined) throw new AwsError("NotAuthorizedException", "Refresh Token has been revoked");
    if (this.user(email).disabled) throw new AwsError("NotAuthorizedException", "User is disabled.");
    return this.tokens(email, false);
  }

  private tokens(email: string, first: boolean): unknown {
    const { groups, claim } = this.user(email);
    const now = Date.now();
    const name = String(++this.count);
    const claims = { email: claim ?? email, "cognito:groups": groups, exp: now / 1000 + this.tokenSeconds };
    const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
    const issued = { email, expires: now + this.tokenSeconds * 1000 };
    const tokens = { IdToken: `e30.${payload}.${name}`, AccessToken: `access-${name}` };
    this.issued.set(tokens.IdToken, issued).set(tokens.AccessToken, issued);
    if (first) this.refreshTokens.set(`refresh-${name}`, email);
    return {
      AuthenticationResult: {
        ...tokens,
        ...(first && { RefreshToken: `refresh-${name}` }),
        ExpiresIn: this.tokenSeconds,
        TokenType: "Bearer",
      },
    };
  }

  private forgot(email: string): unknown {
    const user = this.users.get(email);
    if (user?.temporary) {
      throw new AwsError("NotAuthorizedException", "User password cannot be reset in the current state.");
    }
    if (user !== undefined) user.sent = "424242";
    return { CodeDeliveryDetails: { DeliveryMedium: "EMAIL", Destination: "m***@e***" } };
  }

  private confirm({ Username, ConfirmationCode, Password }: Call["body"]): void {
    const user = this.user(Username);
    if (user.sent === null) throw new AwsError("ExpiredCodeException", "Invalid code provided");
    if (user.sent !== ConfirmationCode) {
      throw new AwsError("CodeMismatchException", "Invalid verification code provided, please try again.");
    }
    Object.assign(user, { password: Password, sent: null });
  }
}

/** The code that an authenticator app shows now (RFC 6238: SHA-1, half a minute, six digits). */
export function totp(key: string): string {
  const bits = [...key].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const secret = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
  const hash = createHmac("sha1", secret).update(count).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
