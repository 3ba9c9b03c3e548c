// The part of the contract that this provider uses: what comes in, as classes; field numbers and enumerations of
// provider.proto for what goes out; and the parts of values. docs/abi.md says what they mean.
import { Message, Writer } from "./wire";

/** Texts by JSON pointer: a vendor's answer, or a configuration. The first of a name counts. */
export class Leaves {
  private texts: Map<string, string> = new Map();

  read(leaf: Message): void {
    let path = "";
    let text = "";
    while (leaf.next()) {
      if (leaf.field == 1) path = leaf.text();
      if (leaf.field == 3) text = leaf.text();
    }
    if (!this.texts.has(path)) this.texts.set(path, text);
  }

  /** The text at a pointer; empty when there is none. */
  text(pointer: string): string {
    return this.texts.has(pointer) ? this.texts.get(pointer) : "";
  }

  /** A vendor's truth value: as JSON has it, or as a text or number. Neither when it is something else. */
  isTrue(pointer: string): bool {
    const text = this.text(pointer);
    return text == "true" || text == "1";
  }

  isFalse(pointer: string): bool {
    const text = this.text(pointer);
    return text == "false" || text == "0";
  }

  /** Whether a text stands anywhere under a pointer. */
  anyBelow(pointer: string, text: string): bool {
    const paths = this.texts.keys();
    for (let i = 0; i < paths.length; i++) {
      if (paths[i].startsWith(pointer + "/") && this.texts.get(paths[i]) == text) return true;
    }
    return false;
  }
}

/** What every step is told. */
export class Context {
  now: u64 = 0;
  config: Leaves = new Leaves();

  read(m: Message): void {
    while (m.next()) {
      if (m.field == 1) this.now = m.value;
      if (m.field == 3) this.config.read(m.message());
    }
  }
}

/** The picture of a recognition that begins. */
export class Start {
  format: u64 = 0;
  url: string = "";

  read(m: Message): void {
    while (m.next()) {
      if (m.field == 2) this.readPicture(m.message());
    }
  }

  private readPicture(m: Message): void {
    while (m.next()) {
      if (m.field == 2) this.format = m.value;
      if (m.field == 7) this.url = m.text();
    }
  }
}

/** A vendor's answer. */
export class Response {
  status: u64 = 0;
  format: u64 = 0;
  headers: Map<string, string> = new Map();
  leaves: Leaves = new Leaves();

  read(m: Message): void {
    while (m.next()) {
      if (m.field == 2) this.status = m.value;
      if (m.field == 3) this.readHeader(m.message());
      if (m.field == 4) this.leaves.read(m.message());
      if (m.field == 5) this.format = m.value;
    }
  }

  private readHeader(m: Message): void {
    let name = "";
    let value = "";
    while (m.next()) {
      if (m.field == 1) name = m.text();
      if (m.field == 2) value = m.text();
    }
    if (!this.headers.has(name)) this.headers.set(name, value);
  }
}

export namespace Step { export const CONTEXT = 1, START = 2, RESPONSE = 3; }
export namespace Action { export const EXCHANGE = 1, DONE = 2, FAIL = 3; }
export namespace Exchange { export const REQUEST = 1; }
export namespace Request { export const METHOD = 1, URL = 2, BODY = 5; }
export namespace Body { export const MULTIPART = 3; }
export namespace Multipart { export const FIELDS = 1; }
export namespace MultipartField { export const NAME = 1, VALUE = 2, FILENAME = 3, CONTENT_TYPE = 4; }
export namespace Value { export const PARTS = 1; }
export namespace Part { export const LITERAL = 1, SECRET = 2, BLOB = 3, DIGEST = 4; }
export namespace Blob { export const ENCODING = 2; }
export namespace Digest { export const ALGORITHM = 1, DATA = 3, OUTPUT = 4; }
export namespace Done { export const SIDE = 1, FIELDS = 2, ROTATION = 5, VENDOR_REQUEST_ID = 6, BILLED = 7; }
export namespace Field { export const NAME = 1, TEXT = 2, FLAGS = 5; }
export namespace Fail {
  export const KIND = 1, VENDOR_CODE = 2, VENDOR_MESSAGE = 3, MESSAGE = 4, RETRYABLE = 5, FAIL_OVER = 6, BILLED = 7, FAULT = 8,
    RETRY_AFTER_MS = 9, VENDOR_REQUEST_ID = 10;
}

export enum Encoding { RAW, BASE64, BASE64_PERCENT, HEX }
export enum Format { UNSPECIFIED, JPG, PNG }
export enum Side { UNSPECIFIED, FRONT, BACK }
export enum Billed { UNKNOWN, NO, YES }
export enum Fault { UNSPECIFIED, CALLER, OPERATOR, VENDOR }
export enum Kind {
  UNSPECIFIED, INVALID_REQUEST, INVALID_IMAGE, NO_DOCUMENT, UNREADABLE, UNAUTHENTICATED, PERMISSION_DENIED, QUOTA_EXHAUSTED,
  RATE_LIMITED, UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN, PROVIDER_ERROR, INTERNAL,
}
const SHA256 = 3;

/** The name of a body's format. */
export function formatName(format: u64): string {
  const names = ["empty", "json", "xml", "form", "text", "binary", "multipart"];
  return format < <u64>names.length ? names[<i32>format] : "unknown";
}

// The parts of a Value.

export function literal(w: Writer, text: string): void {
  const part = w.open(Value.PARTS);
  w.text(Part.LITERAL, text);
  w.close(part);
}

export function secret(w: Writer, name: string): void {
  const part = w.open(Value.PARTS);
  w.text(Part.SECRET, name);
  w.close(part);
}

export function image(w: Writer, encoding: Encoding): void {
  const part = w.open(Value.PARTS);
  const blob = w.open(Part.BLOB);
  w.number(Blob.ENCODING, encoding);
  w.close(blob);
  w.close(part);
}

/** Begins a part that is the SHA-256 of the parts that follow, in hexadecimal. */
export function openSHA256(w: Writer): StaticArray<u32> {
  const part = w.open(Value.PARTS);
  const digest = w.open(Part.DIGEST);
  w.number(Digest.ALGORITHM, SHA256);
  w.number(Digest.OUTPUT, Encoding.HEX);
  return [part, digest, w.open(Digest.DATA)];
}

export function closeSHA256(w: Writer, opened: StaticArray<u32>): void {
  for (let i = opened.length - 1; i >= 0; i--) w.close(opened[i]);
}
