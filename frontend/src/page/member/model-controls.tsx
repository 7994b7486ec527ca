import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { isRunning, isStartable, type Version } from "../../core/catalog";
import { INFERENCE_UNITS, priceWords } from "../../core/costs";
import { may, type Role } from "../../core/permissions";
import type { AskFor } from "../../messages";
import { Dialog } from "./dialog";
import { ProblemAlert } from "./problem";
import type { Member } from "./start";
import { useJob } from "./use-job";

export interface ModelProps {
  readonly version: Version;
  readonly member: Member;
}

/** What somebody may do with a model as it is now: start it, stop it, or nothing. */
export function ModelControls({ role, version, member }: ModelProps & { readonly role: Role }) {
  if (isStartable(version) && may(role, "start")) return <StartModel version={version} member={member} />;
  if (isRunning(version) && may(role, "stop")) return <StopModel version={version} member={member} />;
  return null;
}

/** Asks for the inference units, says what they cost, and starts the model. */
export function StartModel({ version, member }: ModelProps) {
  const [units, setUnits] = useState(1);
  return (
    <Confirmed
      verb="Start"
      version={version}
      member={member}
      ask={{ kind: "start", model: version.arn, inferenceUnits: units }}
    >
      <div class="field">
        <label for="units">Inference units</label>
        <select
          id="units"
          value={units}
          onChange={({ currentTarget }) => setUnits(Number(currentTarget.value))}
          aria-describedby="price"
        >
          {INFERENCE_UNITS.map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      </div>
      <p id="price">
        This costs <strong>{priceWords(units)}</strong>, an estimate, billed from the start until the model is
        stopped, used or not.
      </p>
      <p class="muted">More units detect more images at a time. Starting takes some minutes.</p>
    </Confirmed>
  );
}

/** Has it confirmed that nobody needs the model, and stops it. */
export function StopModel({ version, member }: ModelProps) {
  return (
    <Confirmed verb="Stop" version={version} member={member} ask={{ kind: "stop", model: version.arn }}>
      <p>
        Nobody can detect with it until it is started again, which takes some minutes. It is no longer billed
        once it has stopped.
      </p>
    </Confirmed>
  );
}

interface ConfirmedProps extends ModelProps {
  readonly verb: "Start" | "Stop";
  readonly ask: AskFor<"start"> | AskFor<"stop">;
  readonly children: ComponentChildren;
}

/** A button whose dialog explains, asks, and stays open with the reason when AWS refuses. */
function Confirmed({ verb, version, member, ask, children }: ConfirmedProps) {
  const [open, setOpen] = useState(false);
  const { busy, problem, run } = useJob();
  const title = (
    <>
      {verb} <bdi>{version.name}</bdi>
    </>
  );
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        {verb}
      </button>
      {open && (
        <Dialog title={title} onClose={() => setOpen(false)}>
          {(close) => (
            <>
              {children}
              <ProblemAlert problem={problem} />
              <div class="buttons">
                <button
                  type="button"
                  class="button"
                  aria-disabled={busy}
                  onClick={() =>
                    void run(async () => {
                      const status = await member.run<typeof ask.kind>(ask);
                      close();
                      member.changed(version.arn, status);
                    })
                  }
                >
                  {verb}
                </button>
                <button type="button" onClick={close}>
                  Cancel
                </button>
              </div>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
