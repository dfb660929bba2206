declare module 'snappyjs' {
  /** @throws Error on a damaged stream, or one that says it unpacks to more than `maxLength` bytes */
  export function uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array;
  export function compress(uncompressed: Uint8Array): Uint8Array;
}
