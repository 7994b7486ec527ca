import { isCharged, versionName } from "../core/catalog";
import { inUtc, leaseTags, STARTED_AT, STOP_AT } from "../core/leases";
import { readStatus, readVersions } from "../core/replies";
import type { MemberJobs } from "../messages";
import type { CustomLabels } from "./custom-labels";

const KEYS = [STARTED_AT, STOP_AT];

/**
 * Start a model with a lease.
 *
 * The lease is on the model before the model is started, so that nothing runs without one; a start that fails takes it
 * off again.
 *
 * @returns the model's new status.
 */
export async function startModel(
  customLabels: CustomLabels,
  { model, inferenceUnits, maxInferenceUnits, minutes }: MemberJobs["start"]["ask"],
): Promise<string> {
  const before = await customLabels.tags(model, new AbortController().signal);
  const now = Date.now() + customLabels.rekognition.clock.offset;
  await tag(customLabels, model, leaseTags(now, minutes));
  try {
    const reply = await customLabels.rekognition.call("StartProjectVersion", {
      ProjectVersionArn: model,
      MinInferenceUnits: inferenceUnits,
      ...(maxInferenceUnits !== null && { MaxInferenceUnits: maxInferenceUnits }),
    });
    return readStatus(reply) ?? "STARTING";
  } catch (error) {
    // A lease too many stops nothing that runs; what the person must hear is why the start failed.
    await takeBack(customLabels, model, before).catch(() => {});
    throw error;
  }
}

/** Put the lease's tags back as they were, unless the model runs after all: then it keeps its lease. */
async function takeBack(
  customLabels: CustomLabels,
  model: string,
  before: Readonly<Record<string, string>>,
): Promise<void> {
  const request = { ProjectArn: customLabels.projectOf.get(model), VersionNames: [versionName(model)] };
  const reply = await customLabels.rekognition.call("DescribeProjectVersions", request);
  const now = readVersions(reply).find(({ arn }) => arn === model);
  if (now !== undefined && isCharged(now)) return;
  const old = Object.entries(before).filter(([key]) => KEYS.includes(key));
  if (old.length > 0) await tag(customLabels, model, Object.fromEntries(old));
  await untag(
    customLabels,
    model,
    KEYS.filter((key) => !(key in before)),
  );
}

/** Stop a model; its lease goes when it is on its way down. */
export async function stopModel(customLabels: CustomLabels, model: string): Promise<string> {
  const reply = await customLabels.rekognition.call("StopProjectVersion", { ProjectVersionArn: model });
  // An old lease would soon stop a model that somebody starts from elsewhere; but stopping needs no right to untag.
  await untag(customLabels, model, KEYS).catch(() => {});
  return readStatus(reply) ?? "STOPPING";
}

/** Move the end of a running model's lease. */
export async function extendLease(customLabels: CustomLabels, model: string, stopAt: number): Promise<void> {
  await tag(customLabels, model, { [STOP_AT]: inUtc(stopAt + customLabels.rekognition.clock.offset) });
}

async function tag(customLabels: CustomLabels, model: string, tags: Record<string, string>): Promise<void> {
  await customLabels.rekognition.call("TagResource", { ResourceArn: model, Tags: tags });
}

async function untag(customLabels: CustomLabels, model: string, keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  await customLabels.rekognition.call("UntagResource", { ResourceArn: model, TagKeys: keys });
}
