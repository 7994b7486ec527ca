import type { Problem } from "../messages";

interface ProblemAlertProps {
  readonly problem: Problem | null;
  /** Does again what failed; offered when that can help. */
  readonly onRetry?: () => void;
}

/** What went wrong, announced when it appears. */
export function ProblemAlert({ problem, onRetry }: ProblemAlertProps) {
  return (
    problem && (
      <div class="alert" role="alert">
        <p>{problem.sentence}</p>
        {problem.detail && <p class="muted">AWS says: {problem.detail}</p>}
        {problem.retry && onRetry && (
          <button
            type="button"
            onClick={() => {
              document.getElementById("status")?.focus(); // this button is about to go
              onRetry();
            }}
          >
            Retry
          </button>
        )}
      </div>
    )
  );
}
