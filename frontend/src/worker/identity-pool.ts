import { readCredentials, readIdentityId } from "../core/replies";
import type { Settings } from "../core/settings";
import { type Clock, JsonService } from "./json-service";

/** How somebody who has signed in gets credentials. */
export interface Login {
  /** The user pool's name as the identity pool knows it. */
  readonly provider: string;
  /** A fresh id token, and until when it is good in milliseconds since 1970. */
  login(): Promise<{ readonly id: string; readonly expires: number }>;
}

/** AWS credentials for some time. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** In milliseconds since 1970 by this device's clock, right or wrong. */
  readonly expires: number;
}

/** Gives credentials to one identity of a Cognito identity pool, which it asks for first. */
export class IdentityPool {
  private readonly cognito: JsonService;
  private identityId: string | null = null;

  /** @param member how an identity is somebody's; null for a guest's. */
  constructor(
    private readonly settings: Settings,
    private readonly member: Login | null,
    private readonly clock: Clock,
  ) {
    this.cognito = new JsonService("AWSCognitoIdentityService", settings.endpoints.cognitoIdentity, clock);
  }

  /**
   * Get new credentials.
   *
   * @throws ServiceError when the pool refuses, or `login` does.
   */
  async credentials(): Promise<TemporaryCredentials> {
    const { member } = this;
    const login = await member?.login();
    const logins = member && login && { Logins: { [member.provider]: login.id } };
    if (this.identityId === null) {
      const request = { IdentityPoolId: this.settings.identityPoolId, ...logins };
      this.identityId = readIdentityId(await this.cognito.call("GetId", request));
      if (this.identityId === null) throw this.cognito.error("BadReply", "The reply names no identity.");
    }
    const request = { IdentityId: this.identityId, ...logins };
    const given = readCredentials(await this.cognito.call("GetCredentialsForIdentity", request));
    if (given === null) throw this.cognito.error("BadReply", "The reply has no credentials.");
    const { expires, ...keys } = given;
    // No longer than the sign-in that they rest on, so that somebody shut out of the pool is soon noticed.
    const until = Math.min(expires - this.clock.offset, login?.expires ?? Infinity);
    return { ...keys, expires: until };
  }
}
