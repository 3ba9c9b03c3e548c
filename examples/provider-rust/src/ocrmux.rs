//! The contract for providers: field numbers and enumerations of provider.proto, and functions to read leaves, to write
//! values and to write failures. docs/abi.md explains them. Front doors and host functions are not included.

#![allow(dead_code)] // no provider uses all of it

use crate::wire::{Message, Writer};

/// Makes a module of field numbers for each message.
macro_rules! numbers {
    ($($message:ident { $($name:ident = $number:literal),+ $(,)? })+) => {
        $(pub mod $message { $(pub const $name: u32 = $number;)+ })+
    };
}

numbers! {
    step { CONTEXT = 1, START = 2, RESPONSE = 3 }
    context { NOW = 1, NONCE = 2, CONFIG = 3, SECRETS = 4, FEATURES = 5 }
    start { DOCUMENT = 1, PICTURE = 2, SIDE = 3, EXTRAS = 4, OPTIONS = 5 }
    picture { HANDLE = 1, FORMAT = 2, WIDTH = 3, HEIGHT = 4, SIZE = 6, URL = 7 }
    response { STATE = 1, STATUS = 2, HEADERS = 3, LEAVES = 4, FORMAT = 5, BODY = 6, FROM_CACHE = 8 }
    header { NAME = 1, VALUE = 2 }
    leaf { PATH = 1, TYPE = 2, VALUE = 3, HANDLE = 4, SIZE = 5 }
    action { EXCHANGE = 1, DONE = 2, FAIL = 3 }
    exchange { REQUEST = 1, STATE = 2, CACHE = 3, CAPTURE = 4, WANT_BODY = 5, FORGET = 6 }
    cache { KEY = 1, TTL_SECONDS = 2, TTL_POINTER = 3, MARGIN_SECONDS = 4 }
    capture { POINTER = 1, SECRET = 2 }
    request { METHOD = 1, URL = 2, QUERY = 3, HEADERS = 4, BODY = 5, TIMEOUT_MS = 6 }
    param { NAME = 1, VALUE = 2 }
    body { RAW = 1, FORM = 2, MULTIPART = 3, JSON = 4 }
    form { FIELDS = 1 }
    multipart { FIELDS = 1 }
    multipart_field { NAME = 1, VALUE = 2, FILENAME = 3, CONTENT_TYPE = 4 }
    json { TEXT = 1, LITERAL = 2, OBJECT = 3, ARRAY = 4 }
    object { MEMBERS = 1 }
    member { NAME = 1, VALUE = 2 }
    array { ITEMS = 1 }
    value { PARTS = 1 }
    part { LITERAL = 1, SECRET = 2, BLOB = 3, DIGEST = 4, BODY = 5 }
    blob { HANDLE = 1, ENCODING = 2 }
    digest { ALGORITHM = 1, KEY = 2, DATA = 3, OUTPUT = 4 }
    done {
        SIDE = 1, FIELDS = 2, SIGNALS = 3, PORTRAIT = 4, ROTATION = 5, VENDOR_REQUEST_ID = 6, BILLED = 7, EXTRAS = 8, CHECKS = 9,
    }
    field { NAME = 1, TEXT = 2, CONFIDENCE = 3, POLYGON = 4, FLAGS = 5 }
    signal { NAME = 1, STATE = 2, VENDOR_CODE = 3 }
    fail {
        KIND = 1, VENDOR_CODE = 2, VENDOR_MESSAGE = 3, MESSAGE = 4, RETRYABLE = 5, FAIL_OVER = 6, BILLED = 7, FAULT = 8,
        RETRY_AFTER_MS = 9, VENDOR_REQUEST_ID = 10,
    }
}

/// Formats of a picture, in `picture::FORMAT`.
pub const JPG: u64 = 1;
pub const PNG: u64 = 2;
pub const BMP: u64 = 3;
pub const WEBP: u64 = 4;

#[derive(Clone, Copy)]
pub enum Algorithm {
    Md5 = 1,
    Sha1 = 2,
    Sha256 = 3,
    Sha512 = 4,
    Sm3 = 5,
    RsaSha256 = 6,
}

#[derive(Clone, Copy)]
pub enum Encoding {
    Raw = 0,
    Base64 = 1,
    Base64Percent = 2,
    Hex = 3,
    HexUpper = 4,
}

#[derive(Clone, Copy)]
pub enum Side {
    Unspecified = 0,
    Front = 1,
    Back = 2,
}

#[derive(Clone, Copy, Default)]
pub enum Billed {
    #[default]
    Unknown = 0,
    No = 1,
    Yes = 2,
}

#[derive(Clone, Copy, Default)]
pub enum Fault {
    Caller = 1,
    Operator = 2,
    #[default]
    Vendor = 3,
    Network = 4,
}

#[derive(Clone, Copy, Default)]
pub enum Kind {
    InvalidRequest = 1,
    InvalidImage = 2,
    NoDocument = 3,
    Unreadable = 4,
    Unauthenticated = 5,
    PermissionDenied = 6,
    QuotaExhausted = 7,
    RateLimited = 8,
    Unavailable = 9,
    Timeout = 10,
    OutcomeUnknown = 11,
    #[default]
    ProviderError = 12,
    Internal = 13,
}

/// The text at a JSON pointer in the leaves of a message, or an empty text.
pub fn leaf_text<'a>(message: Message<'a>, leaves: u32, pointer: &str) -> &'a str {
    message.messages(leaves).find(|l| l.text(leaf::PATH) == pointer).map_or("", |l| l.text(leaf::VALUE))
}

/// The configured endpoint, or the vendor's own address, without a trailing slash.
pub fn endpoint<'a>(context: Message<'a>, vendors: &'a str) -> &'a str {
    let configured = leaf_text(context, context::CONFIG, "/endpoint");
    if configured.is_empty() { vendors } else { configured }.trim_end_matches('/')
}

/// A vendor's answer.
#[derive(Clone, Copy)]
pub struct Response<'a>(pub Message<'a>);

impl<'a> Response<'a> {
    pub fn text(self, pointer: &str) -> &'a str {
        leaf_text(self.0, response::LEAVES, pointer)
    }

    /// A boolean, written as such or as a text or number. `None` for anything else.
    pub fn truth(self, pointer: &str) -> Option<bool> {
        match self.text(pointer) {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    /// The leaves under a pointer, as pairs of path and text.
    pub fn below(self, pointer: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let leaves = self.0.messages(response::LEAVES).map(|l| (l.text(leaf::PATH), l.text(leaf::VALUE)));
        leaves.filter(move |(path, _)| path.strip_prefix(pointer).unwrap_or_default().starts_with('/'))
    }

    /// The first header with a lower-case name.
    pub fn header(self, name: &str) -> &'a str {
        let mut headers = self.0.messages(response::HEADERS);
        headers.find(|h| h.text(header::NAME) == name).map_or("", |h| h.text(header::VALUE))
    }

    /// The seconds of the header Retry-After in milliseconds. 0 if it is missing, a date, or too long for the contract.
    pub fn retry_after_ms(self) -> u64 {
        let text = self.header("retry-after");
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return 0; // parse would accept a sign
        }
        let seconds: u32 = text.parse().unwrap_or(0);
        seconds.checked_mul(1000).unwrap_or(0).into()
    }
}

/// A call without a card. With `..Failure::default()` it is the vendor's fault, and billing is unknown.
#[derive(Clone, Copy, Default)]
pub struct Failure<'a> {
    pub kind: Kind,
    pub retryable: bool,
    pub fail_over: bool,
    pub billed: Billed,
    pub fault: Fault,
    pub message: &'a str,
    pub vendor_code: &'a str,
    pub vendor_message: &'a str,
    pub request_id: &'a str,
    pub retry_after_ms: u64,
}

impl Failure<'_> {
    pub fn write(self, action: &mut Writer) {
        action.message(action::FAIL, |f| {
            f.number(fail::KIND, self.kind as u64);
            f.text(fail::VENDOR_CODE, self.vendor_code);
            f.text(fail::VENDOR_MESSAGE, self.vendor_message);
            f.text(fail::MESSAGE, self.message);
            f.number(fail::RETRYABLE, self.retryable.into());
            f.number(fail::FAIL_OVER, self.fail_over.into());
            f.number(fail::BILLED, self.billed as u64);
            f.number(fail::FAULT, self.fault as u64);
            f.number(fail::RETRY_AFTER_MS, self.retry_after_ms);
            f.text(fail::VENDOR_REQUEST_ID, self.request_id);
        });
    }
}

/// The failure for an answer that is not in the vendor's form, such as a proxy's error page. Its message names what is
/// missing. Billing is unknown unless the status says that the request was refused.
pub fn no_answer(r: Response, lacks: &str, action: &mut Writer) {
    const FORMATS: [&str; 7] = ["empty", "json", "xml", "form", "text", "binary", "multipart"];
    let status = r.0.number(response::STATUS);
    let format = FORMATS.get(r.0.number(response::FORMAT) as usize).unwrap_or(&"unknown");
    let (kind, retryable, billed, fault) = match status {
        401 | 403 => (Kind::PermissionDenied, false, Billed::No, Fault::Operator),
        404 => (Kind::ProviderError, false, Billed::No, Fault::Operator),
        429 => (Kind::RateLimited, true, Billed::No, Fault::Operator),
        503 => (Kind::Unavailable, true, Billed::No, Fault::Vendor),
        502 | 504 => (Kind::OutcomeUnknown, false, Billed::Unknown, Fault::Vendor),
        _ => (Kind::ProviderError, false, Billed::Unknown, Fault::Vendor),
    };
    let message = &format!("the answer ({format}, status {status}) has no {lacks}");
    let retry_after_ms = r.retry_after_ms();
    Failure { kind, retryable, fail_over: true, billed, fault, message, retry_after_ms, ..Failure::default() }.write(action);
}

/// The parts of a Value.
impl Writer {
    pub fn literal(&mut self, text: &str) {
        self.message(value::PARTS, |p| p.text(part::LITERAL, text));
    }

    pub fn secret(&mut self, name: &str) {
        self.message(value::PARTS, |p| p.text(part::SECRET, name));
    }

    pub fn image(&mut self, encoding: Encoding) {
        self.message(value::PARTS, |p| p.message(part::BLOB, |b| b.number(blob::ENCODING, encoding as u64)));
    }

    /// A digest of the parts that `data` writes.
    pub fn digest(&mut self, algorithm: Algorithm, output: Encoding, data: impl FnOnce(&mut Writer)) {
        self.keyed(algorithm, output, |_| {}, data);
    }

    /// An HMAC, or a signature, of the parts that `data` writes with the key that `key` writes.
    pub fn hmac(&mut self, algorithm: Algorithm, output: Encoding, key: impl FnOnce(&mut Writer), data: impl FnOnce(&mut Writer)) {
        self.keyed(algorithm, output, |d| d.message(digest::KEY, key), data);
    }

    fn keyed(&mut self, algorithm: Algorithm, output: Encoding, key: impl FnOnce(&mut Writer), data: impl FnOnce(&mut Writer)) {
        self.message(value::PARTS, |p| {
            p.message(part::DIGEST, |d| {
                d.number(digest::ALGORITHM, algorithm as u64);
                key(d);
                d.message(digest::DATA, data);
                d.number(digest::OUTPUT, output as u64);
            })
        });
    }

    /// A field of a card with the text that was read. Without a text it writes nothing.
    pub fn read(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.message(done::FIELDS, |f| {
            f.text(field::NAME, name);
            f.text(field::TEXT, text);
        });
    }

    /// A header, a query parameter or a form field, in the field of this number.
    pub fn param(&mut self, number: u32, name: &str, value: impl FnOnce(&mut Writer)) {
        self.message(number, |p| {
            p.text(param::NAME, name);
            p.message(param::VALUE, value);
        });
    }
}

/// The functions that the host calls, with the input and the output, which are valid until the next call. The adapter must
/// have `crate::on_start` and `crate::on_response`.
///
/// A module has one thread and the host makes one call at a time, so nothing else uses these variables during a call.
pub mod guest {
    use super::{step, Billed, Failure, Fault, Kind, Response};
    use crate::wire::{Message, Writer};

    static mut INPUT: Vec<u8> = Vec::new();
    static mut OUTPUT: Vec<u8> = Vec::new();

    #[no_mangle]
    extern "C" fn ocrmux_abi_v1() -> u32 {
        0
    }

    #[no_mangle]
    extern "C" fn ocrmux_alloc(length: u32) -> *mut u8 {
        let input = unsafe { &mut *std::ptr::addr_of_mut!(INPUT) };
        input.resize(input.len().max(length as usize), 0);
        input.as_mut_ptr()
    }

    #[no_mangle]
    extern "C" fn ocrmux_step(length: u32) -> u64 {
        let (input, output) = unsafe { (&*std::ptr::addr_of!(INPUT), &mut *std::ptr::addr_of_mut!(OUTPUT)) };
        let mut action = Writer::default();
        let request = Message(&input[..length as usize]);
        let context = request.message(step::CONTEXT);
        if let Some(start) = request.find(step::START) {
            crate::on_start(context, Message(start.data), &mut action);
        } else if let Some(response) = request.find(step::RESPONSE) {
            crate::on_response(context, Response(Message(response.data)), &mut action);
        } else {
            let message = "the step has neither a start nor a response";
            Failure { kind: Kind::Internal, billed: Billed::No, fault: Fault::Operator, message, ..Failure::default() }.write(&mut action);
        }
        *output = action.0;
        (output.as_ptr() as u64) << 32 | output.len() as u64
    }
}
