import { field, text } from "./replies";

/** The person's tokens; `refresh` is null where Cognito sends none because the one before stays good. */
export interface Tokens {
  readonly access: string;
  readonly id: string;
  readonly refresh: string | null;
  /** Seconds from the reply for which `access` and `id` are good. */
  readonly expiresIn: number;
}

/** A question that Cognito asks before it gives tokens. */
export interface Challenge {
  readonly name: string;
  readonly session: string;
  /** The user's own name in the pool, if Cognito says it: answers may not use an alias such as the e-mail. */
  readonly username: string | null;
}

/** A reply of Cognito's that is not what its API promises. */
export class BadReply extends Error {
  override readonly name = "BadReply";
}

/**
 * Read the reply of `InitiateAuth` or `RespondToAuthChallenge`.
 *
 * @throws BadReply naming the field that is missing or wrong.
 */
export function readAuthReply(reply: unknown): { tokens: Tokens } | { challenge: Challenge } {
  const result = field(reply, "AuthenticationResult");
  if (result !== undefined && result !== null) {
    const expiresIn = field(result, "ExpiresIn");
    if (typeof expiresIn !== "number" || !(expiresIn > 0)) throw new BadReply("no ExpiresIn");
    return {
      tokens: {
        access: words(result, "AccessToken"),
        id: words(result, "IdToken"),
        refresh: text(result, "RefreshToken"),
        expiresIn,
      },
    };
  }
  return {
    challenge: {
      name: words(reply, "ChallengeName"),
      session: words(reply, "Session"),
      username: text(field(reply, "ChallengeParameters"), "USER_ID_FOR_SRP"),
    },
  };
}

/**
 * Read one text of a reply.
 *
 * @throws BadReply when it is missing or no text.
 */
export function words(reply: unknown, key: string): string {
  const found = text(reply, key);
  if (found === null || found === "") throw new BadReply(`no ${key}`);
  return found;
}
