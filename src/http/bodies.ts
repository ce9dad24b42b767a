import { BodyFiles } from './body-files.js';
import { BodyMemory } from './body-memory.js';

/** Where the bodies of requests are kept until the requests are answered. */
export class Bodies {
  readonly memory: BodyMemory;
  readonly files: BodyFiles;

  /** All in bytes. */
  constructor(limits: { bodyMemory: number; bodyFileSize: number; bodyDisk: number }) {
    this.memory = new BodyMemory(limits.bodyMemory);
    this.files = new BodyFiles(limits.bodyFileSize, limits.bodyDisk);
  }
}
