//! The part of the contract that this provider uses: field numbers and enumerations of provider.proto, and the helpers that
//! read leaves and write values. docs/abi.md says what they mean.

use crate::wire::{Message, Writer};

/// Makes a module of field numbers for each message.
macro_rules! numbers {
    ($($message:ident { $($name:ident = $number:literal),+ $(,)? })+) => {
        $(pub mod $message { $(pub const $name: u32 = $number;)+ })+
    };
}

numbers! {
    step { CONTEXT = 1, START = 2, RESPONSE = 3 }
    context { NOW = 1, CONFIG = 3 }
    start { PICTURE = 2 }
    picture { FORMAT = 2, URL = 7 }
    response { STATUS = 2, HEADERS = 3, LEAVES = 4, FORMAT = 5 }
    header { NAME = 1, VALUE = 2 }
    leaf { PATH = 1, VALUE = 3 }
    action { EXCHANGE = 1, DONE = 2, FAIL = 3 }
    exchange { REQUEST = 1 }
    request { METHOD = 1, URL = 2, BODY = 5 }
    body { MULTIPART = 3 }
    multipart { FIELDS = 1 }
    multipart_field { NAME = 1, VALUE = 2, FILENAME = 3, CONTENT_TYPE = 4 }
    value { PARTS = 1 }
    part { LITERAL = 1, SECRET = 2, BLOB = 3, DIGEST = 4 }
    blob { ENCODING = 2 }
    digest { ALGORITHM = 1, DATA = 3, OUTPUT = 4 }
    done { SIDE = 1, FIELDS = 2, ROTATION = 5, VENDOR_REQUEST_ID = 6, BILLED = 7 }
    field { NAME = 1, TEXT = 2, FLAGS = 5 }
    fail {
        KIND = 1, VENDOR_CODE = 2, VENDOR_MESSAGE = 3, MESSAGE = 4, RETRYABLE = 5, FAIL_OVER = 6, BILLED = 7, FAULT = 8,
        RETRY_AFTER_MS = 9, VENDOR_REQUEST_ID = 10,
    }
}

pub const SHA256: u64 = 3;
pub const PNG: u64 = 2;
pub const FORMATS: [&str; 7] = ["empty", "json", "xml", "form", "text", "binary", "multipart"];

#[derive(Clone, Copy)]
pub enum Encoding {
    Raw = 0,
    Base64 = 1,
    Hex = 3,
}

#[derive(Clone, Copy)]
pub enum Billed {
    Unknown = 0,
    No = 1,
    Yes = 2,
}

#[derive(Clone, Copy)]
pub enum Fault {
    Caller = 1,
    Operator = 2,
    Vendor = 3,
}

#[derive(Clone, Copy)]
pub enum Kind {
    InvalidRequest = 1,
    InvalidImage = 2,
    NoDocument = 3,
    Unreadable = 4,
    PermissionDenied = 6,
    QuotaExhausted = 7,
    RateLimited = 8,
    Unavailable = 9,
    Timeout = 10,
    OutcomeUnknown = 11,
    ProviderError = 12,
    Internal = 13,
}

/// The text at a JSON pointer among the leaves that a message holds in a field; empty when there is none.
pub fn leaf_text<'a>(message: Message<'a>, leaves: u32, pointer: &str) -> &'a str {
    message.messages(leaves).find(|l| l.text(leaf::PATH) == pointer).map_or("", |l| l.text(leaf::VALUE))
}

/// A vendor's answer.
#[derive(Clone, Copy)]
pub struct Response<'a>(pub Message<'a>);

impl<'a> Response<'a> {
    pub fn text(self, pointer: &str) -> &'a str {
        leaf_text(self.0, response::LEAVES, pointer)
    }

    /// A truth value, as JSON has it or as a text or number; none when it is something else.
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
        leaves.filter(move |(path, _)| path.strip_prefix(pointer).map_or(false, |rest| rest.starts_with('/')))
    }

    /// The first header of this lower-case name.
    pub fn header(self, name: &str) -> &'a str {
        let mut headers = self.0.messages(response::HEADERS);
        headers.find(|h| h.text(header::NAME) == name).map_or("", |h| h.text(header::VALUE))
    }
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

    pub fn sha256_hex(&mut self, data: impl FnOnce(&mut Writer)) {
        self.message(value::PARTS, |p| {
            p.message(part::DIGEST, |d| {
                d.number(digest::ALGORITHM, SHA256);
                d.message(digest::DATA, data);
                d.number(digest::OUTPUT, Encoding::Hex as u64);
            })
        });
    }
}

/// What the host calls: room for the input and for the answer, both good until the next call.
///
/// A module has one thread and the host makes one call at a time, so nothing else looks at these while a call runs.
pub mod guest {
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
        crate::step(Message(&input[..length as usize]), &mut action);
        *output = action.0;
        (output.as_ptr() as u64) << 32 | output.len() as u64
    }
}
