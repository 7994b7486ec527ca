/** An authenticator app's key in groups of four, as people read and type it. */
export function groupedKey(key: string): string {
  return key.replace(/.{4}(?=.)/g, "$& ");
}

/** The address that opens an authenticator app with the key filled in. */
export function otpauthUrl(key: string, email: string): string {
  const issuer = encodeURIComponent("Custom Labels");
  return `otpauth://totp/${issuer}:${encodeURIComponent(email)}?secret=${encodeURIComponent(key)}&issuer=${issuer}`;
}
