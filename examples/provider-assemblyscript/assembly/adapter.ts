// The provider for Jumdata's ID card OCR in AssemblyScript: plugins/jumdata without its front door.
import { Writer } from "./wire";
import {
  Action, Algorithm, Billed, Body, Context, Done, Encoding, Exchange, Failure, Fault, Field, Format, Kind, Leaves, Multipart,
  MultipartField, Request, Response, Side, Start, closeAll, digest, image, literal, noAnswer, openParam, read, secret,
} from "./ocrmux";

// ---- request

export function onStart(c: Context, start: Start, action: Writer): void {
  const request = [action.open(Action.EXCHANGE), action.open(Exchange.REQUEST)];
  action.text(Request.METHOD, "POST");
  action.text(Request.URL, c.endpoint("https://api.jumdata.com") + "/ocr/idcard-v1");
  const form = [action.open(Request.BODY), action.open(Body.MULTIPART)];
  writeForm(c, start, action);
  closeAll(action, form);
  closeAll(action, request);
}

/** appId, timestamp, sign = sha256(appId + appSecret + timestamp), and one of file, base64 and url. */
function writeForm(c: Context, start: Start, w: Writer): void {
  const now = c.now.toString();

  let field = openParam(w, Multipart.FIELDS, "appId");
  secret(w, "app_id");
  closeAll(w, field);

  field = openParam(w, Multipart.FIELDS, "timestamp");
  literal(w, now);
  closeAll(w, field);

  field = openParam(w, Multipart.FIELDS, "sign");
  const sign = digest(w, Algorithm.SHA256, Encoding.HEX);
  secret(w, "app_id");
  secret(w, "app_secret");
  literal(w, now);
  closeAll(w, sign);
  closeAll(w, field);

  if (start.url != "") {
    field = openParam(w, Multipart.FIELDS, "url");
    literal(w, start.url);
    closeAll(w, field);
  } else if (c.config.text("/upload") == "base64") {
    field = openParam(w, Multipart.FIELDS, "base64");
    image(w, Encoding.BASE64);
    closeAll(w, field);
  } else {
    const png = start.format == Format.PNG;
    field = openParam(w, Multipart.FIELDS, "file");
    image(w, Encoding.RAW);
    w.close(field[1]);
    w.text(MultipartField.FILENAME, png ? "card.png" : "card.jpg");
    w.text(MultipartField.CONTENT_TYPE, png ? "image/png" : "image/jpeg");
    w.close(field[0]);
  }
}

// ---- answer

/** Reads the envelope {code, msg, taskNo, charge, data}. The HTTP status adds nothing to code. */
export function onResponse(_c: Context, r: Response, action: Writer): void {
  const code = r.leaves.text("/code");
  if (code == "") {
    noAnswer(r, "code").write(action);
  } else if (code != "200") {
    refuse(r.leaves, refusal(code, r.leaves.text("/msg")), action);
  } else if (r.leaves.text("/data/result") == "1" || !r.leaves.anyBelow("/data/validity", "true") || !anyField(r.leaves)) {
    // For a picture without an ID card the vendor returns a success in which no field is valid.
    const message = "the vendor read no field of an ID card";
    refuse(r.leaves, new Failure(Kind.NO_DOCUMENT, false, true, Billed.YES, Fault.CALLER, message), action);
  } else {
    const done = action.open(Action.DONE);
    writeDone(r.leaves, action);
    action.close(done);
  }
}

/** The vendor's table of return codes, without 200. They are not billed unless charge in the answer says so. */
function refusal(code: string, message: string): Failure {
  if (code == "301") return new Failure(Kind.UNREADABLE, false, true, Billed.NO, Fault.CALLER, "the vendor could not recognise the picture");
  if (code == "400") {
    // The message says whether the picture is wrong.
    if (message.includes("照片")) return new Failure(Kind.INVALID_IMAGE, false, true, Billed.NO, Fault.CALLER, "the vendor could not use the picture");
    return new Failure(Kind.INVALID_REQUEST, false, false, Billed.NO, Fault.CALLER, "the vendor refused a parameter");
  }
  if (code == "404") return new Failure(Kind.PROVIDER_ERROR, false, true, Billed.NO, Fault.OPERATOR, "the endpoint is wrong");
  if (code == "500") return new Failure(Kind.UNAVAILABLE, true, true, Billed.NO, Fault.VENDOR, "the vendor is under maintenance");
  if (code == "601") return new Failure(Kind.PERMISSION_DENIED, false, true, Billed.NO, Fault.OPERATOR, "the account has not subscribed to this interface");
  if (code == "602") return new Failure(Kind.PERMISSION_DENIED, false, true, Billed.NO, Fault.OPERATOR, "the account is disabled");
  if (code == "603") return new Failure(Kind.QUOTA_EXHAUSTED, false, true, Billed.NO, Fault.OPERATOR, "the account's balance is used up");
  if (code == "604") return new Failure(Kind.UNAVAILABLE, false, true, Billed.NO, Fault.VENDOR, "the vendor has switched the interface off");
  if (code == "606") return new Failure(Kind.RATE_LIMITED, true, true, Billed.NO, Fault.OPERATOR, "the account's call limit is reached");
  if (code == "607") return new Failure(Kind.PERMISSION_DENIED, false, true, Billed.NO, Fault.OPERATOR, "this machine's address is not on the account's white list");
  if (code == "609") return new Failure(Kind.RATE_LIMITED, true, true, Billed.NO, Fault.OPERATOR, "too many calls in a short time");
  if (code == "610") return new Failure(Kind.TIMEOUT, true, true, Billed.NO, Fault.VENDOR, "the vendor timed out");
  if (code == "999") return new Failure(Kind.PROVIDER_ERROR, false, true, Billed.NO, Fault.VENDOR, "the vendor's catch-all code");
  return new Failure(Kind.PROVIDER_ERROR, false, true, Billed.UNKNOWN, Fault.VENDOR, "the vendor's document does not list this code");
}

/** Whether the answer says that the call is billed, or otherwise if it does not say. */
function charged(answer: Leaves, otherwise: Billed): Billed {
  if (answer.isTrue("/charge")) return Billed.YES;
  return answer.isFalse("/charge") ? Billed.NO : otherwise;
}

function refuse(answer: Leaves, failure: Failure, action: Writer): void {
  failure.billed = charged(answer, failure.billed);
  failure.vendorCode = answer.text("/code");
  failure.vendorMessage = answer.text("/msg");
  failure.requestID = answer.text("/taskNo");
  failure.write(action);
}

/** Whether the answer has a field of a card. */
function anyField(answer: Leaves): bool {
  const keys = ["name", "sex", "nation", "year", "address", "number", "authority", "timelimit"];
  for (let i = 0; i < keys.length; i++) {
    if (answer.text("/data/info/" + keys[i]) != "") return true;
  }
  return false;
}

function writeDone(answer: Leaves, w: Writer): void {
  const side = answer.text("/data/side");
  w.number(Done.SIDE, side == "front" ? Side.FRONT : side == "back" ? Side.BACK : Side.UNSPECIFIED);
  writeField(answer, w, "name", answer.text("/data/info/name"), "name");
  writeField(answer, w, "sex", answer.text("/data/info/sex"), "sex");
  read(w, "ethnicity", answer.text("/data/info/nation"));
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

/** A field with the text that was read, flagged if it is not valid. Without a text there is no field. */
function writeField(answer: Leaves, w: Writer, name: string, text: string, validity: string): void {
  if (text == "") return;
  const field = w.open(Done.FIELDS);
  w.text(Field.NAME, name);
  w.text(Field.TEXT, text);
  if (answer.isFalse("/data/validity/" + validity)) w.text(Field.FLAGS, "uncertain");
  w.close(field);
}

/** The birth date, which the vendor gives in three parts. */
function birth(answer: Leaves): string {
  const year = answer.text("/data/info/year");
  const month = answer.text("/data/info/month");
  const day = answer.text("/data/info/day");
  return year == "" || month == "" || day == "" ? year : year + "年" + month + "月" + day + "日";
}
