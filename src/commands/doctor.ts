import type { LoadInput } from '../config/load.js';

export interface DoctorInput {
  /** The app as it was named on the command line. */
  readonly argument: string | undefined;
  readonly flags: NonNullable<LoadInput['flags']>;
  readonly json: boolean;
}

/** Checks what an app needs to be served. */
export async function doctor(_input: DoctorInput): Promise<number> {
  throw new Error('penstock doctor is not there yet');
}
