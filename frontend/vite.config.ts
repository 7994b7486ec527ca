import { defineConfig } from "vite";

export default defineConfig({
  // The same files are served from a CloudFront root and from an S3 REST endpoint.
  base: "./",
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    // Everything but index.html carries its content's hash; nothing is inlined, the CSP forbids data: URLs.
    assetsInlineLimit: 0,
  },
  worker: {
    format: "es",
    // One file: a lazy chunk of the SDK would be one more request before the first model is listed.
    rolldownOptions: { output: { codeSplitting: false } },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
