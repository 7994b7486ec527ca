import type { Problem } from "../../messages";

/** What went wrong, announced when it appears. */
export function ProblemAlert({ problem }: { readonly problem: Problem | null }) {
  return (
    problem && (
      <div class="alert" role="alert">
        <p>{problem.sentence}</p>
        {problem.detail && <p class="muted">AWS says: {problem.detail}</p>}
      </div>
    )
  );
}
