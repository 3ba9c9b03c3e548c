//! The adapter: the request to the vendor, and the meaning of its answer.

mod ocrmux;
mod wire;

use ocrmux::*;
use wire::{Message, Writer};

/// The vendor's address. manifest.json must list it as well: the host refuses requests to other addresses.
const VENDOR: &str = "https://api.example.com";

// ---- request

/// Sends {"image": base64} with three headers: X-Key, X-Timestamp (seconds) and
/// X-Sign = hmac-sha256(app_secret, app_key + "\n" + timestamp) in hexadecimal.
fn on_start(context: Message, _: Message, action: &mut Writer) {
    let timestamp = &(context.number(context::NOW) / 1000).to_string();
    action.message(action::EXCHANGE, |e| {
        e.message(exchange::REQUEST, |r| {
            r.text(request::METHOD, "POST");
            r.text(request::URL, &format!("{}/v1/idcard", endpoint(context, VENDOR)));
            r.param(request::HEADERS, "X-Key", |v| v.secret("app_key"));
            r.param(request::HEADERS, "X-Timestamp", |v| v.literal(timestamp));
            r.param(request::HEADERS, "X-Sign", |v| {
                v.hmac(Algorithm::Sha256, Encoding::Hex, |key| key.secret("app_secret"), |data| {
                    data.secret("app_key");
                    data.literal("\n");
                    data.literal(timestamp);
                })
            });
            r.message(request::BODY, |b| b.message(body::JSON, |j| j.message(json::OBJECT, picture)));
        });
    });
}

fn picture(object: &mut Writer) {
    object.message(object::MEMBERS, |m| {
        m.text(member::NAME, "image");
        m.message(member::VALUE, |j| j.message(json::TEXT, |v| v.image(Encoding::Base64)));
    });
}

// ---- answer

/// Reads {"code", "message", "request_id", "data": {"side", "name", …}}.
fn on_response(_: Message, r: Response, action: &mut Writer) {
    match r.text("/code") {
        "" => no_answer(r, "code", action),
        "0" if FIELDS.iter().all(|(_, pointer)| r.text(pointer).is_empty()) => {
            let message = "the vendor read no field of an ID card";
            refuse(r, Failure { kind: Kind::NoDocument, fail_over: true, billed: Billed::Yes, fault: Fault::Caller, message, ..Failure::default() }, action)
        }
        "0" => action.message(action::DONE, |d| done(r, d)),
        code => refuse(r, listed(code), action),
    }
}

/// The vendor's table of codes, row by row, without 0. Take what is billed from the vendor's price list. If the vendor does
/// not say it, use `Billed::Unknown`.
fn listed(code: &str) -> Failure<'static> {
    use Billed::*;
    use Fault::*;
    use Kind::*;
    let (kind, retryable, fail_over, billed, fault, message) = match code {
        "1001" => (InvalidRequest, false, false, No, Caller, "the vendor refused a parameter"),
        "1002" => (InvalidImage, false, true, No, Caller, "the vendor could not use the picture"),
        "1003" => (NoDocument, false, true, Yes, Caller, "the vendor found no ID card"),
        "2001" => (Unauthenticated, false, true, No, Operator, "the key or the signature is wrong"),
        "2002" => (QuotaExhausted, false, true, No, Operator, "the account's balance is used up"),
        "2003" => (RateLimited, true, true, No, Operator, "too many calls in a short time"),
        "5001" => (Unavailable, true, true, No, Vendor, "the vendor is busy"),
        _ => (ProviderError, false, true, Unknown, Vendor, "the vendor's document does not list this code"),
    };
    Failure { kind, retryable, fail_over, billed, fault, message, ..Failure::default() }
}

fn refuse(r: Response, failure: Failure, action: &mut Writer) {
    let (vendor_code, vendor_message, request_id) = (r.text("/code"), r.text("/message"), r.text("/request_id"));
    Failure { vendor_code, vendor_message, request_id, retry_after_ms: r.retry_after_ms(), ..failure }.write(action);
}

/// The place of each field. Pass texts on unchanged: the host normalises dates and checks numbers.
const FIELDS: [(&str, &str); 8] = [
    ("name", "/data/name"),
    ("sex", "/data/sex"),
    ("ethnicity", "/data/nation"),
    ("birth_date", "/data/birth"),
    ("address", "/data/address"),
    ("id_number", "/data/number"),
    ("issuing_authority", "/data/authority"),
    ("validity", "/data/validity"),
];

fn done(r: Response, done: &mut Writer) {
    let side = match r.text("/data/side") {
        "front" => Side::Front,
        "back" => Side::Back,
        _ => Side::Unspecified,
    };
    done.number(done::SIDE, side as u64);
    for (name, pointer) in FIELDS {
        done.read(name, r.text(pointer));
    }
    done.text(done::VENDOR_REQUEST_ID, r.text("/request_id"));
    done.number(done::BILLED, Billed::Yes as u64);
}
