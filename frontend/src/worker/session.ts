import { type Challenge, readAuthReply, type Tokens, words } from "../core/auth-reply";
import { readClaims } from "../core/claims";
import { endsSession, NoGroupError } from "../core/explain-sign-in";
import type { SignIn } from "../core/settings";
import type { Person, SignInReply } from "../messages";
import { Clock, JsonService } from "./json-service";

/** Share of the tokens' life after which they are renewed. */
const RENEW_AFTER = 0.6;

/** Of Cognito's challenges, those that this app can answer. */
const ASKS: Readonly<Record<string, "new-password" | "code">> = {
  NEW_PASSWORD_REQUIRED: "new-password",
  SOFTWARE_TOKEN_MFA: "code",
};

interface Held extends Omit<Tokens, "refresh" | "expiresIn"> {
  readonly refresh: string;
  /** Milliseconds since 1970. */
  readonly renewAt: number;
  readonly expires: number;
}

export interface SessionEvents {
  /** A renewed token says something else about the person. */
  changed(person: Person): void;
  /** Cognito has refused to renew the tokens. */
  ended(error: unknown): void;
}

/** One person's sign-in. Tokens are held here and nowhere else, and are gone with the worker. */
export class Session {
  private readonly pool: JsonService;
  private email = "";
  private challenge: Challenge | null = null;
  private authenticator = false;
  private held: Held | null = null;
  private person: Person | null = null;
  private renewal: Promise<Held> | null = null;

  constructor(
    private readonly signInTo: SignIn,
    private readonly events: SessionEvents,
  ) {
    this.pool = new JsonService("AWSCognitoIdentityProviderService", signInTo.endpoint, new Clock());
  }

  signIn(email: string, password: string): Promise<SignInReply> {
    this.email = email;
    this.authenticator = false;
    const parameters = { USERNAME: email, PASSWORD: password };
    return this.enter("InitiateAuth", { AuthFlow: "USER_PASSWORD_AUTH", AuthParameters: parameters });
  }

  /** Answer the question that `signIn` came back with. */
  answer(answers: { NEW_PASSWORD: string } | { SOFTWARE_TOKEN_MFA_CODE: string }): Promise<SignInReply> {
    if (this.challenge === null) throw this.pool.error("NotAuthorizedException", "no challenge");
    const { name, session, username } = this.challenge;
    return this.enter("RespondToAuthChallenge", {
      ChallengeName: name,
      Session: session,
      ChallengeResponses: { USERNAME: username ?? this.email, ...answers },
    });
  }

  async forgot(email: string): Promise<void> {
    await this.pool.call("ForgotPassword", { ClientId: this.signInTo.clientId, Username: email });
  }

  /** Set a new password with the code from an e-mail, and sign in with it. */
  async reset(email: string, code: string, password: string): Promise<SignInReply> {
    const { clientId } = this.signInTo;
    const request = { ClientId: clientId, Username: email, ConfirmationCode: code, Password: password };
    await this.pool.call("ConfirmForgotPassword", request);
    return this.signIn(email, password);
  }

  private async enter(operation: string, request: object): Promise<SignInReply> {
    const reply = readAuthReply(
      await this.pool.call(operation, { ClientId: this.signInTo.clientId, ...request }),
    );
    if ("challenge" in reply) {
      const ask = ASKS[reply.challenge.name];
      if (ask === undefined) throw this.pool.error("UnknownChallenge", reply.challenge.name);
      this.challenge = reply.challenge;
      this.authenticator ||= ask === "code";
      return { ask };
    }
    this.challenge = null;
    const { tokens } = reply;
    this.hold(tokens, words({ RefreshToken: tokens.refresh }, "RefreshToken"));
    try {
      return { person: this.know(tokens.id) };
    } catch (error) {
      // Somebody without a role has no use for tokens; that they are good for nothing is known already.
      await this.signOut().catch(() => {});
      throw error;
    }
  }

  private hold({ access, id, expiresIn }: Tokens, refresh: string): Held {
    const now = Date.now();
    // The device's own clock counts the seconds, so it need not be right.
    const [renewAt, expires] = [now + expiresIn * 1000 * RENEW_AFTER, now + expiresIn * 1000];
    return (this.held = { access, id, refresh, renewAt, expires });
  }

  /** Take the person from an id token. */
  private know(idToken: string): Person {
    const { email, role } = readClaims(idToken);
    if (role === null) throw new NoGroupError();
    return (this.person = { email: email || this.email, role, authenticator: this.authenticator });
  }

  /** An id token with some minutes left, and until when it is good. */
  async login(): Promise<{ readonly id: string; readonly expires: number }> {
    return this.fresh();
  }

  private async fresh(): Promise<Held> {
    const { held } = this;
    if (held === null) throw this.pool.error("NotAuthorizedException", "nobody has signed in");
    if (Date.now() < held.renewAt) return held;
    // Those who ask meanwhile wait for the same answer.
    this.renewal ??= this.renew(held.refresh).finally(() => (this.renewal = null));
    return this.renewal;
  }

  private async renew(refresh: string): Promise<Held> {
    try {
      const reply = readAuthReply(
        await this.pool.call("InitiateAuth", {
          AuthFlow: "REFRESH_TOKEN_AUTH",
          ClientId: this.signInTo.clientId,
          AuthParameters: { REFRESH_TOKEN: refresh },
        }),
      );
      if ("challenge" in reply) throw this.pool.error("NotAuthorizedException", reply.challenge.name);
      const held = this.hold(reply.tokens, reply.tokens.refresh ?? refresh);
      const before = this.person;
      const person = this.know(held.id);
      if (before?.role !== person.role || before.email !== person.email) this.events.changed(person);
      return held;
    } catch (error) {
      if (endsSession(error)) {
        this.held = null;
        this.events.ended(error);
      }
      throw error;
    }
  }

  /** A new key for an authenticator app; the account asks for its codes once one has been checked. */
  async authenticatorKey(): Promise<string> {
    const { access } = await this.fresh();
    return words(await this.pool.call("AssociateSoftwareToken", { AccessToken: access }), "SecretCode");
  }

  async authenticatorOn(code: string): Promise<Person> {
    const { access } = await this.fresh();
    const request = { AccessToken: access, UserCode: code };
    const status = words(await this.pool.call("VerifySoftwareToken", request), "Status");
    if (status !== "SUCCESS") throw this.pool.error("CodeMismatchException", status);
    return this.askForCodes(true);
  }

  async authenticatorOff(): Promise<Person> {
    return this.askForCodes(false);
  }

  private async askForCodes(on: boolean): Promise<Person> {
    const { access, id } = await this.fresh();
    const settings = { Enabled: on, PreferredMfa: on };
    await this.pool.call("SetUserMFAPreference", { AccessToken: access, SoftwareTokenMfaSettings: settings });
    this.authenticator = on;
    return this.know(id);
  }

  /** Forget the tokens, and have Cognito refuse them from now on. */
  async signOut(): Promise<void> {
    const { held } = this;
    this.held = null;
    if (held === null) return;
    await this.pool.call("RevokeToken", { ClientId: this.signInTo.clientId, Token: held.refresh });
  }
}
