import { ServiceError } from "../core/service-error";
import { explainSignIn, type SignInStep } from "../core/explain-sign-in";
import type { SignIn } from "../core/settings";
import type { Jobs, MemberJobs, Problem } from "../messages";
import { CustomLabels } from "./custom-labels";
import { extendLease, startModel, stopModel } from "./models";
import { CredentialsError } from "./rekognition";
import { post, serve, type Service } from "./serve";
import { Session } from "./session";
import { viewing } from "./viewing";

/** What the person is doing, as far as the user pool is concerned, in each of the jobs. */
const STEPS: Readonly<Record<Exclude<keyof MemberJobs, "start" | "stop" | "extend">, SignInStep>> = {
  signIn: "password",
  newPassword: "new-password",
  code: "code",
  forgot: "forgot",
  reset: "reset",
  authenticatorKey: "account",
  authenticatorOn: "account",
  authenticatorOff: "account",
  signOut: "account",
};

serve((settings): Service<keyof Jobs> => {
  const signIn = settings.signIn as SignIn; // this worker is started for nobody else
  const told = (error: unknown, step: SignInStep): Problem =>
    explainSignIn(error, {
      step,
      region: settings.region,
      endpoint: signIn.endpoint,
      online: navigator.onLine,
    });
  const session = new Session(signIn, {
    changed: (person) => post({ type: "person", person }),
    ended: (error) => post({ type: "ended", problem: told(error, "refresh") }),
  });
  const customLabels = new CustomLabels(settings, {
    provider: `cognito-idp.${settings.region}.amazonaws.com/${signIn.userPoolId}`,
    login: () => session.login(),
  });
  const everybody = viewing(customLabels);

  return {
    async perform(ask, signal, report) {
      switch (ask.kind) {
        case "list":
        case "prepare":
        case "annotate":
        case "detect":
          return everybody.perform(ask, signal, report);
        case "signIn":
          return session.signIn(ask.email, ask.password);
        case "newPassword":
          return session.answer({ NEW_PASSWORD: ask.password });
        case "code":
          return session.answer({ SOFTWARE_TOKEN_MFA_CODE: ask.code });
        case "forgot":
          await session.forgot(ask.email);
          return null;
        case "reset":
          return session.reset(ask.email, ask.code, ask.password);
        case "authenticatorKey":
          return session.authenticatorKey();
        case "authenticatorOn":
          return session.authenticatorOn(ask.code);
        case "authenticatorOff":
          return session.authenticatorOff();
        case "signOut":
          await session.signOut();
          return null;
        case "start":
          return startModel(customLabels, ask);
        case "stop":
          return stopModel(customLabels, ask.model);
        case "extend":
          await extendLease(customLabels, ask.model, ask.stopAt);
          return null;
      }
    },
    describe(error, kind) {
      if (error instanceof CredentialsError && isOfUserPool(error.cause)) {
        return { ...told(error.cause, "refresh"), retry: true };
      }
      switch (kind) {
        case "list":
        case "prepare":
        case "annotate":
        case "detect":
          return everybody.describe(error, kind);
        case "start":
        case "stop":
        case "extend":
          return customLabels.explain(error, kind);
        default:
          return told(error, STEPS[kind]);
      }
    },
  };
});

function isOfUserPool(error: unknown): boolean {
  return error instanceof ServiceError && error.service === "AWSCognitoIdentityProviderService";
}
