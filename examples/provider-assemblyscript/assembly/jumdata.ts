// The provider for Jumdata's ID card OCR, in AssemblyScript: what plugins/jumdata is in Go, without its front door.
import { Message, Writer } from "./wire";
import {
  Action, Billed, Body, Context, Done, Encoding, Exchange, Fail, Fault, Field, Format, Kind, Leaves, Multipart, MultipartField, Request,
  Response, Side, Start, Step, closeSHA256, formatName, image, literal, openSHA256, secret,
} from "./ocrmux";

// ---- what to send

function onStart(c: Context, start: Start, action: Writer): void {
  let endpoint = c.config.text("/endpoint");
  if (endpoint == "") endpoint = "https://api.jumdata.com";
  while (endpoint.endsWith("/")) endpoint = endpoint.slice(0, -1);
  const exchange = action.open(Action.EXCHANGE);
  const request = action.open(Exchange.REQUEST);
  action.text(Request.METHOD, "POST");
  action.text(Request.URL, endpoint + "/ocr/idcard-v1");
  const body = action.open(Request.BODY);
  const form = action.open(Body.MULTIPART);
  writeForm(c, start, action);
  action.close(form);
  action.close(body);
  action.close(request);
  action.close(exchange);
}

/** appId, timestamp, sign = sha256(appId + appSecret + timestamp), and one of file, base64 and url. */
function writeForm(c: Context, start: Start, w: Writer): void {
  const now = c.now.toString();

  let field = openField(w, "appId");
  secret(w, "app_id");
  closeField(w, field);

  field = openField(w, "timestamp");
  literal(w, now);
  closeField(w, field);

  field = openField(w, "sign");
  const sign = openSHA256(w);
  secret(w, "app_id");
  secret(w, "app_secret");
  literal(w, now);
  closeSHA256(w, sign);
  closeField(w, field);

  if (start.url != "") {
    field = openField(w, "url");
    literal(w, start.url);
    closeField(w, field);
  } else if (c.config.text("/upload") == "base64") {
    field = openField(w, "base64");
    image(w, Encoding.BASE64);
    closeField(w, field);
  } else {
    const png = start.format == Format.PNG;
    field = openField(w, "file");
    image(w, Encoding.RAW);
    w.close(field[1]);
    w.text(MultipartField.FILENAME, png ? "card.png" : "card.jpg");
    w.text(MultipartField.CONTENT_TYPE, png ? "image/png" : "image/jpeg");
    w.close(field[0]);
  }
}

/** Begins a form field and its value. */
function openField(w: Writer, name: string): StaticArray<u32> {
  const field = w.open(Multipart.FIELDS);
  w.text(MultipartField.NAME, name);
  return [field, w.open(MultipartField.VALUE)];
}

function closeField(w: Writer, opened: StaticArray<u32>): void {
  w.close(opened[1]);
  w.close(opened[0]);
}

// ---- what an answer means

/** The envelope {code, msg, taskNo, charge, data}. The HTTP status says nothing that code does not. */
function onResponse(r: Response, action: Writer): void {
  const code = r.leaves.text("/code");
  if (code == "") {
    noAnswer(r, action);
  } else if (code != "200") {
    failed(r.leaves, refusal(code, r.leaves.text("/msg")), action);
  } else if (r.leaves.text("/data/result") == "1" || !r.leaves.anyBelow("/data/validity", "true")) {
    // A picture that is no ID card is no error to this vendor: all its validities are false.
    const message = "the vendor read no field of an ID card";
    failed(r.leaves, new Failure(Kind.NO_DOCUMENT, false, true, Fault.CALLER, message, Billed.YES), action);
  } else {
    const done = action.open(Action.DONE);
    writeDone(r.leaves, action);
    action.close(done);
  }
}

class Failure {
  constructor(
    public kind: Kind,
    public retryable: bool,
    public failOver: bool,
    public fault: Fault,
    public message: string,
    public billed: Billed = Billed.NO,
  ) {}

  write(w: Writer): void {
    w.number(Fail.KIND, this.kind);
    w.text(Fail.MESSAGE, this.message);
    w.number(Fail.RETRYABLE, this.retryable ? 1 : 0);
    w.number(Fail.FAIL_OVER, this.failOver ? 1 : 0);
    w.number(Fail.BILLED, this.billed);
    w.number(Fail.FAULT, this.fault);
  }
}

/** The vendor's table of return codes, without 200. None of them is billed unless the answer's charge says so. */
function refusal(code: string, message: string): Failure {
  if (code == "301") return new Failure(Kind.UNREADABLE, false, true, Fault.CALLER, "the vendor could not recognise the picture");
  if (code == "400") {
    // The message says whether it is about the picture.
    if (message.includes("照片")) return new Failure(Kind.INVALID_IMAGE, false, true, Fault.CALLER, "the vendor could not use the picture");
    return new Failure(Kind.INVALID_REQUEST, false, false, Fault.CALLER, "the vendor refused a parameter");
  }
  if (code == "404") return new Failure(Kind.PROVIDER_ERROR, false, true, Fault.OPERATOR, "the endpoint is wrong");
  if (code == "500") return new Failure(Kind.UNAVAILABLE, true, true, Fault.VENDOR, "the vendor is under maintenance");
  if (code == "601") return new Failure(Kind.PERMISSION_DENIED, false, true, Fault.OPERATOR, "the account has not subscribed to this interface");
  if (code == "602") return new Failure(Kind.PERMISSION_DENIED, false, true, Fault.OPERATOR, "the account is disabled");
  if (code == "603") return new Failure(Kind.QUOTA_EXHAUSTED, false, true, Fault.OPERATOR, "the account's balance is used up");
  if (code == "604") return new Failure(Kind.UNAVAILABLE, false, true, Fault.VENDOR, "the vendor has switched the interface off");
  if (code == "606") return new Failure(Kind.RATE_LIMITED, true, true, Fault.OPERATOR, "the account's call limit is reached");
  if (code == "607") return new Failure(Kind.PERMISSION_DENIED, false, true, Fault.OPERATOR, "this machine's address is not on the account's white list");
  if (code == "609") return new Failure(Kind.RATE_LIMITED, true, true, Fault.OPERATOR, "too many calls in a short time");
  if (code == "610") return new Failure(Kind.TIMEOUT, true, true, Fault.VENDOR, "the vendor timed out");
  if (code == "999") return new Failure(Kind.PROVIDER_ERROR, false, true, Fault.VENDOR, "the vendor's catch-all code");
  return new Failure(Kind.PROVIDER_ERROR, false, true, Fault.VENDOR, "the vendor's document does not list this code", Billed.UNKNOWN);
}

/** What the answer says of the bill, or otherwise. */
function charged(answer: Leaves, otherwise: Billed): Billed {
  if (answer.isTrue("/charge")) return Billed.YES;
  return answer.isFalse("/charge") ? Billed.NO : otherwise;
}

function failed(answer: Leaves, failure: Failure, action: Writer): void {
  failure.billed = charged(answer, failure.billed);
  const fail = action.open(Action.FAIL);
  failure.write(action);
  action.text(Fail.VENDOR_CODE, answer.text("/code"));
  action.text(Fail.VENDOR_MESSAGE, answer.text("/msg"));
  action.text(Fail.VENDOR_REQUEST_ID, answer.text("/taskNo"));
  action.close(fail);
}

/**
 * An answer that is not in the vendor's form: a proxy's error page, for example. Whether it was billed is unknown unless the
 * status says that the request was turned away.
 */
function noAnswer(r: Response, action: Writer): void {
  const message = "the answer (" + formatName(r.format) + ", status " + r.status.toString() + ") has no code";
  const f = new Failure(Kind.PROVIDER_ERROR, false, true, Fault.VENDOR, message, Billed.UNKNOWN);
  const status = <u32>r.status;
  if (status == 401 || status == 403) {
    f.kind = Kind.PERMISSION_DENIED;
    f.fault = Fault.OPERATOR;
    f.billed = Billed.NO;
  } else if (status == 404) {
    f.fault = Fault.OPERATOR;
    f.billed = Billed.NO;
  } else if (status == 429) {
    f.kind = Kind.RATE_LIMITED;
    f.retryable = true;
    f.fault = Fault.OPERATOR;
    f.billed = Billed.NO;
  } else if (status == 502 || status == 503) {
    f.kind = Kind.UNAVAILABLE;
    f.retryable = true;
    f.billed = Billed.NO;
  } else if (status == 504) {
    f.kind = Kind.OUTCOME_UNKNOWN;
  }
  const fail = action.open(Action.FAIL);
  f.write(action);
  if (r.headers.has("retry-after")) action.number(Fail.RETRY_AFTER_MS, milliseconds(r.headers.get("retry-after")));
  action.close(fail);
}

/** Seconds in decimal, in milliseconds; 0 for anything else, and for more than the contract can say. */
function milliseconds(seconds: string): u64 {
  let n: u64 = 0;
  for (let i = 0; i < seconds.length; i++) {
    const digit = <u64>seconds.charCodeAt(i) - 0x30;
    if (digit > 9) return 0;
    n = n * 10 + digit;
    if (n > u32.MAX_VALUE / 1000) return 0;
  }
  return n * 1000;
}

function writeDone(answer: Leaves, w: Writer): void {
  const side = answer.text("/data/side");
  w.number(Done.SIDE, side == "front" ? Side.FRONT : side == "back" ? Side.BACK : Side.UNSPECIFIED);
  writeField(answer, w, "name", answer.text("/data/info/name"), "name");
  writeField(answer, w, "sex", answer.text("/data/info/sex"), "sex");
  writeField(answer, w, "ethnicity", answer.text("/data/info/nation"), "");
  writeField(answer, w, "birth_date", birth(answer), "birthday");
  writeField(answer, w, "address", answer.text("/data/info/address"), "address");
  writeField(answer, w, "id_number", answer.text("/data/info/number"), "number");
  writeField(answer, w, "issuing_authority", answer.text("/data/info/authority"), "authority");
  writeField(answer, w, "validity", answer.text("/data/info/timelimit"), "timelimit");
  const turn = answer.text("/data/rotate");
  if (turn == "") w.double(Done.ROTATION, 0);
  if (turn == "cw90") w.double(Done.ROTATION, 90);
  if (turn == "cw180") w.double(Done.ROTATION, 180);
  if (turn == "cw270") w.double(Done.ROTATION, 270);
  w.text(Done.VENDOR_REQUEST_ID, answer.text("/taskNo"));
  w.number(Done.BILLED, charged(answer, Billed.YES));
}

/** A field as read, flagged when validity doubts it. Without a text there is no field. */
function writeField(answer: Leaves, w: Writer, name: string, text: string, validity: string): void {
  if (text == "") return;
  const field = w.open(Done.FIELDS);
  w.text(Field.NAME, name);
  w.text(Field.TEXT, text);
  if (answer.isFalse("/data/validity/" + validity)) w.text(Field.FLAGS, "uncertain");
  w.close(field);
}

/** Joins what the vendor gives in three pieces. */
function birth(answer: Leaves): string {
  const year = answer.text("/data/info/year");
  const month = answer.text("/data/info/month");
  const day = answer.text("/data/info/day");
  return year == "" || month == "" || day == "" ? year : year + "年" + month + "月" + day + "日";
}

// ---- what the host calls

// Room for the input, and the last answer: both are good until the next call.
let input = new StaticArray<u8>(0);
let output = new Writer();

export function ocrmux_abi_v1(): u32 {
  return 0;
}

export function ocrmux_alloc(length: u32): usize {
  if (<u32>input.length < length) input = new StaticArray<u8>(length);
  return changetype<usize>(input);
}

export function ocrmux_step(length: u32): u64 {
  __collect(); // the one place where nothing but the globals is alive
  const at = changetype<usize>(input);
  const step = new Message(at, at + length);
  const context = new Context();
  let start: Start | null = null;
  let response: Response | null = null;
  while (step.next()) {
    if (step.field == Step.CONTEXT) context.read(step.message());
    if (step.field == Step.START) (start = new Start()).read(step.message());
    if (step.field == Step.RESPONSE) (response = new Response()).read(step.message());
  }
  output = new Writer();
  if (start) {
    onStart(context, start, output);
  } else if (response) {
    onResponse(response, output);
  } else {
    const fail = output.open(Action.FAIL);
    new Failure(Kind.INTERNAL, false, false, Fault.OPERATOR, "the step has neither a start nor a response").write(output);
    output.close(fail);
  }
  return output.place();
}
