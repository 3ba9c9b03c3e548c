// The adapter: the request to the vendor, and the meaning of its answer.
import { Writer } from "./wire";
import {
  Action, Algorithm, Billed, Body, Context, Done, Encoding, Exchange, Failure, Fault, JSONObject, JSONValue, Kind, Leaves, Member,
  Request, Response, Side, Start, closeAll, hmac, image, literal, noAnswer, openParam, read, secret,
} from "./ocrmux";

// The vendor's address. manifest.json must list it as well: the host refuses requests to other addresses.
const vendor = "https://api.example.com";

// ---- request

/** Sends {"image": base64} with three headers: X-Key, X-Timestamp (seconds) and X-Sign. */
export function onStart(c: Context, _start: Start, action: Writer): void {
  const timestamp = (c.now / 1000).toString();
  const request = [action.open(Action.EXCHANGE), action.open(Exchange.REQUEST)];
  action.text(Request.METHOD, "POST");
  action.text(Request.URL, c.endpoint(vendor) + "/v1/idcard");

  let header = openParam(action, Request.HEADERS, "X-Key");
  secret(action, "app_key");
  closeAll(action, header);

  header = openParam(action, Request.HEADERS, "X-Timestamp");
  literal(action, timestamp);
  closeAll(action, header);

  header = openParam(action, Request.HEADERS, "X-Sign");
  writeSign(timestamp, action);
  closeAll(action, header);

  const member = [action.open(Request.BODY), action.open(Body.JSON), action.open(JSONValue.OBJECT), action.open(JSONObject.MEMBERS)];
  action.text(Member.NAME, "image");
  const text = [action.open(Member.VALUE), action.open(JSONValue.TEXT)];
  image(action, Encoding.BASE64);
  closeAll(action, text);
  closeAll(action, member);
  closeAll(action, request);
}

/** hmac-sha256(app_secret, app_key + "\n" + timestamp) in hexadecimal. */
function writeSign(timestamp: string, w: Writer): void {
  const sign = hmac(w, Algorithm.SHA256, Encoding.HEX, "app_secret");
  secret(w, "app_key");
  literal(w, "\n");
  literal(w, timestamp);
  closeAll(w, sign);
}

// ---- answer

/** Reads {"code", "message", "request_id", "data": {"side", "name", …}}. */
export function onResponse(_c: Context, r: Response, action: Writer): void {
  const code = r.leaves.text("/code");
  if (code == "") {
    noAnswer(r, "code").write(action);
  } else if (code != "0") {
    refuse(r, listed(code), action);
  } else if (!anyField(r.leaves)) {
    refuse(r, new Failure(Kind.NO_DOCUMENT, false, true, Billed.YES, Fault.CALLER, "the vendor read no field of an ID card"), action);
  } else {
    const done = action.open(Action.DONE);
    writeDone(r.leaves, action);
    action.close(done);
  }
}

/**
 * The vendor's table of codes, row by row, without 0. Take what is billed from the vendor's price list. If the vendor does
 * not say it, use Billed.UNKNOWN.
 */
function listed(code: string): Failure {
  if (code == "1001") return new Failure(Kind.INVALID_REQUEST, false, false, Billed.NO, Fault.CALLER, "the vendor refused a parameter");
  if (code == "1002") return new Failure(Kind.INVALID_IMAGE, false, true, Billed.NO, Fault.CALLER, "the vendor could not use the picture");
  if (code == "1003") return new Failure(Kind.NO_DOCUMENT, false, true, Billed.YES, Fault.CALLER, "the vendor found no ID card");
  if (code == "2001") return new Failure(Kind.UNAUTHENTICATED, false, true, Billed.NO, Fault.OPERATOR, "the key or the signature is wrong");
  if (code == "2002") return new Failure(Kind.QUOTA_EXHAUSTED, false, true, Billed.NO, Fault.OPERATOR, "the account's balance is used up");
  if (code == "2003") return new Failure(Kind.RATE_LIMITED, true, true, Billed.NO, Fault.OPERATOR, "too many calls in a short time");
  if (code == "5001") return new Failure(Kind.UNAVAILABLE, true, true, Billed.NO, Fault.VENDOR, "the vendor is busy");
  return new Failure(Kind.PROVIDER_ERROR, false, true, Billed.UNKNOWN, Fault.VENDOR, "the vendor's document does not list this code");
}

function refuse(r: Response, failure: Failure, action: Writer): void {
  failure.vendorCode = r.leaves.text("/code");
  failure.vendorMessage = r.leaves.text("/message");
  failure.requestID = r.leaves.text("/request_id");
  failure.retryAfterMs = r.retryAfterMs();
  failure.write(action);
}

// The place of each field. Pass texts on unchanged: the host normalises dates and checks numbers.
const fields: StaticArray<StaticArray<string>> = [
  ["name", "/data/name"],
  ["sex", "/data/sex"],
  ["ethnicity", "/data/nation"],
  ["birth_date", "/data/birth"],
  ["address", "/data/address"],
  ["id_number", "/data/number"],
  ["issuing_authority", "/data/authority"],
  ["validity", "/data/validity"],
];

function anyField(answer: Leaves): bool {
  for (let i = 0; i < fields.length; i++) {
    if (answer.text(fields[i][1]) != "") return true;
  }
  return false;
}

function writeDone(answer: Leaves, w: Writer): void {
  const side = answer.text("/data/side");
  w.number(Done.SIDE, side == "front" ? Side.FRONT : side == "back" ? Side.BACK : Side.UNSPECIFIED);
  for (let i = 0; i < fields.length; i++) read(w, fields[i][0], answer.text(fields[i][1]));
  w.text(Done.VENDOR_REQUEST_ID, answer.text("/request_id"));
  w.number(Done.BILLED, Billed.YES);
}
