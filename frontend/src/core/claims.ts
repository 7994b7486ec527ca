import { roleOfGroups } from "./permissions";

/** What an id token says about its person. For display only: nobody has checked its signature here. */
export interface Claims {
  /** Empty when the token says none. */
  readonly email: string;
  /** Null for somebody in neither group. */
  readonly role: "viewer" | "operator" | null;
}

/** Read an id token; one that cannot be read says nothing about anybody. */
export function readClaims(idToken: string): Claims {
  let claims: unknown;
  try {
    claims = JSON.parse(decode(idToken.split(".")[1] ?? ""));
  } catch {
    return { email: "", role: null };
  }
  if (typeof claims !== "object" || claims === null) return { email: "", role: null };
  const { email, "cognito:groups": groups } = claims as Record<string, unknown>;
  return { email: typeof email === "string" ? email : "", role: roleOfGroups(groups) };
}

/** Base64url as text. */
function decode(part: string): string {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  return new TextDecoder().decode(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)));
}
