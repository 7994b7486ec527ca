/** Who somebody is to this app; the deployment's roles of the same names say what AWS lets them do. */
export type Role = "guest" | "viewer" | "operator";

export type Deed = "list" | "detect" | "start" | "stop";

const MAY: Readonly<Record<Role, readonly Deed[]>> = {
  guest: ["list", "detect"],
  viewer: ["list", "detect"],
  operator: ["list", "detect", "start", "stop"],
};

/** Whether the page offers a deed to somebody; AWS decides again when it is done. */
export function may(role: Role, deed: Deed): boolean {
  return MAY[role].includes(deed);
}

/** Why a guest or viewer cannot start a model, and who can. */
export function whyNotStart(role: Exclude<Role, "operator">): string {
  return role === "guest"
    ? "Guests cannot start models; whoever has access to the AWS account can"
    : "Viewers cannot start models; ask an operator, or ask the administrator to make you one. With access to the AWS account you can start it";
}

/**
 * The role that groups of the user pool give.
 *
 * @param groups the claim `cognito:groups` of an id token, whatever it is.
 * @returns null for somebody in neither group, and for anything that is not a list of names.
 */
export function roleOfGroups(groups: unknown): "viewer" | "operator" | null {
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === "string")) return null;
  if (groups.includes("operators")) return "operator";
  return groups.includes("viewers") ? "viewer" : null;
}
