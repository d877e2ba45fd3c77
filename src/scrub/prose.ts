/** Values that are no secrets whatever their name: no value, a placeholder, a mask of somebody else's. */
const HARMLESS =
  /^(?:true|false|null|undefined|none|nil|nan|\[object \w{1,40}\]|%[sdifjoOc]|\{\d{0,2}\}|\$\{[\w.]{1,60}\}?|\$\d{1,3}|@p\d{1,3}|\?|\*{1,64}|[[<(]?(?:redacted|filtered|masked|hidden|removed|omitted)[\])>]?|…)$/i;

/** What a service says about a session or token, rather than showing it. */
const STATUS =
  /^(?:ok|okay|valid|invalid|missing|required|expired|revoked|unknown|empty|denied|failed|failure|success|succeeded|accepted|rejected|started|ended|closed|opened|created|deleted|destroyed|updated|refreshed|disabled|enabled|error|absent|present|anonymous|yes|no|not|mismatch|unauthorized|forbidden)\b[.,;!)]*$/i;

/** A name that ends so holds a secret itself, whatever its value looks like; other names may begin a sentence. */
const STRONG = /(?:pass(?:word|wd|phrase|code)?|pwd|secret|key|pin|otp|cvv|cvc|code)s?\d*["'\]]*$/i;

/** One word of a sentence, and the sentence goes on. */
const PROSE = /^\p{L}{1,15}(?:['-]\p{L}{1,15})?[,.]? ["'(<[{]?[\p{L}\d\])}]/u;

/** Counts, ports, lines and columns, versions of images; a code of two factors has six digits. */
const NUMBERS =
  /^(?:\d{1,5}(?::\d{1,6})*|v?\d{1,6}(?:\.\d{1,6}){1,4}(?:[-+][a-z]{1,8}[.\d]{0,8})?|latest)[\s,;.)\]}'"]*$/;

/** Whether a value tells nothing. */
export function isHarmless(value: string): boolean {
  return value.length <= 64 && HARMLESS.test(value);
}

/** Whether a name must hold a secret, and cannot be the first word of a sentence or the name of a part of the program. */
export function isStrong(name: string): boolean {
  return STRONG.test(name);
}

/** Whether a value says how it is, not what it is. */
export function isStatus(value: string): boolean {
  return STATUS.test(value);
}

/** Whether what stands behind a name and a colon is a sentence or a number: `auth: user not found`, `token.js:12:5`. */
export function isProse(value: string, rest: string): boolean {
  return NUMBERS.test(value) || isStatus(value) || PROSE.test(rest);
}
