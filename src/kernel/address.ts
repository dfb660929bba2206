/** 4 or 6 for an IP address, 0 for anything else; without node:net, whose door is host/. */
export function isIP(text: string): 0 | 4 | 6 {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text)) return 4;
  // URL parses the address itself (WHATWG URL, "IPv6 parser"); a zone index is not of the address.
  return text.includes(':') && /^[0-9a-fA-F:.]+$/.test(text) && URL.canParse(`http://[${text}]/`) ? 6 : 0;
}
