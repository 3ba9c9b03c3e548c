//! The provider for Jumdata's ID card OCR, in Rust: what plugins/jumdata is in Go, without its front door.

mod ocrmux;
mod wire;

use ocrmux::*;
use wire::{Message, Writer};

#[link_section = "ocrmux.manifest"]
#[used]
static MANIFEST: [u8; include_bytes!("manifest.json").len()] = *include_bytes!("manifest.json");

fn step(step: Message, action: &mut Writer) {
    let context = step.message(step::CONTEXT);
    if let Some(start) = step.find(step::START) {
        on_start(context, Message(start.data), action);
    } else if let Some(response) = step.find(step::RESPONSE) {
        on_response(Response(Message(response.data)), action);
    } else {
        let nothing = Failure { kind: Kind::Internal, retryable: false, fail_over: false, billed: Billed::No, fault: Fault::Operator, message: "the step has neither a start nor a response" };
        action.message(action::FAIL, |f| {
            nothing.write(f);
            f.text(fail::MESSAGE, nothing.message);
        });
    }
}

// ---- what to send

fn on_start(context: Message, start: Message, action: &mut Writer) {
    let configured = leaf_text(context, context::CONFIG, "/endpoint");
    let endpoint = if configured.is_empty() { "https://api.jumdata.com" } else { configured };
    action.message(action::EXCHANGE, |e| {
        e.message(exchange::REQUEST, |r| {
            r.text(request::METHOD, "POST");
            r.text(request::URL, &format!("{}/ocr/idcard-v1", endpoint.trim_end_matches('/')));
            r.message(request::BODY, |b| b.message(body::MULTIPART, |m| form(context, start, m)));
        });
    });
}

/// appId, timestamp, sign = sha256(appId + appSecret + timestamp), and one of file, base64 and url.
fn form(context: Message, start: Message, form: &mut Writer) {
    let now = context.number(context::NOW).to_string();
    text_field(form, "appId", |v| v.secret("app_id"));
    text_field(form, "timestamp", |v| v.literal(&now));
    text_field(form, "sign", |v| {
        v.sha256_hex(|data| {
            data.secret("app_id");
            data.secret("app_secret");
            data.literal(&now);
        })
    });
    let picture = start.message(start::PICTURE);
    let url = picture.text(picture::URL);
    if !url.is_empty() {
        text_field(form, "url", |v| v.literal(url));
    } else if leaf_text(context, context::CONFIG, "/upload") == "base64" {
        text_field(form, "base64", |v| v.image(Encoding::Base64));
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

fn text_field(form: &mut Writer, name: &str, value: impl FnOnce(&mut Writer)) {
    form.message(multipart::FIELDS, |f| {
        f.text(multipart_field::NAME, name);
        f.message(multipart_field::VALUE, value);
    });
}

// ---- what an answer means

/// The envelope {code, msg, taskNo, charge, data}. The HTTP status says nothing that code does not.
fn on_response(r: Response, action: &mut Writer) {
    let code = r.text("/code");
    if code.is_empty() {
        no_answer(r, action);
    } else if code != "200" {
        failed(r, refusal(code, r.text("/msg")), action);
    } else if r.text("/data/result") == "1" || !r.below("/data/validity").any(|(_, valid)| valid == "true") {
        // A picture that is no ID card is no error to this vendor: all its validities are false.
        let message = "the vendor read no field of an ID card";
        failed(r, Failure { kind: Kind::NoDocument, retryable: false, fail_over: true, billed: Billed::Yes, fault: Fault::Caller, message }, action);
    } else {
        action.message(action::DONE, |d| done(r, d));
    }
}

struct Failure {
    kind: Kind,
    retryable: bool,
    fail_over: bool,
    billed: Billed,
    fault: Fault,
    message: &'static str,
}

impl Failure {
    fn write(&self, fail: &mut Writer) {
        fail.number(fail::KIND, self.kind as u64);
        fail.number(fail::RETRYABLE, self.retryable.into());
        fail.number(fail::FAIL_OVER, self.fail_over.into());
        fail.number(fail::BILLED, self.billed as u64);
        fail.number(fail::FAULT, self.fault as u64);
    }
}

/// The vendor's table of return codes, without 200. None of them is billed unless the answer's charge says so. Of 400 the
/// message says whether it is about the picture.
fn refusal(code: &str, message: &str) -> Failure {
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
            return Failure { kind: ProviderError, retryable: false, fail_over: true, billed: Billed::Unknown, fault: Vendor, message };
        }
    };
    Failure { kind, retryable, fail_over, billed: Billed::No, fault, message }
}

/// What the answer says of the bill, or otherwise.
fn charged(r: Response, otherwise: Billed) -> Billed {
    match r.truth("/charge") {
        Some(true) => Billed::Yes,
        Some(false) => Billed::No,
        None => otherwise,
    }
}

fn failed(r: Response, failure: Failure, action: &mut Writer) {
    let failure = Failure { billed: charged(r, failure.billed), ..failure };
    action.message(action::FAIL, |f| {
        failure.write(f);
        f.text(fail::VENDOR_CODE, r.text("/code"));
        f.text(fail::VENDOR_MESSAGE, r.text("/msg"));
        f.text(fail::MESSAGE, failure.message);
        f.text(fail::VENDOR_REQUEST_ID, r.text("/taskNo"));
    });
}

/// An answer that is not in the vendor's form: a proxy's error page, for example. Whether it was billed is unknown unless the
/// status says that the request was turned away.
fn no_answer(r: Response, action: &mut Writer) {
    let status = r.0.number(response::STATUS);
    let format = FORMATS.get(r.0.number(response::FORMAT) as usize).unwrap_or(&"unknown");
    let (kind, retryable, billed, fault) = match status {
        401 | 403 => (Kind::PermissionDenied, false, Billed::No, Fault::Operator),
        404 => (Kind::ProviderError, false, Billed::No, Fault::Operator),
        429 => (Kind::RateLimited, true, Billed::No, Fault::Operator),
        502 | 503 => (Kind::Unavailable, true, Billed::No, Fault::Vendor),
        504 => (Kind::OutcomeUnknown, false, Billed::Unknown, Fault::Vendor),
        _ => (Kind::ProviderError, false, Billed::Unknown, Fault::Vendor),
    };
    action.message(action::FAIL, |f| {
        Failure { kind, retryable, fail_over: true, billed, fault, message: "" }.write(f);
        f.number(fail::RETRY_AFTER_MS, retry_after_ms(r.header("retry-after")));
        f.text(fail::MESSAGE, &format!("the answer ({format}, status {status}) has no code"));
    });
}

/// What the header asks for in seconds; 0 when it is absent, a date, or too long for the contract.
fn retry_after_ms(text: &str) -> u64 {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return 0; // parse would take a sign
    }
    let seconds: u32 = text.parse().unwrap_or(0);
    seconds.checked_mul(1000).unwrap_or(0).into()
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

/// Joins what the vendor gives in three pieces.
fn birth(year: &str, month: &str, day: &str) -> String {
    if year.is_empty() || month.is_empty() || day.is_empty() {
        return year.to_string();
    }
    format!("{year}年{month}月{day}日")
}
