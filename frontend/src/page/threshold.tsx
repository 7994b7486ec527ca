interface ThresholdProps {
  readonly percent: number;
  readonly onPercent: (percent: number) => void;
}

/** Labels below this confidence count as not found. */
export function Threshold({ percent, onPercent }: ThresholdProps) {
  return (
    <div class="threshold">
      <label for="threshold">Confidence at least</label>
      <span aria-hidden="true">{percent} %</span>
      <input
        id="threshold"
        type="range"
        min="0"
        max="100"
        value={percent}
        aria-valuetext={`${percent} %`}
        onInput={({ currentTarget }) => onPercent(currentTarget.valueAsNumber)}
      />
    </div>
  );
}
