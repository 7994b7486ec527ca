import type { ComponentChildren } from "preact";
import type { PageProps } from "../app-context";
import "./help.css";

const GUIDE = "https://docs.aws.amazon.com/rekognition/latest/customlabels-dg/";

/** Getting started with a first model, what it costs, what limits there are, and where images go. */
export function Page({ app }: PageProps) {
  const { region, endpoints } = app.settings;
  return (
    <article class="text">
      <h2>Help</h2>
      <section>
        <h3>Your first model</h3>
        <ol>
          <li>
            <Doc page="mp-create-project.html">Create a project</Doc> in Rekognition Custom Labels in {region}
            .
          </li>
          <li>
            <Doc page="creating-datasets.html">Add images and label them</Doc>: ten of each label are a
            beginning, and some that show none of them. The page Correct writes labels in the form that a
            dataset takes.
          </li>
          <li>
            <Doc page="training-model.html">Train a model</Doc>. This takes from half an hour to a day; the
            page Projects shows when it is done, and its F1 score: 1 is perfect.
          </li>
          <li>
            <Doc page="running-model.html">Start the model</Doc>, in Projects or on the command line, for as
            long as you need it. Starting takes some minutes.
          </li>
          <li>Open Detect, choose the model, and drop an image.</li>
        </ol>
      </section>
      <section>
        <h3>Costs</h3>
        <p>
          A running model is billed for every hour and inference unit, from its start until it is stopped,
          used or not. A model that is not running costs nothing here. Training is billed by the hour, too.{" "}
          <a href="https://aws.amazon.com/rekognition/pricing/" target="_blank" rel="noreferrer">
            Prices of Amazon Rekognition
          </a>
        </p>
      </section>
      <section>
        <h3>Limits</h3>
        <ul>
          <li>
            An AWS account starts with two running models and five inference units for each model; more is
            asked for in Service Quotas.
          </li>
          <li>An inference unit takes some images a second; with more of them, Rekognition asks to wait.</li>
          <li>
            Images have 64 to 4,096 pixels on each side, at most 20 times as long as wide, and up to 4 MB.
            This app turns, shrinks, enlarges or saves anew what does not fit, where it can, and says so.
          </li>
          <li>
            <Doc page="limits.html">Guidelines and quotas</Doc>
          </li>
        </ul>
      </section>
      <section>
        <h3>Privacy</h3>
        <p>
          Images go from this browser to Amazon Rekognition in {region} (<code>{endpoints.rekognition}</code>)
          and nowhere else. This app stores nothing: images, labels and corrections are gone when the page is
          closed. What Rekognition keeps is said in{" "}
          <a href="https://aws.amazon.com/rekognition/faqs/#Data_Privacy" target="_blank" rel="noreferrer">
            AWS’s answers on data privacy
          </a>
          .
        </p>
      </section>
    </article>
  );
}

function Doc({ page, children }: { readonly page: string; readonly children: ComponentChildren }) {
  return (
    <a href={GUIDE + page} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}
