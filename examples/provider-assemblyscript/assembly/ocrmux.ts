// The contract for providers: classes for the input; field numbers and enumerations of provider.proto for the output; values
// and failures. docs/abi.md explains them. Front doors and host functions are not included.
import { Message, Writer } from "./wire";

/** Texts by JSON pointer: a vendor's answer, or a configuration. The first with a pointer counts. */
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

  /** The text at a pointer, or an empty text. */
  text(pointer: string): string {
    return this.texts.has(pointer) ? this.texts.get(pointer) : "";
  }

  /** A boolean, written as such or as a text or number. Neither for anything else. */
  isTrue(pointer: string): bool {
    const text = this.text(pointer);
    return text == "true" || text == "1";
  }

  isFalse(pointer: string): bool {
    const text = this.text(pointer);
    return text == "false" || text == "0";
  }

  /** Whether there is a text below a pointer. */
  anyBelow(pointer: string, text: string): bool {
    const paths = this.texts.keys();
    for (let i = 0; i < paths.length; i++) {
      if (paths[i].startsWith(pointer + "/") && this.texts.get(paths[i]) == text) return true;
    }
    return false;
  }
}

/** The context of a step. */
export class Context {
  now: u64 = 0; // milliseconds since 1970
  nonce: string = "";
  config: Leaves = new Leaves();
  secrets: Set<string> = new Set(); // the names of secrets that are configured or captured

  read(m: Message): void {
    while (m.next()) {
      if (m.field == 1) this.now = m.value;
      if (m.field == 2) this.nonce = m.text();
      if (m.field == 3) this.config.read(m.message());
      if (m.field == 4) this.secrets.add(m.text());
    }
  }

  /** The configured endpoint, or the vendor's own address, without a trailing slash. */
  endpoint(vendors: string): string {
    let url = this.config.text("/endpoint");
    if (url == "") url = vendors;
    while (url.endsWith("/")) url = url.slice(0, -1);
    return url;
  }
}

/** The start of a call: what the caller wants, and the picture. */
export class Start {
  side: u64 = 0; // the side that the caller expects; see Side
  options: Leaves = new Leaves();
  format: u64 = 0; // see Format
  width: u64 = 0; // pixels
  height: u64 = 0;
  url: string = ""; // replaces the other picture fields

  read(m: Message): void {
    while (m.next()) {
      if (m.field == 2) this.readPicture(m.message());
      if (m.field == 3) this.side = m.value;
      if (m.field == 5) this.options.read(m.message());
    }
  }

  private readPicture(m: Message): void {
    while (m.next()) {
      if (m.field == 2) this.format = m.value;
      if (m.field == 3) this.width = m.value;
      if (m.field == 4) this.height = m.value;
      if (m.field == 7) this.url = m.text();
    }
  }
}

/** A vendor's answer. */
export class Response {
  state: string = ""; // the state of the exchange
  status: u64 = 0;
  format: u64 = 0;
  headers: Map<string, string> = new Map();
  leaves: Leaves = new Leaves();

  read(m: Message): void {
    while (m.next()) {
      if (m.field == 1) this.state = m.text();
      if (m.field == 2) this.status = m.value;
      if (m.field == 3) this.readHeader(m.message());
      if (m.field == 4) this.leaves.read(m.message());
      if (m.field == 5) this.format = m.value;
    }
  }

  /** The seconds of the header Retry-After in milliseconds. 0 if it is missing, a date, or too long for the contract. */
  retryAfterMs(): u64 {
    if (!this.headers.has("retry-after")) return 0;
    const text = this.headers.get("retry-after");
    let seconds: u64 = 0;
    for (let i = 0; i < text.length; i++) {
      const digit = <u64>text.charCodeAt(i) - 0x30; // huge below '0'
      if (digit > 9) return 0;
      seconds = seconds * 10 + digit;
      if (seconds > u32.MAX_VALUE / 1000) return 0;
    }
    return seconds * 1000;
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
export namespace Exchange { export const REQUEST = 1, STATE = 2, CACHE = 3, CAPTURE = 4, WANT_BODY = 5, FORGET = 6; }
export namespace Cache { export const KEY = 1, TTL_SECONDS = 2, TTL_POINTER = 3, MARGIN_SECONDS = 4; }
export namespace Capture { export const POINTER = 1, SECRET = 2; }
export namespace Request { export const METHOD = 1, URL = 2, QUERY = 3, HEADERS = 4, BODY = 5, TIMEOUT_MS = 6; }
export namespace Param { export const NAME = 1, VALUE = 2; }
export namespace Body { export const RAW = 1, FORM = 2, MULTIPART = 3, JSON = 4; }
export namespace Form { export const FIELDS = 1; }
export namespace Multipart { export const FIELDS = 1; }
export namespace MultipartField { export const NAME = 1, VALUE = 2, FILENAME = 3, CONTENT_TYPE = 4; }
export namespace JSONValue { export const TEXT = 1, LITERAL = 2, OBJECT = 3, ARRAY = 4; }
export namespace JSONObject { export const MEMBERS = 1; }
export namespace JSONArray { export const ITEMS = 1; }
export namespace Member { export const NAME = 1, VALUE = 2; }
export namespace Value { export const PARTS = 1; }
export namespace Part { export const LITERAL = 1, SECRET = 2, BLOB = 3, DIGEST = 4, BODY = 5; }
export namespace Blob { export const HANDLE = 1, ENCODING = 2; }
export namespace Digest { export const ALGORITHM = 1, KEY = 2, DATA = 3, OUTPUT = 4; }
export namespace Done {
  export const SIDE = 1, FIELDS = 2, SIGNALS = 3, PORTRAIT = 4, ROTATION = 5, VENDOR_REQUEST_ID = 6, BILLED = 7, EXTRAS = 8,
    CHECKS = 9;
}
export namespace Field { export const NAME = 1, TEXT = 2, CONFIDENCE = 3, POLYGON = 4, FLAGS = 5; }
export namespace Signal { export const NAME = 1, STATE = 2, VENDOR_CODE = 3; }
export namespace Fail {
  export const KIND = 1, VENDOR_CODE = 2, VENDOR_MESSAGE = 3, MESSAGE = 4, RETRYABLE = 5, FAIL_OVER = 6, BILLED = 7, FAULT = 8,
    RETRY_AFTER_MS = 9, VENDOR_REQUEST_ID = 10;
}

export enum Algorithm { UNSPECIFIED, MD5, SHA1, SHA256, SHA512, SM3, RSA_SHA256 }
export enum Encoding { RAW, BASE64, BASE64_PERCENT, HEX, HEX_UPPER }
export enum Format { UNSPECIFIED, JPG, PNG, BMP, WEBP }
export enum Side { UNSPECIFIED, FRONT, BACK }
export enum Billed { UNKNOWN, NO, YES }
export enum Fault { UNSPECIFIED, CALLER, OPERATOR, VENDOR, NETWORK }
export enum Kind {
  UNSPECIFIED, INVALID_REQUEST, INVALID_IMAGE, NO_DOCUMENT, UNREADABLE, UNAUTHENTICATED, PERMISSION_DENIED, QUOTA_EXHAUSTED,
  RATE_LIMITED, UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN, PROVIDER_ERROR, INTERNAL,
}

/** Ends fields that were opened inside each other. */
export function closeAll(w: Writer, opened: u32[]): void {
  for (let i = opened.length - 1; i >= 0; i--) w.close(opened[i]);
}

/** Begins the value of a header, a query parameter or a form field in this field. */
export function openParam(w: Writer, field: u32, name: string): u32[] {
  const param = w.open(field);
  w.text(Param.NAME, name);
  return [param, w.open(Param.VALUE)];
}

/** A field of a card with the text that was read. Without a text it writes nothing. */
export function read(w: Writer, name: string, text: string): void {
  if (text == "") return;
  const field = w.open(Done.FIELDS);
  w.text(Field.NAME, name);
  w.text(Field.TEXT, text);
  w.close(field);
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

/** Begins a part that is a digest of the parts that follow. */
export function digest(w: Writer, algorithm: Algorithm, output: Encoding): u32[] {
  return hmac(w, algorithm, output, "");
}

/** Begins a part that is an HMAC, or a signature, of the parts that follow; its key is a secret. */
export function hmac(w: Writer, algorithm: Algorithm, output: Encoding, key: string): u32[] {
  const opened = [w.open(Value.PARTS), w.open(Part.DIGEST)];
  w.number(Digest.ALGORITHM, algorithm);
  w.number(Digest.OUTPUT, output);
  if (key != "") {
    const value = w.open(Digest.KEY);
    secret(w, key);
    w.close(value);
  }
  opened.push(w.open(Digest.DATA));
  return opened;
}

/** A call without a card. */
export class Failure {
  vendorCode: string = "";
  vendorMessage: string = "";
  requestID: string = "";
  retryAfterMs: u64 = 0;

  constructor(
    public kind: Kind,
    public retryable: bool,
    public failOver: bool,
    public billed: Billed,
    public fault: Fault,
    public message: string,
  ) {}

  /** Writes the action. */
  write(action: Writer): void {
    const fail = action.open(Action.FAIL);
    action.number(Fail.KIND, this.kind);
    action.text(Fail.VENDOR_CODE, this.vendorCode);
    action.text(Fail.VENDOR_MESSAGE, this.vendorMessage);
    action.text(Fail.MESSAGE, this.message);
    action.number(Fail.RETRYABLE, this.retryable ? 1 : 0);
    action.number(Fail.FAIL_OVER, this.failOver ? 1 : 0);
    action.number(Fail.BILLED, this.billed);
    action.number(Fail.FAULT, this.fault);
    action.number(Fail.RETRY_AFTER_MS, this.retryAfterMs);
    action.text(Fail.VENDOR_REQUEST_ID, this.requestID);
    action.close(fail);
  }
}

/**
 * The failure for an answer that is not in the vendor's form, such as a proxy's error page. Its message names what is missing.
 * Billing is unknown unless the status says that the request was refused.
 */
export function noAnswer(r: Response, lacks: string): Failure {
  const formats = ["empty", "json", "xml", "form", "text", "binary", "multipart"];
  const format = r.format < <u64>formats.length ? formats[<i32>r.format] : "unknown";
  const message = "the answer (" + format + ", status " + r.status.toString() + ") has no " + lacks;
  const f = new Failure(Kind.PROVIDER_ERROR, false, true, Billed.UNKNOWN, Fault.VENDOR, message);
  f.retryAfterMs = r.retryAfterMs();
  switch (<u32>r.status) {
    case 401:
    case 403:
      f.kind = Kind.PERMISSION_DENIED;
      f.billed = Billed.NO;
      f.fault = Fault.OPERATOR;
      break;
    case 404:
      f.billed = Billed.NO;
      f.fault = Fault.OPERATOR;
      break;
    case 429:
      f.kind = Kind.RATE_LIMITED;
      f.retryable = true;
      f.billed = Billed.NO;
      f.fault = Fault.OPERATOR;
      break;
    case 503:
      f.kind = Kind.UNAVAILABLE;
      f.retryable = true;
      f.billed = Billed.NO;
      break;
    case 502:
    case 504:
      f.kind = Kind.OUTCOME_UNKNOWN;
      break;
  }
  return f;
}
