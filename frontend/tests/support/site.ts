import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve } from "node:path";
import type { SignIn } from "../../src/core/settings";

/** The build under test; `SITE_DIST` names another folder than the usual one. */
export const DIST = resolve(process.env["SITE_DIST"] ?? join(import.meta.dirname, "..", "..", "dist"));

/** The built files by path, read once: a build beside the tests would take them away for a moment. */
const FILES = new Map(
  readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => [path.slice(DIST.length), readFileSync(path)]),
);

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
};

/** Serves the built app as a deployment does: settings in the page, CSP in the page and on every reply. */
export class Site {
  /** Paths asked for. */
  readonly requests: string[] = [];

  private constructor(private readonly server: Server) {}

  /** @param settings the text of the settings block, or null for a page without one. */
  static async start(settings: string | null, endpoint: string): Promise<Site> {
    const csp = [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob:",
      `connect-src ${endpoint}`,
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types app-worker",
    ].join("; ");
    const inserted =
      `<meta http-equiv="Content-Security-Policy" content="${csp}">` +
      (settings === null ? "" : `<script type="application/json" id="settings">${settings}</script>`);
    const server = createServer((request, response) => {
      const path = (request.url ?? "/").replace(/[?#].*$/, "").replace(/\/$/, "/index.html");
      site.requests.push(path);
      if (path === "/blank")
        return void response.setHeader("Content-Type", "text/html").end("<title>.</title>");
      const file = FILES.get(path);
      if (file === undefined) return void response.writeHead(404).end();
      response.setHeader("Content-Security-Policy", `${csp}; frame-ancestors 'none'`);
      response.setHeader("Content-Type", TYPES[extname(path)] ?? "application/octet-stream");
      response.setHeader("X-Content-Type-Options", "nosniff");
      response.end(path === "/index.html" ? file.toString().replace("<!--settings-->", inserted) : file);
    });
    const site = new Site(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Settings as a deployment writes them, with every service at `endpoint`. */
export function settingsText(
  endpoint: string,
  projects: readonly string[] = [],
  signIn: SignIn | null = null,
): string {
  return JSON.stringify({
    region: "eu-west-1",
    identityPoolId: "eu-west-1:00000000-0000-4000-8000-000000000000",
    endpoints: { rekognition: endpoint, cognitoIdentity: endpoint },
    projects,
    signIn,
  });
}
