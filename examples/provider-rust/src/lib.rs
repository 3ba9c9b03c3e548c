//! The provider for Jumdata's ID card OCR in Rust: plugins/jumdata without its front door.

mod ocrmux;
mod wire;

use ocrmux::*;
use wire::{Message, Writer};

// ---- request

fn on_start(context: Message, start: Message, action: &mut Writer) {
    let endpoint = endpoint(context, "https://api.jumdata.com");
    action.message(action::EXCHANGE, |e| {
        e.message(exchange::REQUEST, |r| {
            r.text(request::METHOD, "POST");
            r.text(request::URL, &format!("{endpoint}/ocr/idcard-v1"));
            r.message(request::BODY, |b| b.message(body::MULTIPART, |m| form(context, start, m)));
        });
    });
}

/// appId, timestamp, sign = sha256(appId + appSecret + timestamp), and one of file, base64 and url.
fn form(context: Message, start: Message, form: &mut Writer) {
    let now = context.number(context::NOW).to_string();
    form.param(multipart::FIELDS, "appId", |v| v.secret("app_id"));
    form.param(multipart::FIELDS, "timestamp", |v| v.literal(&now));
    form.param(multipart::FIELDS, "sign", |v| {
        v.digest(Algorithm::Sha256, Encoding::Hex, |data| {
            data.secret("app_id");
            data.secret("app_secret");
            data.literal(&now);
        })
    });
    let picture = start.message(start::PICTURE);
    let url = picture.text(picture::URL);
    if !url.is_empty() {
        form.param(multipart::FIELDS, "url", |v| v.literal(url));
    } else if leaf_text(context, context::CONFIG, "/upload") == "base64" {
        form.param(multipart::FIELDS, "base64", |v| v.image(Encoding::Base64));
    } else {
        let png = picture.number(picture::FORMAT) == PNG;
        form.message(multipart::FIELDS, |f| {
            f.text(multipart_field::NAME, "file");
            f.message(multipart_field::VALUE, |v| v.image(Encoding::Raw));
            f.text(multipart_field::FILENAME, if png { "card.png" } else { "card.jpg" });
            f.text(multipart_field::CONTENT_TYPE, if png { "image/png" } else { "image/jpeg" });
        });
    }
}

// ---- answer

/// Reads the envelope {code, msg, taskNo, charge, data}. The HTTP status adds nothing to code.
fn on_response(_: Message, r: Response, action: &mut Writer) {
    let code = r.text("/code");
    if code.is_empty() {
        no_answer(r, "code", action);
    } else if code != "200" {
        refuse(r, refusal(code, r.text("/msg")), action);
    } else if r.text("/data/result") == "1" || !r.below("/data/validity").any(|(_, valid)| valid == "true") || !any_field(r) {
        // For a picture without an ID card the vendor returns a success in which no field is valid.
        let message = "the vendor read no field of an ID card";
        refuse(r, Failure { kind: Kind::NoDocument, fail_over: true, billed: Billed::Yes, fault: Fault::Caller, message, ..Failure::default() }, action);
    } else {
        action.message(action::DONE, |d| done(r, d));
    }
}

/// The vendor's table of return codes, without 200. They are not billed unless charge in the answer says so. For 400, the
/// message says whether the picture is wrong.
fn refusal(code: &str, message: &str) -> Failure<'static> {
    use Fault::*;
    use Kind::*;
    let (kind, retryable, fail_over, fault, message) = match code {
        "301" => (Unreadable, false, true, Caller, "the vendor could not recognise the picture"),
        "400" if message.contains("照片") => (InvalidImage, false, true, Caller, "the vendor could not use the picture"),
        "400" => (InvalidRequest, false, false, Caller, "the vendor refused a parameter"),
        "404" => (ProviderError, false, true, Operator, "the endpoint is wrong"),
        "500" => (Unavailable, true, true, Vendor, "the vendor is under maintenance"),
        "601" => (PermissionDenied, false, true, Operator, "the account has not subscribed to this interface"),
        "602" => (PermissionDenied, false, true, Operator, "the account is disabled"),
        "603" => (QuotaExhausted, false, true, Operator, "the account's balance is used up"),
        "604" => (Unavailable, false, true, Vendor, "the vendor has switched the interface off"),
        "606" => (RateLimited, true, true, Operator, "the account's call limit is reached"),
        "607" => (PermissionDenied, false, true, Operator, "this machine's address is not on the account's white list"),
        "609" => (RateLimited, true, true, Operator, "too many calls in a short time"),
        "610" => (Timeout, true, true, Vendor, "the vendor timed out"),
        "999" => (ProviderError, false, true, Vendor, "the vendor's catch-all code"),
        _ => {
            let message = "the vendor's document does not list this code";
            return Failure { fail_over: true, message, ..Failure::default() };
        }
    };
    Failure { kind, retryable, fail_over, billed: Billed::No, fault, message, ..Failure::default() }
}

/// Whether the answer says that the call is billed, or `otherwise` if it does not say.
fn charged(r: Response, otherwise: Billed) -> Billed {
    match r.truth("/charge") {
        Some(true) => Billed::Yes,
        Some(false) => Billed::No,
        None => otherwise,
    }
}

fn refuse(r: Response, failure: Failure, action: &mut Writer) {
    let (vendor_code, vendor_message, request_id) = (r.text("/code"), r.text("/msg"), r.text("/taskNo"));
    Failure { billed: charged(r, failure.billed), vendor_code, vendor_message, request_id, ..failure }.write(action);
}

/// Whether the answer has a field of a card.
fn any_field(r: Response) -> bool {
    let keys = ["name", "sex", "nation", "year", "address", "number", "authority", "timelimit"];
    keys.iter().any(|key| !r.text(&format!("/data/info/{key}")).is_empty())
}

fn done(r: Response, done: &mut Writer) {
    match r.text("/data/side") {
        "front" => done.number(done::SIDE, 1),
        "back" => done.number(done::SIDE, 2),
        _ => {}
    }
    let info = |key: &str| r.text(&format!("/data/info/{key}"));
    let mut field = |name: &str, text: &str, validity: &str| {
        if text.is_empty() {
            return;
        }
        done.message(done::FIELDS, |f| {
            f.text(field::NAME, name);
            f.text(field::TEXT, text);
            if r.truth(&format!("/data/validity/{validity}")) == Some(false) {
                f.text(field::FLAGS, "uncertain");
            }
        });
    };
    field("name", info("name"), "name");
    field("sex", info("sex"), "sex");
    field("ethnicity", info("nation"), "");
    field("birth_date", &birth(info("year"), info("month"), info("day")), "birthday");
    field("address", info("address"), "address");
    field("id_number", info("number"), "number");
    field("issuing_authority", info("authority"), "authority");
    field("validity", info("timelimit"), "timelimit");
    match r.text("/data/rotate") {
        "" => done.double(done::ROTATION, 0.0),
        "cw90" => done.double(done::ROTATION, 90.0),
        "cw180" => done.double(done::ROTATION, 180.0),
        "cw270" => done.double(done::ROTATION, 270.0),
        _ => {}
    }
    done.text(done::VENDOR_REQUEST_ID, r.text("/taskNo"));
    done.number(done::BILLED, charged(r, Billed::Yes) as u64);
}

/// The birth date, which the vendor gives in three parts.
fn birth(year: &str, month: &str, day: &str) -> String {
    if year.is_empty() || month.is_empty() || day.is_empty() {
        return year.to_string();
    }
    format!("{year}年{month}月{day}日")
}
