import { routeHref } from "../core/route";

/** What an address gets that names no page. */
export function Page() {
  return (
    <div class="alert" role="alert">
      <h2>There is no such page</h2>
      <p>
        The address ends in <code>{location.hash}</code>, which names no page of this app.{" "}
        <a href={routeHref({ page: "detect" })}>Go to Detect</a>, or choose a page above.
      </p>
    </div>
  );
}
