import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An error reply, in AWS's JSON 1.1 form. */
export class AwsError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** A reply that is none of AWS's, as a proxy sends it. */
export class ForeignReply extends Error {
  constructor(
    readonly status: number,
    readonly text: string,
  ) {
    super(text);
  }
}

export interface Call {
  readonly operation: string;
  // Requests are read as the tests know them to be.
  readonly body: any;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export type Handler = (call: Call) => unknown;

export const PARTS = "arn:aws:rekognition:eu-west-1:123456789012:project/parts/1700000000000";
export const PARTS_V1 = "arn:aws:rekognition:eu-west-1:123456789012:project/parts/version/v1/1700000000001";

/** A version of project "parts" as `DescribeProjectVersions` gives it. */
export function version(name: string, status: string, more: object = {}): object {
  return {
    ProjectVersionArn: PARTS_V1.replace("/v1/", `/${name}/`),
    Status: status,
    MinInferenceUnits: 1,
    TrainingEndTimestamp: Date.UTC(2026, 10, 22, 12) / 1000,
    EvaluationResult: { F1Score: 0.9712 },
    ...more,
  };
}

/** A label with a box as `DetectCustomLabels` gives it. */
export function label(name: string, confidence: number, box?: [number, number, number, number]): object {
  if (box === undefined) return { Name: name, Confidence: confidence };
  const [Left, Top, Width, Height] = box;
  return { Name: name, Confidence: confidence, Geometry: { BoundingBox: { Left, Top, Width, Height } } };
}

/** Stands in for Cognito and Rekognition on loopback; each test says what an operation answers. */
export class Aws {
  readonly calls: Call[] = [];
  /** Milliseconds that AWS's clock is ahead of the browser's. */
  clockAhead = 0;
  /** Whether pages of other origins may read AWS's time from its replies. */
  exposesDate = true;
  readonly answers: Record<string, Handler> = {
    GetId: () => ({ IdentityId: "eu-west-1:00000000-0000-4000-8000-000000000001" }),
    GetCredentialsForIdentity: ({ body }) => ({
      IdentityId: body.IdentityId,
      Credentials: {
        AccessKeyId: "ASIATEST",
        SecretKey: "secret",
        SessionToken: "session",
        Expiration: this.now() / 1000 + 3600,
      },
    }),
    DescribeProjects: () => ({ ProjectDescriptions: [{ ProjectArn: PARTS, Status: "CREATED" }] }),
    DescribeProjectVersions: () => ({
      ProjectVersionDescriptions: [version("v2", "TRAINING_COMPLETED"), version("v1", "RUNNING")],
    }),
    ListTagsForResource: () => ({ Tags: {} }),
    DetectCustomLabels: () => ({
      CustomLabels: [
        label("washer", 97.31, [0.1, 0.2, 0.25, 0.3]),
        label("bolt", 88.02, [0.5, 0.4, 0.3, 0.35]),
        label("hex nut", 61.4, [0.05, 0.6, 0.2, 0.25]),
        label("bolt", 12.5, [0.7, 0.05, 0.2, 0.2]),
      ],
    }),
  };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Aws> {
    const server = createServer((request, response) => void aws.serve(request, response));
    const aws = new Aws(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return aws;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  of(operation: string): Call[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  /** AWS's time in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.clockAhead;
  }

  /** Refuse a request whose Signature Version 4 is wrong or more than five minutes off. */
  private checkSignature({ method, url, headers }: IncomingMessage, body: Buffer): void {
    const { authorization } = headers;
    if (authorization === undefined) return;
    const date = String(headers["x-amz-date"]);
    const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
    if (!(Math.abs(Date.parse(iso) - this.now()) <= 300_000)) {
      throw new AwsError("InvalidSignatureException", "Signature not yet current or expired");
    }
    const [, scope = "", signed = "", signature] =
      /^AWS4-HMAC-SHA256 Credential=ASIATEST\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
        authorization,
      ) ?? [];
    const canonical = [
      method,
      url,
      "",
      ...signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
      "",
      signed,
      sha256(body),
    ].join("\n");
    const key = scope.split("/").reduce<string | Buffer>((key, part) => hmac(key, part), "AWS4secret");
    const right = hmac(key, ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n")).toString("hex");
    const needed = ["host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-target"];
    if (signature !== right || !needed.every((name) => signed.split(";").includes(name))) {
      throw new AwsError("InvalidSignatureException", "The request signature we calculated does not match");
    }
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "*, authorization");
    if (this.exposesDate) response.setHeader("Access-Control-Expose-Headers", "Date");
    if (request.method === "OPTIONS") return void response.end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const body = Buffer.concat(chunks);
    const call = { operation, body: JSON.parse(body.toString()), at: Date.now() };
    this.calls.push(call);
    response.setHeader("Content-Type", "application/x-amz-json-1.1");
    response.setHeader("Date", new Date(this.now()).toUTCString());
    try {
      this.checkSignature(request, body);
      response.end(JSON.stringify(await this.answers[operation]?.(call)));
    } catch (error) {
      if (error instanceof ForeignReply) return void response.writeHead(error.status).end(error.text);
      const { name, message, status } = error as AwsError;
      response.statusCode = status;
      response.end(JSON.stringify({ __type: name, message }));
    }
  }
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
