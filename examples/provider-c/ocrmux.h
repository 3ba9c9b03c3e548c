// The contract for providers: field numbers and enumerations of provider.proto, and functions to read leaves, to write
// values and to write failures. docs/abi.md explains them. Front doors and host functions are not included.
#pragma once

#include "protobuf.h"

// ---- functions of the adapter: each writes one action

// on_start writes the request for a picture. Its arguments are a Context and a Start.
void on_start(bytes context, bytes start);

// on_response writes what an answer means. Its arguments are a Context and a Response.
void on_response(bytes context, bytes response);

// ---- numbers of the fields, MESSAGE_FIELD

enum { STEP_CONTEXT = 1, STEP_START = 2, STEP_RESPONSE = 3 };
enum { CONTEXT_NOW = 1, CONTEXT_NONCE = 2, CONTEXT_CONFIG = 3, CONTEXT_SECRETS = 4, CONTEXT_FEATURES = 5 };
enum { START_DOCUMENT = 1, START_PICTURE = 2, START_SIDE = 3, START_EXTRAS = 4, START_OPTIONS = 5 };
enum { PICTURE_HANDLE = 1, PICTURE_FORMAT = 2, PICTURE_WIDTH = 3, PICTURE_HEIGHT = 4, PICTURE_SIZE = 6, PICTURE_URL = 7 };
enum {
    RESPONSE_STATE = 1, RESPONSE_STATUS = 2, RESPONSE_HEADERS = 3, RESPONSE_LEAVES = 4, RESPONSE_FORMAT = 5, RESPONSE_BODY = 6,
    RESPONSE_FROM_CACHE = 8,
};
enum { HEADER_NAME = 1, HEADER_VALUE = 2 };
enum { LEAF_PATH = 1, LEAF_TYPE = 2, LEAF_VALUE = 3, LEAF_HANDLE = 4, LEAF_SIZE = 5 };

enum { ACTION_EXCHANGE = 1, ACTION_DONE = 2, ACTION_FAIL = 3 };
enum {
    EXCHANGE_REQUEST = 1, EXCHANGE_STATE = 2, EXCHANGE_CACHE = 3, EXCHANGE_CAPTURE = 4, EXCHANGE_WANT_BODY = 5,
    EXCHANGE_FORGET = 6,
};
enum { CACHE_KEY = 1, CACHE_TTL_SECONDS = 2, CACHE_TTL_POINTER = 3, CACHE_MARGIN_SECONDS = 4 };
enum { CAPTURE_POINTER = 1, CAPTURE_SECRET = 2 };
enum {
    REQUEST_METHOD = 1, REQUEST_URL = 2, REQUEST_QUERY = 3, REQUEST_HEADERS = 4, REQUEST_BODY = 5, REQUEST_TIMEOUT_MS = 6,
};
enum { PARAM_NAME = 1, PARAM_VALUE = 2 }; // of a header, a query parameter and a form field
enum { BODY_RAW = 1, BODY_FORM = 2, BODY_MULTIPART = 3, BODY_JSON = 4 };
enum { FORM_FIELDS = 1 };
enum { MULTIPART_FIELDS = 1 };
enum { PART_FIELD_NAME = 1, PART_FIELD_VALUE = 2, PART_FIELD_FILENAME = 3, PART_FIELD_TYPE = 4 };
enum { JSON_TEXT = 1, JSON_LITERAL = 2, JSON_OBJECT = 3, JSON_ARRAY = 4 };
enum { OBJECT_MEMBERS = 1 };
enum { MEMBER_NAME = 1, MEMBER_VALUE = 2 };
enum { ARRAY_ITEMS = 1 };
enum { VALUE_PARTS = 1 };
enum { PART_LITERAL = 1, PART_SECRET = 2, PART_BLOB = 3, PART_DIGEST = 4, PART_BODY = 5 };
enum { BLOB_HANDLE = 1, BLOB_ENCODING = 2 };
enum { DIGEST_ALGORITHM = 1, DIGEST_KEY = 2, DIGEST_DATA = 3, DIGEST_OUTPUT = 4 };
enum {
    DONE_SIDE = 1, DONE_FIELDS = 2, DONE_SIGNALS = 3, DONE_PORTRAIT = 4, DONE_ROTATION = 5, DONE_REQUEST_ID = 6, DONE_BILLED = 7,
    DONE_EXTRAS = 8, DONE_CHECKS = 9,
};
enum { FIELD_NAME = 1, FIELD_TEXT = 2, FIELD_CONFIDENCE = 3, FIELD_POLYGON = 4, FIELD_FLAGS = 5 };
enum { SIGNAL_NAME = 1, SIGNAL_STATE = 2, SIGNAL_VENDOR_CODE = 3 };
enum {
    FAIL_KIND = 1, FAIL_VENDOR_CODE = 2, FAIL_VENDOR_MESSAGE = 3, FAIL_MESSAGE = 4, FAIL_RETRYABLE = 5, FAIL_FAIL_OVER = 6,
    FAIL_BILLED = 7, FAIL_FAULT = 8, FAIL_RETRY_AFTER_MS = 9, FAIL_REQUEST_ID = 10,
};

// ---- enumerations

enum { MD5 = 1, SHA1, SHA256, SHA512, SM3, RSA_SHA256 };
enum { RAW, BASE64, BASE64_PERCENT, HEX, HEX_UPPER };
enum { JPG = 1, PNG, BMP, WEBP };
enum { FRONT = 1, BACK = 2 };
enum { SIGNAL_NOT_CHECKED, SIGNAL_NO, SIGNAL_YES };
typedef enum { BILLED_UNKNOWN, BILLED_NO, BILLED_YES } billed;
typedef enum { CALLER = 1, OPERATOR, VENDOR, NETWORK } fault;
typedef enum {
    INVALID_REQUEST = 1, INVALID_IMAGE, NO_DOCUMENT, UNREADABLE, UNAUTHENTICATED, PERMISSION_DENIED, QUOTA_EXHAUSTED,
    RATE_LIMITED, UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN, PROVIDER_ERROR, INTERNAL,
} kind;

// ---- reading

// leaf returns the text at a JSON pointer in the leaves of a message, or an empty text.
static inline bytes leaf(bytes message, uint32_t leaves, bytes pointer) {
    field f;
    while (next_field(&message, &f)) {
        if (f.number == leaves && equal(find(f.data, LEAF_PATH).data, pointer)) return find(f.data, LEAF_VALUE).data;
    }
    return (bytes){0};
}

// answer returns a text of a vendor's answer, from a Response.
static inline bytes answer(bytes response, bytes pointer) { return leaf(response, RESPONSE_LEAVES, pointer); }

// endpoint returns the configured endpoint, or the vendor's own address, without a trailing slash.
static inline bytes endpoint(bytes context, bytes vendors) {
    bytes url = leaf(context, CONTEXT_CONFIG, TEXT("/endpoint"));
    if (url.len == 0) url = vendors;
    while (url.len > 0 && url.ptr[url.len - 1] == '/') url.len--;
    return url;
}

// header returns the first header with a lower-case name.
static inline bytes header(bytes response, bytes name) {
    field f;
    while (next_field(&response, &f)) {
        if (f.number == RESPONSE_HEADERS && equal(find(f.data, HEADER_NAME).data, name)) return find(f.data, HEADER_VALUE).data;
    }
    return (bytes){0};
}

// retry_after_ms returns the seconds of the header Retry-After in milliseconds, or 0 if it is missing or a date.
static inline uint32_t retry_after_ms(bytes response) {
    bytes text = header(response, TEXT("retry-after"));
    uint64_t seconds = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return 0;
        seconds = seconds * 10 + (text.ptr[i] - '0');
        if (seconds > UINT32_MAX / 1000) return 0;
    }
    return (uint32_t)seconds * 1000;
}

// A boolean of a vendor: true, "true" or 1; false, "false" or 0; or neither.
static inline bool is_true(bytes text) { return equal(text, TEXT("true")) || equal(text, TEXT("1")); }
static inline bool is_false(bytes text) { return equal(text, TEXT("false")) || equal(text, TEXT("0")); }

// ---- writing the parts of a Value; a digest is INSIDE(VALUE_PARTS) INSIDE(PART_DIGEST) { … }

static inline void literal(bytes text) {
    INSIDE(VALUE_PARTS) put_text(PART_LITERAL, text);
}

static inline void number(uint64_t value) {
    INSIDE(VALUE_PARTS) INSIDE(PART_LITERAL) put_decimal(value);
}

static inline void secret(bytes name) {
    INSIDE(VALUE_PARTS) put_text(PART_SECRET, name);
}

static inline void image(uint32_t encoding) {
    INSIDE(VALUE_PARTS) INSIDE(PART_BLOB) put_number(BLOB_ENCODING, encoding);
}

// put_read writes a field of a Done with the text that was read. Without a text it writes nothing.
static inline void put_read(bytes name, bytes text) {
    if (text.len == 0) return;
    INSIDE(DONE_FIELDS) {
        put_text(FIELD_NAME, name);
        put_text(FIELD_TEXT, text);
    }
}

// ---- failures

// failure is the message Fail. Empty texts are not written.
typedef struct {
    kind kind;
    bool retryable, fail_over;
    billed billed;
    fault fault;
    bytes message, vendor_code, vendor_message, request_id;
    uint32_t retry_after_ms;
} failure;

static inline void put_if_any(uint32_t number, bytes text) {
    if (text.len > 0) put_text(number, text);
}

// put_failure writes the fields of a Fail.
static inline void put_failure(failure f) {
    put_number(FAIL_KIND, f.kind);
    put_if_any(FAIL_VENDOR_CODE, f.vendor_code);
    put_if_any(FAIL_VENDOR_MESSAGE, f.vendor_message);
    put_if_any(FAIL_MESSAGE, f.message);
    put_number(FAIL_RETRYABLE, f.retryable);
    put_number(FAIL_FAIL_OVER, f.fail_over);
    put_number(FAIL_BILLED, f.billed);
    put_number(FAIL_FAULT, f.fault);
    put_number(FAIL_RETRY_AFTER_MS, f.retry_after_ms);
    put_if_any(FAIL_REQUEST_ID, f.request_id);
}

// fail writes the action for a call without a card.
static inline void fail(failure f) {
    INSIDE(ACTION_FAIL) put_failure(f);
}

// listed returns the row of a vendor's table for a code. A code that is not listed is a provider error, and whether it is
// billed is unknown.
static inline failure listed(const failure *table, uint32_t rows, bytes code) {
    for (uint32_t i = 0; i < rows; i++) {
        if (equal(table[i].vendor_code, code)) return table[i];
    }
    return (failure){.kind = PROVIDER_ERROR, .fail_over = true, .fault = VENDOR, .vendor_code = code,
                     .message = TEXT("the vendor's document does not list this code")};
}

// no_answer writes the failure for an answer that is not in the vendor's form, such as a proxy's error page. Its message
// names what is missing. Billing is unknown unless the status says that the request was refused.
static inline void no_answer(bytes response, bytes lacks) {
    static const bytes formats[] = {CONSTANT("empty"), CONSTANT("json"),   CONSTANT("xml"),      CONSTANT("form"),
                                    CONSTANT("text"),  CONSTANT("binary"), CONSTANT("multipart")};
    uint64_t format = find(response, RESPONSE_FORMAT).varint, status = find(response, RESPONSE_STATUS).varint;
    failure f = {.kind = PROVIDER_ERROR, .fail_over = true, .fault = VENDOR, .retry_after_ms = retry_after_ms(response)};
    switch (status) {
    case 401:
    case 403: f.kind = PERMISSION_DENIED, f.billed = BILLED_NO, f.fault = OPERATOR; break;
    case 404: f.billed = BILLED_NO, f.fault = OPERATOR; break;
    case 429: f.kind = RATE_LIMITED, f.retryable = true, f.billed = BILLED_NO, f.fault = OPERATOR; break;
    case 503: f.kind = UNAVAILABLE, f.retryable = true, f.billed = BILLED_NO; break;
    case 502:
    case 504: f.kind = OUTCOME_UNKNOWN; break;
    }
    INSIDE(ACTION_FAIL) {
        put_failure(f);
        INSIDE(FAIL_MESSAGE) {
            put(TEXT("the answer ("));
            put(format < sizeof formats / sizeof formats[0] ? formats[format] : TEXT("unknown"));
            put(TEXT(", status "));
            put_decimal(status);
            put(TEXT(") has no "));
            put(lacks);
        }
    }
}
