import { defineConfig } from "vite";

/** What the first image needs: one file, whatever of it is shown first. */
const FOR_IMAGES =
  /page\/(?:many|detect\/(?:boxed|viewer|lighting|label-table|tools)|image-strip|use-picture|download)|core\/(?:awaits|colors|exports|gallery-changes|geometry|manifest-lines|pace|queue|snippets|zoom)/;

/** What several of the later pages, and members at once, need. */
const SHARED = /preact\/hooks|page\/(?:refresher|total)|core\/(?:costs|leases|permissions|refresh)/;

export default defineConfig({
  // The same files are served from a CloudFront root and from an S3 REST endpoint.
  base: "./",
  build: {
    target: "es2023",
    modulePreload: { polyfill: false, resolveDependencies: () => [] },
    // All styles are 6 KB: less than what fetching a page's with the page would add to the first page's script.
    cssCodeSplit: false,
    // Everything but index.html carries its content's hash; nothing is inlined, the CSP forbids data: URLs.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false, // what the first page has stays there
          groups: [
            { name: "images", test: FOR_IMAGES },
            { name: "shared", test: SHARED },
          ],
        },
      },
    },
  },
  worker: {
    format: "es",
    // One file: a lazy chunk would be one more request before the first model is listed.
    rolldownOptions: { output: { codeSplitting: false } },
  },
  plugins: [
    {
      name: "plain-import",
      enforce: "pre",
      // Vite's own helper preloads scripts and styles: three times the size, for what the browser finds itself.
      load: (id) =>
        id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : null,
    },
  ],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
