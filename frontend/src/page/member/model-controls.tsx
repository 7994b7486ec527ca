import { useState } from "preact/hooks";
import { isRunning, isStartable, type Version } from "../../core/catalog";
import { INFERENCE_UNITS, priceWords } from "../../core/costs";
import { may, type Role } from "../../core/permissions";
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

export function StartModel({ version, member }: ModelProps) {
  const [open, setOpen] = useState(false);
  const [units, setUnits] = useState(1);
  const { busy, problem, run } = useJob();
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Start
      </button>
      {open && (
        <Dialog
          title={
            <>
              Start <bdi>{version.name}</bdi>
            </>
          }
          onClose={() => setOpen(false)}
        >
          {(close) => (
            <>
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
                This costs <strong>{priceWords(units)}</strong>, an estimate, billed from the start until the
                model is stopped, used or not.
              </p>
              <p class="muted">More units detect more images at a time. Starting takes some minutes.</p>
              <ProblemAlert problem={problem} />
              <div class="buttons">
                <button
                  type="button"
                  class="button"
                  aria-disabled={busy}
                  onClick={() =>
                    void run(async () => {
                      const status = await member.run({
                        kind: "start",
                        model: version.arn,
                        inferenceUnits: units,
                      });
                      close();
                      member.changed(version.arn, status);
                    })
                  }
                >
                  Start
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

export function StopModel({ version, member }: ModelProps) {
  const [open, setOpen] = useState(false);
  const { busy, problem, run } = useJob();
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Stop
      </button>
      {open && (
        <Dialog
          title={
            <>
              Stop <bdi>{version.name}</bdi>
            </>
          }
          onClose={() => setOpen(false)}
        >
          {(close) => (
            <>
              <p>
                Nobody can detect with it until it is started again, which takes some minutes. It is no longer
                billed once it has stopped.
              </p>
              <ProblemAlert problem={problem} />
              <div class="buttons">
                <button
                  type="button"
                  class="button"
                  aria-disabled={busy}
                  onClick={() =>
                    void run(async () => {
                      const status = await member.run({ kind: "stop", model: version.arn });
                      close();
                      member.changed(version.arn, status);
                    })
                  }
                >
                  Stop
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
