import { useState } from "preact/hooks";
import type { Problem } from "../../messages";
import { JobError } from "../worker-client";

export interface JobState {
  readonly busy: boolean;
  readonly problem: Problem | null;
}

/** One job at a time, with its failure kept to be shown. */
export function useJob(): JobState & { readonly run: (work: () => Promise<void>) => Promise<void> } {
  const [state, setState] = useState<JobState>({ busy: false, problem: null });
  const run = async (work: () => Promise<void>): Promise<void> => {
    if (state.busy) return;
    setState({ busy: true, problem: null });
    try {
      await work();
      setState({ busy: false, problem: null });
    } catch (error) {
      if (!(error instanceof JobError)) throw error;
      setState({ busy: false, problem: error.problem });
    }
  };
  return { ...state, run };
}
