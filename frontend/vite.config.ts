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
  plugins: [
    {
      name: "plain-import",
      enforce: "pre",
      // Vite's own helper also preloads styles; half a kilobyte for a chunk that has none.
      load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : null),
    },
  ],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
