import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeAcks } from '../../src/spool/ack.js';
import { MAGIC } from '../../src/spool/frame.js';
import { destinationDirectory } from '../../src/spool/home.js';
import { readSegment } from '../../src/spool/segment-reader.js';
import {
  ACKS,
  DESTINATION,
  filesBelow,
  leaveBehind,
  OpenSpool,
  record,
  SEGMENT,
  segmentOf,
  TemporaryDirectory,
  textsOf,
} from '../support/spool.js';

const TEXTS = ['first', 'second', 'third', 'fourth'];
const SOUND = segmentOf(TEXTS.map((text) => record(text)));

/** Where each record begins, and the end. */
const STARTS = [...TEXTS.map((text) => SOUND.lastIndexOf(MAGIC, SOUND.indexOf(text))), SOUND.length];

/** What a spool finds, and what is left after all of that is settled. */
async function findings(directory: TemporaryDirectory) {
  const one = new OpenSpool(directory.path);
  await one.spool.adopt();
  const given = await one.drain();
  for (const { id } of given) one.spool.settle(id);
  await one.spool.close();
  const { problems, recovered, lost } = one;
  return {
    texts: textsOf(given),
    problems,
    recovered: recovered['error'] ?? 0,
    lost,
    files: filesBelow(directory.path),
  };
}

/** The same of a directory that holds these files. */
async function findingsIn(files: Readonly<Record<string, Uint8Array>>) {
  using directory = new TemporaryDirectory();
  leaveBehind(directory.path, files);
  return await findings(directory);
}

function textsIn(bytes: Buffer): string[] {
  return [...readSegment(bytes)].flatMap((piece) => (piece.kind === 'record' ? [piece.payload.toString()] : []));
}

describe('E10: a segment that ends anywhere', () => {
  it('still holds every record that is whole, at every byte of its last two', () => {
    for (let end = STARTS[2] as number; end <= SOUND.length; end++) {
      const whole = STARTS.filter((start) => start <= end).length - 1;
      expect(textsIn(SOUND.subarray(0, end))).toEqual(TEXTS.slice(0, whole));
    }
  });

  it.each([0, 1, 12, 30])('delivers all earlier ones: %i bytes of the last record are there', async (bytes) => {
    const found = await findingsIn({ [SEGMENT]: SOUND.subarray(0, (STARTS[3] as number) + bytes) });
    expect(found).toMatchObject({ texts: TEXTS.slice(0, 3), recovered: 3, lost: [] });
    expect(found.problems).toEqual(bytes === 0 ? [] : ['SPOOL_DAMAGED']);
  });
});

it('E11: a bit that flips anywhere costs the record it is in, and gives no wrong one', () => {
  for (let at = 0; at < SOUND.length; at++) {
    for (const bit of [0x01, 0x80]) {
      const bytes = Buffer.from(SOUND);
      bytes[at] = (bytes[at] as number) ^ bit;
      const hit = STARTS.findLastIndex((start) => start <= at);
      expect(textsIn(bytes)).toEqual(TEXTS.filter((_text, index) => index !== hit));
    }
  }
});

it('E11: what a flipped bit damages goes to quarantine, readable for its owner alone', async () => {
  const bytes = Buffer.from(SOUND);
  const at = SOUND.indexOf('second');
  bytes[at] = 0;
  const { texts, problems, files } = await findingsIn({ [SEGMENT]: bytes });
  expect(texts).toEqual(['first', 'third', 'fourth']);
  expect(problems).toEqual(['SPOOL_DAMAGED']);
  expect(files).toHaveLength(1);

  using directory = new TemporaryDirectory();
  leaveBehind(directory.path, { [SEGMENT]: bytes });
  const [file] = (await findings(directory)).files as [string];
  expect(readFileSync(file)).toEqual(bytes.subarray(STARTS[1], STARTS[2]));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(file).toBe(
    join(destinationDirectory(directory.path, DESTINATION), 'quarantine', 'host-1-0123456789ab.00000000000000000001'),
  );
});

describe('E12: what a file system makes of a power cut', () => {
  const hole = Buffer.from(segmentOf([record('a'.repeat(3_000)), record('b'.repeat(9_000)), record('c')]));
  hole.fill(0, 4_096, 8_192);
  it.each<[string, Buffer, string[], string[]]>([
    ['6 MB of zeros at the end', Buffer.concat([SOUND, Buffer.alloc(6_000_000)]), TEXTS, []],
    ['6 MB of zeros, and nothing else', Buffer.alloc(6_000_000), [], []],
    ['no byte', Buffer.alloc(0), [], []],
    ['a header and nothing else', segmentOf([]), [], []],
    ['4 KiB of zeros within a record', hole, ['a'.repeat(3_000), 'c'], ['SPOOL_DAMAGED']],
  ])('%s', async (_name, bytes, texts, problems) => {
    const found = await findingsIn({ [SEGMENT]: bytes });
    expect(found).toMatchObject({ texts, problems, lost: [], recovered: texts.length });
    expect(found.files.filter((file) => !file.includes('quarantine'))).toEqual([]);
  });
});

describe('E13: numbers and words that make no sense', () => {
  function withLength(length: number): Buffer {
    const bytes = Buffer.from(SOUND);
    bytes.writeUInt32LE(length, (STARTS[1] as number) + 8);
    return bytes;
  }

  /** The second record with another type or line of JSON, and the checksum that belongs to it. */
  function resealed(change: (frame: Buffer) => void): Buffer {
    const bytes = Buffer.from(SOUND);
    const frame = bytes.subarray(STARTS[1], STARTS[2]);
    change(frame);
    frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
    return bytes;
  }

  it.each<[string, Buffer]>([
    ['a length of 0', withLength(0)],
    ['a length of 2^32-1', withLength(2 ** 32 - 1)],
    ['a length below 0 as a signed number', withLength(2 ** 31 + 5)],
    ['a length of 1 MiB in a small file', withLength(1 << 20)],
    ['a checksum that is right over JSON that is wrong', resealed((frame) => frame.write('}{', 21))],
    ['an unknown type of frame', resealed((frame) => frame.writeUInt8(9, 20))],
    ['a number beyond 2^53', resealed((frame) => frame.writeUInt32LE(2 ** 31, 16))],
    ['a category that is no word', resealed((frame) => frame.write('"__pr"', frame.indexOf('"error"')))],
  ])('%s costs one record', async (_name, bytes) => {
    const found = await findingsIn({ [SEGMENT]: bytes });
    expect(found).toMatchObject({ texts: ['first', 'third', 'fourth'], problems: ['SPOOL_DAMAGED'], recovered: 3 });
  });

  it('E32: a later version of the format is left as it is, with one warning, and the others are read', async () => {
    using directory = new TemporaryDirectory();
    const newer = Buffer.from(segmentOf([record('from the future')]));
    newer.write('2', newer.indexOf('"version":1') + '"version":'.length);
    newer.writeUInt32LE(crc32(newer.subarray(8, newer.indexOf(MAGIC, 1))), 4);
    leaveBehind(directory.path, { [SEGMENT]: newer, '00000000000000000002.seg': SOUND });
    const found = await findings(directory);
    expect(found).toMatchObject({ texts: TEXTS, problems: ['SPOOL_NEWER_FORMAT'] });
    const kept = found.files.filter((file) => file.endsWith('.seg'));
    expect(kept).toHaveLength(1);
    expect(readFileSync(kept[0] as string)).toEqual(newer);

    // Whoever comes next finds it where it looks for it: however often that happens.
    const again = await findings(directory);
    expect(again.problems).toEqual(['SPOOL_NEWER_FORMAT']);
    expect(again.files.filter((file) => file.endsWith('.seg'))).toHaveLength(1);
  });
});

describe('E14: what else is in the directory', () => {
  it('numbers that are double, missing, or beyond 2^53 are names like any other', async () => {
    const segment = (text: string): Buffer => segmentOf([record(text)]);
    const found = await findingsIn({
      '00000000000000000001.seg': segment('one'),
      '00000000000000000007.seg': segment('seven'),
      '00009007199254740993.seg': segment('2^53 + 1'),
      '99999999999999999999.seg': segment('the last'),
    });
    expect(found.texts.sort()).toEqual(['2^53 + 1', 'one', 'seven', 'the last']);
    expect(found).toMatchObject({ problems: [], files: [] });
  });

  it('what is not ours is neither read nor removed, and a pipe never waited for', async () => {
    using directory = new TemporaryDirectory();
    const path = leaveBehind(directory.path, {
      [SEGMENT]: SOUND,
      '1.seg': SOUND,
      '00000000000000000003.seg.tmp': SOUND,
      'notes.txt': Buffer.from('mine'),
    });
    mkdirSync(join(path, '00000000000000000005.seg'));
    expect(spawnSync('mkfifo', [join(path, '00000000000000000004.seg'), join(path, 'left-over')]).status).toBe(0);
    const found = await findings(directory);
    expect(found.texts).toEqual(TEXTS);
    // Two names are like those of segments, but are none.
    expect(found.problems).toEqual(['SPOOL_UNSAFE', 'SPOOL_UNSAFE']);
    expect(found.files.map((file) => file.split('/').at(-1)).filter((name) => name !== 'left')).toEqual([
      '00000000000000000003.seg.tmp',
      '00000000000000000004.seg',
      '1.seg',
      'left-over',
      'notes.txt',
    ]);
  });
});

describe('E15: acks', () => {
  const crcs = [...readSegment(SOUND)].flatMap((piece) => (piece.kind === 'record' ? [piece.crc] : []));
  const ack = (index: number) => ({ number: index + 1, crc: crcs[index] as number });
  const settled = encodeAcks([ack(0), ack(2)]);
  it.each<[string, Buffer | undefined, string[]]>([
    ['that are missing settle nothing', undefined, TEXTS],
    ['settle what they name', settled, ['second', 'fourth']],
    ['whose last entry is torn settle the others', settled.subarray(0, 23), ['second', 'third', 'fourth']],
    ['that are ahead of the data do no harm', encodeAcks([ack(0), { number: 99, crc: 1 }]), TEXTS.slice(1)],
    ['of another run settle nothing', encodeAcks([{ number: 1, crc: 12_345 }]), TEXTS],
    ['that make no sense settle nothing', Buffer.alloc(100, 7), TEXTS],
  ])('%s', async (_name, acks, texts) => {
    const found = await findingsIn({ [SEGMENT]: SOUND, ...(acks === undefined ? {} : { [ACKS]: acks }) });
    expect(found).toMatchObject({ texts, recovered: texts.length, problems: [], lost: [], files: [] });
  });

  it('that are a link are not read, and what the link leads to stays as it is', async () => {
    using directory = new TemporaryDirectory();
    const target = join(directory.path, 'target');
    writeFileSync(target, settled);
    const path = leaveBehind(directory.path, { [SEGMENT]: SOUND });
    symlinkSync(target, join(path, ACKS));
    const found = await findings(directory);
    expect(found.texts).toEqual(TEXTS);
    expect(readFileSync(target)).toEqual(settled);
  });
});

describe('E16: a crash while a segment is removed', () => {
  const all = encodeAcks(
    [...readSegment(SOUND)].flatMap((piece) =>
      piece.kind === 'record' ? [{ number: piece.number, crc: piece.crc }] : [],
    ),
  );
  it.each<[string, Record<string, Uint8Array>]>([
    ['after its last ack', { [SEGMENT]: SOUND, [ACKS]: all }],
    ['before its acks went, too', { [ACKS]: all }],
  ])('%s loses nothing, repeats nothing and leaves nothing', async (_name, files) => {
    expect(await findingsIn(files)).toMatchObject({ texts: [], recovered: 0, problems: [], lost: [], files: [] });
  });
});
