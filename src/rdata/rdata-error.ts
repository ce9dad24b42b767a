/** Why data cannot be read or a value cannot be written. */
export type RDataErrorKind =
  /** The input ends before the value does. */
  | 'truncated'
  /** The input contradicts the format. */
  | 'malformed'
  /** The input is valid, but has no meaning outside the R process that wrote it, or Penstock does not support it. */
  | 'unsupported'
  /** The value needs more memory or depth than the limits allow. */
  | 'limit';

export class RDataError extends Error {
  readonly kind: RDataErrorKind;
  /** Offset in the decompressed input; -1 when writing. */
  readonly position: number;
  readonly reason: string;

  constructor(kind: RDataErrorKind, reason: string, position = -1) {
    super(position < 0 ? `R data: ${reason}` : `R data, byte ${position}: ${reason}`);
    this.name = 'RDataError';
    this.kind = kind;
    this.reason = reason;
    this.position = position;
  }
}
