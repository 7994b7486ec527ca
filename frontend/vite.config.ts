import { defineConfig } from "vite";

/** What stands around each `import()`: a part of the app is there when its styles are, too. */
const IMPORT_HELPER = `
  const styled = (href) =>
    [...document.styleSheets].some((sheet) => sheet.href === href) ||
    new Promise((resolve, reject) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = href;
      link.onload = resolve;
      link.onerror = () => {
        link.remove();
        reject(new Error(href));
      };
      document.head.append(link);
    });
  export const __vitePreload = async (load, files = [], base) => {
    const styles = files.filter((file) => file.endsWith(".css"));
    await Promise.all(styles.map((file) => styled(new URL(file, base).href)));
    return load();
  };`;

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
      name: "small-import",
      enforce: "pre",
      // Vite's own helper also preloads scripts and reports errors: three times the size.
      load: (id) => (id === "\0vite/preload-helper.js" ? IMPORT_HELPER : null),
    },
  ],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
