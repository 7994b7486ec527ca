import { render } from "preact";

render(<main data-state="loading" />, document.body);
