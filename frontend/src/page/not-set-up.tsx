/** What is shown in place of the app when its settings are missing or wrong, which `sentence` says. */
export function notSetUp(sentence: string) {
  return () => (
    <div class="alert" role="alert">
      <h2>This app is not set up</h2>
      <p>{sentence}</p>
      <p>
        The deployment writes the settings into <code>index.html</code>. Deploy with <code>pulumi up</code>,
        or start the local demo with <code>make demo</code>, and open the address that it prints.
      </p>
    </div>
  );
}
