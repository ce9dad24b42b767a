import type { IsolationOptions } from './isolation.js';

export interface DispatcherOptions extends IsolationOptions {
  /** CPU cores for the gateway and R. */
  readonly cores: number;
  /** Maximum number of waiting requests. */
  readonly queueLimit: number;
  /** How long R may take to return from an interrupt, in ms. */
  readonly interruptGrace: number;
  /** Whether to run a safe request once more if its worker dies. */
  readonly retrySafe: boolean;
  /** Called for each batch with its number of requests and items, and R's time in ms. */
  readonly batchComputed?: (requests: number, items: number, ms: number) => void;
  /** Called with the time for splitting a batch's result and printing the parts, in ms. */
  readonly batchSplit?: (ms: number) => void;
  /** Called if a batch's result could not be split. Its requests run one by one. */
  readonly batchFailed?: (error: unknown) => void;
}
