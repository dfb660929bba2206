/**
 * Weights, fixed by hand on Debian's 6.1 and 6.12 kernels. Positive speaks for a type, negative against it;
 * each is multiplied by the share of objects that show it.
 */
export const weights = {
  pointerInNumber: -4,
  pointerInLong: 1,
  /** The kernel keeps addresses of its own as unsigned long: va_start, page flags in a pointer's low bits. */
  pointerInUnsignedLong: -0.5,
  numberInPointer: -4,
  smallInPointer: -1,
  pointerOutside: -2,
  samePrototype: 8,
  otherPrototype: -3,
  dataForFunction: -3,
  functionForPointer: -3,
  ownListHead: 4,
  selfElsewhere: -1.5,
  sameStruct: 8,
  otherStruct: -2,
  functionTable: 1,
  notThatTable: -3,
  cacheOfThatType: 3,
  largerThanItsObject: -2,
  anyCache: 0.3,
  fills: 1.5,
  named: 6,
  /** A cache is created with sizeof(struct); merged ones show the largest of their sizes. */
  exact: 5,
  exactOfMerged: 2,
} as const;
