import { stage } from "../../core/state";
import type { PageProps } from "../app-context";
import { Lazy } from "../lazy";
import { ModelBar } from "./model-bar";
import { Picture } from "./picture";
import { Results } from "./results";

const many = async () => (await import("../many/many")).Many;

/** The page that opens first; while nobody is signed in, with the form for it. */
export function Detect({ app }: PageProps) {
  const { state, visitor } = app;
  const { form } = visitor;
  const { images } = state.gallery;
  return (
    <main data-state={form === null ? stage(state) : "signed-out"} tabIndex={-1}>
      {form ?? <ModelBar {...app} />}
      {images.length > 1 && <Lazy load={many} props={{ app }} waiting={<div class="many skeleton" />} />}
      {(form === null || images.length > 0) && (
        <>
          <Picture {...app} />
          <Results {...app} />
        </>
      )}
    </main>
  );
}
