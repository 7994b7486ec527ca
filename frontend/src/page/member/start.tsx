import { render } from "preact";
import type { Version } from "../../core/catalog";
import { may } from "../../core/permissions";
import { parseRoute } from "../../core/route";
import type { Settings } from "../../core/settings";
import type { State } from "../../core/state";
import type { AskFor, FromMemberWorker, JobKind, Jobs, Person, Problem, SignInForm } from "../../messages";
import memberWorkerUrl from "../../worker/member?worker&url";
import { App } from "../app";
import { GUEST, type Visitor } from "../app-context";
import { Controller } from "../controller";
import { listen } from "../listen";
import { Refresher } from "../refresher";
import { totalOf } from "../total";
import { JobError, WorkerClient } from "../worker-client";
import { Account } from "./account";
import { ExtendLease, ModelControls } from "./model-controls";
import { SignIn } from "./sign-in";

/** Begin the app for people who sign in. */
export function start(settings: Settings): void {
  const member = new Member(settings);
  listen(member.controller);
  member.controller.pause();
  // Loading while the person types.
  addEventListener("input", () => member.begin(), { once: true });
}

/** What the sign-in form shows. */
export interface SignInState {
  readonly form: SignInForm;
  readonly email: string;
  readonly busy: boolean;
  readonly problem: Problem | null;
  /** Something that went well. */
  readonly notice: string | null;
}

const SIGNED_OUT: SignInState = { form: "password", email: "", busy: false, problem: null, notice: null };

/** Who is signed in, and what they do besides looking. */
export class Member {
  private readonly worker: WorkerClient;
  readonly controller: Controller;
  private person: Person | null = null;
  private signIn = SIGNED_OUT;
  /** Whose image and models are on the page: the person's e-mail address. */
  private owner: string | null = null;
  private readonly refresher: Refresher;

  constructor(readonly settings: Settings) {
    this.worker = new WorkerClient(settings, memberWorkerUrl, (message) => this.hear(message));
    this.controller = new Controller(this.worker, (state) => this.view(state));
    this.refresher = new Refresher(this.controller);
  }

  private view(state: State): void {
    const { settings, controller } = this;
    const app = { settings, route: parseRoute(location.hash), state, controller, visitor: this.visitor() };
    render(<App app={app} />, document.body);
    if (this.person === null) this.refresher.stop();
    else this.refresher.see(state);
  }

  private visitor(): Visitor {
    const { person } = this;
    if (person === null) {
      const form = <SignIn {...this.signIn} member={this} />;
      return { ...GUEST, form };
    }
    return {
      role: person.role,
      account: <Account person={person} member={this} />,
      form: null,
      controls: (version: Version | undefined) =>
        version && <ModelControls key={version.arn} role={person.role} version={version} member={this} />,
      longer: (version: Version) =>
        may(person.role, "start") && <ExtendLease key={version.arn} version={version} member={this} />,
      soFar: (running) => totalOf(running, this.settings.costs, Date.now()).soFar,
    };
  }

  private hear(message: FromMemberWorker): void {
    if (message.type === "person") this.know(message.person);
    else this.leave({ email: this.person?.email ?? "", problem: message.problem });
  }

  /** Start the worker, so that it is there when the form is sent. */
  begin(): void {
    this.worker.begin();
  }

  know(person: Person): void {
    this.person = person;
    this.controller.draw();
  }

  /** Change what the form shows. */
  show(change: Partial<SignInState>): void {
    this.signIn = { ...this.signIn, ...change };
    this.controller.draw();
  }

  /** Somebody is in. What another person left on the page is not for them. */
  private enter(person: Person): void {
    if (person.email !== this.owner) this.controller.reset();
    this.owner = person.email;
    this.know(person);
    this.controller.resume();
    focusStatus();
  }

  /** Have the worker do a job that nothing ends but the session. */
  run<Kind extends JobKind>(ask: AskFor<Kind>): Promise<Jobs[Kind]["answer"]> {
    return this.worker.run(new AbortController().signal, ask);
  }

  /** Go one step further in signing in. */
  goOn(ask: AskFor<"signIn"> | AskFor<"newPassword"> | AskFor<"code"> | AskFor<"reset">): Promise<void> {
    return this.attempt(async () => {
      const reply = await this.run<typeof ask.kind>(ask);
      if ("person" in reply) this.enter(reply.person);
      else this.show({ form: reply.ask });
    });
  }

  /** Have a code for a new password sent to an address. */
  sendCode(email: string): Promise<void> {
    return this.attempt(async () => {
      this.show({ email });
      await this.run({ kind: "forgot", email });
      this.show({ form: "reset", notice: `If ${email} has an account, a code is on its way there.` });
    });
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.show({ busy: true, problem: null, notice: null });
    try {
      await work();
      this.show({ busy: false });
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      const { problem } = error;
      this.show({ busy: false, problem, form: problem.form ?? this.signIn.form });
    }
  }

  /** End the session here; the worker takes the tokens and credentials with it. */
  private leave(shown: Partial<SignInState>): void {
    this.worker.end();
    this.person = null;
    this.signIn = { ...SIGNED_OUT, ...shown };
    this.controller.pause();
  }

  async signOut(): Promise<void> {
    let shown: Partial<SignInState> = { notice: "You have signed out." };
    try {
      await this.run({ kind: "signOut" });
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      const { sentence, detail } = error.problem;
      shown = {
        problem: {
          sentence: `You have signed out here, but Cognito could not end the session, which may stay open for up to 12 hours. ${sentence}`,
          detail,
          retry: false,
        },
      };
    }
    this.owner = null;
    this.leave(shown);
    this.controller.reset();
  }

  /** Take the status that a start or stop came back with, and look what becomes of it. */
  took(model: string, status: string): void {
    this.controller.dispatch({ type: "status", arn: model, status });
    focusStatus();
    void this.changed(model);
  }

  /** List a model again that was changed here. */
  async changed(model: string): Promise<void> {
    await this.refresher.hurry(model);
  }
}

/** The control that had the focus is gone with the next drawing. */
function focusStatus(): void {
  queueMicrotask(() => document.getElementById("status")?.focus());
}
