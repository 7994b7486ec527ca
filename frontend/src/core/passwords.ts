/** The user pool's password policy, one rule a line. */
export const PASSWORD_RULES: readonly { readonly words: string; holds(password: string): boolean }[] = [
  { words: "12 characters", holds: (password) => password.length >= 12 },
  { words: "a lower-case letter", holds: (password) => /[a-z]/.test(password) },
  { words: "an upper-case letter", holds: (password) => /[A-Z]/.test(password) },
  { words: "a digit", holds: (password) => /[0-9]/.test(password) },
  // The symbols that Cognito counts as such.
  {
    words: "a symbol such as ! or #",
    holds: (password) => /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]/.test(password),
  },
];

/** The words of the rules that a password breaks. */
export function brokenRules(password: string): readonly string[] {
  return PASSWORD_RULES.filter((rule) => !rule.holds(password)).map(({ words }) => words);
}
