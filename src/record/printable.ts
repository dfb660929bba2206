/** Control characters and bidi overrides of a hostile comm, rule or file name must reach neither a terminal nor a page. */
export function printable(text: string): string {
  return visible(text).replace(/[\t\n]/g, ' ');
}

/** The same with its lines and tabs kept. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}
