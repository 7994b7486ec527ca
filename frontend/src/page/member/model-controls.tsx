import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { isRunning, isStartable, type Version } from "../../core/catalog";
import {
  costCents,
  inDollars,
  INFERENCE_UNITS,
  inHours,
  RUN_MINUTES,
  USUAL_RUN_MINUTES,
} from "../../core/costs";
import { anHourMore } from "../../core/leases";
import { may, type Role } from "../../core/permissions";
import type { AskFor } from "../../messages";
import { ProblemAlert } from "../problem";
import { Dialog } from "./dialog";
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

/** Asks for the inference units and for how long, says what that costs, and starts the model. */
export function StartModel({ version, member }: ModelProps) {
  const [units, setUnits] = useState(1);
  const [most, setMost] = useState(0);
  const [minutes, setMinutes] = useState<number>(USUAL_RUN_MINUTES);
  const { costs } = member.settings;
  const price = (count: number, during: number) => inDollars(costCents(during, count, costs));
  const maxInferenceUnits = most > units ? most : null;
  return (
    <Confirmed
      verb="Start"
      version={version}
      member={member}
      ask={{ kind: "start", model: version.arn, inferenceUnits: units, maxInferenceUnits, minutes }}
    >
      <Choice
        id="units"
        label="Inference units"
        value={units}
        options={INFERENCE_UNITS}
        onChoose={setUnits}
      />
      <Choice
        id="most"
        label="Growing by itself to at most"
        value={maxInferenceUnits ?? 0}
        options={[0, ...INFERENCE_UNITS.filter((count) => count > units)]}
        words={(count) => (count === 0 ? "no more" : String(count))}
        onChoose={setMost}
      />
      <Choice
        id="minutes"
        label="Stop after"
        value={minutes}
        options={RUN_MINUTES}
        words={inHours}
        onChoose={setMinutes}
      />
      <p id="price">
        This costs about{" "}
        <strong>
          {price(units, 60)} an hour, {price(units, minutes)} for {inHours(minutes)}
        </strong>
        , an estimate, billed from the start until the model is stopped, used or not.
        {maxInferenceUnits !== null &&
          ` With much to do it grows to ${maxInferenceUnits} units, which cost up to ${price(maxInferenceUnits, 60)} an hour, ${price(maxInferenceUnits, minutes)} for ${inHours(minutes)}.`}
      </p>
      <p class="muted">
        More units detect more images at a time. Starting takes some minutes. The deployment’s cost guard
        stops the model when its time is over; you can add hours while it runs.
      </p>
    </Confirmed>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  readonly options: readonly number[];
  readonly words?: (option: number) => string;
  readonly onChoose: (option: number) => void;
}

function Choice({ id, label, value, options, words = String, onChoose }: ChoiceProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby="price"
        onChange={({ currentTarget }) => onChoose(Number(currentTarget.value))}
      >
        {options.map((option) => (
          <option key={option} value={option}>
            {words(option)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Moves the end of a running model's lease, without asking: it can be stopped at any time. */
export function ExtendLease({ version, member }: ModelProps) {
  const { busy, problem, run } = useJob();
  const { lease } = version;
  return (
    <>
      <button
        type="button"
        aria-disabled={busy}
        onClick={() =>
          void run(async () => {
            const stopAt = anHourMore(lease ?? { startedAt: null, stopAt: null }, Date.now());
            await member.run({ kind: "extend", model: version.arn, stopAt });
            await member.changed(version.arn);
          })
        }
      >
        Run for 1 h more
      </button>
      <ProblemAlert problem={problem} />
    </>
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
                      member.took(version.arn, status);
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
