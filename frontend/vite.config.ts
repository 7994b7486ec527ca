import { defineConfig } from "vite";

/**
 * Modules of the SDK that this app's calls never reach, but that its client names, with what stands in for them:
 * a quarter of the worker's size.
 */
const UNUSED: Record<string, string> = {
  // Rekognition's images and models have no streams of events.
  "/@smithy/core/dist-es/submodules/event-streams/index.browser.js": "export {};",
  // The settings name the endpoint: there are no regions and partitions to derive it from.
  "/@aws-sdk/client-rekognition/dist-es/endpoint/endpointResolver.js": `
    export const defaultEndpointResolver = ({ Endpoint }) => ({ url: new URL(Endpoint), properties: {}, headers: {} });`,
  // Every browser that has workers with canvases has SHA-256; requests stay below the 8 MiB that are too much for it.
  "/@smithy/core/dist-es/submodules/checksum/sha256/Sha256Js.js": `
    export class Sha256Js { constructor() { throw new Error("SHA-256 is not available here."); } }`,
  // Of the adaptive retries, which are slow for somebody who waits.
  "/@smithy/core/dist-es/submodules/retry/util-retry/DefaultRateLimiter.js":
    "export class DefaultRateLimiter {}",
};

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
  },
  worker: {
    format: "es",
    plugins: () => [
      {
        name: "without-unused",
        enforce: "pre",
        load: (id) => UNUSED[Object.keys(UNUSED).find((path) => id.endsWith(path)) ?? ""] ?? null,
      },
    ],
    // One file: a lazy chunk of the SDK would be one more request before the first model is listed.
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
