// The part of the contract that this provider uses: field numbers and enumerations of provider.proto, and the helpers that
// read leaves and write values. docs/abi.md says what they mean.
#pragma once

#include "protobuf.h"

enum { STEP_CONTEXT = 1, STEP_START = 2, STEP_RESPONSE = 3 };
enum { CONTEXT_NOW = 1, CONTEXT_CONFIG = 3 };
enum { START_PICTURE = 2 };
enum { PICTURE_FORMAT = 2, PICTURE_URL = 7 };
enum { RESPONSE_STATUS = 2, RESPONSE_HEADERS = 3, RESPONSE_LEAVES = 4, RESPONSE_FORMAT = 5 };
enum { HEADER_NAME = 1, HEADER_VALUE = 2 };
enum { LEAF_PATH = 1, LEAF_VALUE = 3 };

enum { ACTION_EXCHANGE = 1, ACTION_DONE = 2, ACTION_FAIL = 3 };
enum { EXCHANGE_REQUEST = 1 };
enum { REQUEST_METHOD = 1, REQUEST_URL = 2, REQUEST_BODY = 5 };
enum { BODY_MULTIPART = 3 };
enum { MULTIPART_FIELDS = 1 };
enum { PART_FIELD_NAME = 1, PART_FIELD_VALUE = 2, PART_FIELD_FILENAME = 3, PART_FIELD_TYPE = 4 };
enum { VALUE_PARTS = 1 };
enum { PART_LITERAL = 1, PART_SECRET = 2, PART_BLOB = 3, PART_DIGEST = 4 };
enum { BLOB_ENCODING = 2 };
enum { DIGEST_ALGORITHM = 1, DIGEST_DATA = 3, DIGEST_OUTPUT = 4 };
enum { DONE_SIDE = 1, DONE_FIELDS = 2, DONE_ROTATION = 5, DONE_REQUEST_ID = 6, DONE_BILLED = 7 };
enum { FIELD_NAME = 1, FIELD_TEXT = 2, FIELD_FLAGS = 5 };
enum {
    FAIL_KIND = 1, FAIL_VENDOR_CODE = 2, FAIL_VENDOR_MESSAGE = 3, FAIL_MESSAGE = 4, FAIL_RETRYABLE = 5, FAIL_FAIL_OVER = 6,
    FAIL_BILLED = 7, FAIL_FAULT = 8, FAIL_RETRY_AFTER_MS = 9, FAIL_REQUEST_ID = 10,
};

enum { SHA256 = 3 };
enum { RAW = 0, BASE64 = 1, HEX = 3 };
enum { PNG = 2 };
enum { FRONT = 1, BACK = 2 };
typedef enum { BILLED_UNKNOWN, BILLED_NO, BILLED_YES } billed;
typedef enum { CALLER = 1, OPERATOR, VENDOR, NETWORK } fault;
typedef enum {
    INVALID_REQUEST = 1, INVALID_IMAGE, NO_DOCUMENT, UNREADABLE, UNAUTHENTICATED, PERMISSION_DENIED, QUOTA_EXHAUSTED,
    RATE_LIMITED, UNAVAILABLE, TIMEOUT, OUTCOME_UNKNOWN, PROVIDER_ERROR, INTERNAL,
} kind;

// leaf finds the text at a JSON pointer among the leaves that a message holds in a field; empty when there is none.
static inline bytes leaf(bytes message, uint32_t leaves, bytes pointer) {
    field f;
    while (next_field(&message, &f)) {
        if (f.number == leaves && equal(find(f.data, LEAF_PATH).data, pointer)) return find(f.data, LEAF_VALUE).data;
    }
    return (bytes){0};
}

// answer is a text of a vendor's answer, which came as a Response.
static inline bytes answer(bytes response, bytes pointer) { return leaf(response, RESPONSE_LEAVES, pointer); }

static inline bytes header(bytes response, bytes name) {
    field f;
    while (next_field(&response, &f)) {
        if (f.number == RESPONSE_HEADERS && equal(find(f.data, HEADER_NAME).data, name)) return find(f.data, HEADER_VALUE).data;
    }
    return (bytes){0};
}

// A vendor's truth value: true, "true" or 1; false, "false" or 0; or neither.
static inline bool is_true(bytes text) { return equal(text, TEXT("true")) || equal(text, TEXT("1")); }
static inline bool is_false(bytes text) { return equal(text, TEXT("false")) || equal(text, TEXT("0")); }

// The parts of a Value.
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
