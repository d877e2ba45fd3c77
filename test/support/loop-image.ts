import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** More than the spool leaves free on any disk; nearly all of it are holes. */
const IMAGE_BYTES = 512 * 1024 * 1024;

/** A file system of its own in a file, of which a copy is what the disk would hold after a power cut. */
export class LoopImage {
  readonly mountPoint: string;
  readonly #image: string;
  #mounted = false;

  private constructor(image: string, mountPoint: string) {
    this.#image = image;
    this.mountPoint = mountPoint;
    mkdirSync(mountPoint);
  }

  /** Whether this machine lets us: root, loop devices, ext4. */
  static isPossible(dir: string): boolean {
    if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false;
    try {
      LoopImage.create(dir, 'trial')[Symbol.dispose]();
      return true;
    } catch {
      return false;
    }
  }

  static create(dir: string, name: string): LoopImage {
    const image = join(dir, `${name}.img`);
    writeFileSync(image, '');
    truncateSync(image, IMAGE_BYTES);
    execFileSync('mkfs.ext4', ['-q', image]);
    const created = new LoopImage(image, join(dir, name));
    created.#mount();
    return created;
  }

  /** As the disk is at this moment, mounted beside the original: its journal is replayed. */
  cut(dir: string, name: string): LoopImage {
    const image = join(dir, `${name}.img`);
    // Not cp: it asks the file system where the holes are, and that may lag behind what was written.
    execFileSync('dd', [`if=${this.#image}`, `of=${image}`, 'bs=1M', 'conv=sparse'], { stdio: 'ignore' });
    truncateSync(image, IMAGE_BYTES);
    const copy = new LoopImage(image, join(dir, name));
    copy.#mount();
    return copy;
  }

  #mount(): void {
    // Nothing is written but by those who ask for it: a copy takes its time, and must not be of two moments.
    execFileSync('mount', ['-o', 'loop,commit=600', this.#image, this.mountPoint], { stdio: 'pipe' });
    this.#mounted = true;
  }

  [Symbol.dispose](): void {
    if (this.#mounted) spawnSync('umount', ['-l', this.mountPoint]);
    this.#mounted = false;
  }
}
