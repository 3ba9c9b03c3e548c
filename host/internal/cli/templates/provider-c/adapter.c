// The adapter: the request to the vendor, and the meaning of its answer.
#include "ocrmux.h"

// The vendor's address. manifest.json must list it as well: the host refuses requests to other addresses.
#define VENDOR_URL TEXT("https://api.example.com")

// ---- request

// HEADER writes a header; value is the expression that writes its value.
#define HEADER(name, value)               \
    INSIDE(REQUEST_HEADERS) {             \
        put_text(PARAM_NAME, TEXT(name)); \
        INSIDE(PARAM_VALUE) value;        \
    }

// sign writes hmac-sha256(app_secret, app_key + "\n" + timestamp) in hexadecimal.
static void sign(uint64_t timestamp) {
    INSIDE(VALUE_PARTS) INSIDE(PART_DIGEST) {
        put_number(DIGEST_ALGORITHM, SHA256);
        put_number(DIGEST_OUTPUT, HEX);
        INSIDE(DIGEST_KEY) secret(TEXT("app_secret"));
        INSIDE(DIGEST_DATA) {
            secret(TEXT("app_key"));
            literal(TEXT("\n"));
            number(timestamp);
        }
    }
}

// on_start sends {"image": base64} with three headers: X-Key, X-Timestamp (seconds) and X-Sign.
void on_start(bytes context, bytes start) {
    (void)start;
    uint64_t timestamp = find(context, CONTEXT_NOW).varint / 1000;
    INSIDE(ACTION_EXCHANGE) INSIDE(EXCHANGE_REQUEST) {
        put_text(REQUEST_METHOD, TEXT("POST"));
        INSIDE(REQUEST_URL) {
            put(endpoint(context, VENDOR_URL));
            put(TEXT("/v1/idcard"));
        }
        HEADER("X-Key", secret(TEXT("app_key")));
        HEADER("X-Timestamp", number(timestamp));
        HEADER("X-Sign", sign(timestamp));
        INSIDE(REQUEST_BODY) INSIDE(BODY_JSON) INSIDE(JSON_OBJECT) INSIDE(OBJECT_MEMBERS) {
            put_text(MEMBER_NAME, TEXT("image"));
            INSIDE(MEMBER_VALUE) INSIDE(JSON_TEXT) image(BASE64);
        }
    }
}

// ---- answer

#define ROW(code, kind_, retryable_, fail_over_, billed_, fault_, text)                                                \
    {.vendor_code = CONSTANT(code), .kind = kind_, .retryable = retryable_, .fail_over = fail_over_, .billed = billed_, \
     .fault = fault_, .message = CONSTANT(text)}

// The vendor's table of codes, row by row, without 0. Take what is billed from the vendor's price list. If the vendor does
// not say it, use BILLED_UNKNOWN.
static const failure codes[] = {
    ROW("1001", INVALID_REQUEST, false, false, BILLED_NO, CALLER, "the vendor refused a parameter"),
    ROW("1002", INVALID_IMAGE, false, true, BILLED_NO, CALLER, "the vendor could not use the picture"),
    ROW("1003", NO_DOCUMENT, false, true, BILLED_YES, CALLER, "the vendor found no ID card"),
    ROW("2001", UNAUTHENTICATED, false, true, BILLED_NO, OPERATOR, "the key or the signature is wrong"),
    ROW("2002", QUOTA_EXHAUSTED, false, true, BILLED_NO, OPERATOR, "the account's balance is used up"),
    ROW("2003", RATE_LIMITED, true, true, BILLED_NO, OPERATOR, "too many calls in a short time"),
    ROW("5001", UNAVAILABLE, true, true, BILLED_NO, VENDOR, "the vendor is busy"),
};

static void refuse(bytes r, failure f) {
    f.vendor_code = answer(r, TEXT("/code"));
    f.vendor_message = answer(r, TEXT("/message"));
    f.request_id = answer(r, TEXT("/request_id"));
    f.retry_after_ms = retry_after_ms(r);
    fail(f);
}

// The place of each field. Pass texts on unchanged: the host normalises dates and checks numbers.
static const struct {
    bytes name, pointer;
} fields[] = {
    {CONSTANT("name"), CONSTANT("/data/name")},
    {CONSTANT("sex"), CONSTANT("/data/sex")},
    {CONSTANT("ethnicity"), CONSTANT("/data/nation")},
    {CONSTANT("birth_date"), CONSTANT("/data/birth")},
    {CONSTANT("address"), CONSTANT("/data/address")},
    {CONSTANT("id_number"), CONSTANT("/data/number")},
    {CONSTANT("issuing_authority"), CONSTANT("/data/authority")},
    {CONSTANT("validity"), CONSTANT("/data/validity")},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static bool any_field(bytes r) {
    for (uint32_t i = 0; i < FIELDS; i++) {
        if (answer(r, fields[i].pointer).len > 0) return true;
    }
    return false;
}

// on_response reads {"code", "message", "request_id", "data": {"side", "name", …}}.
void on_response(bytes context, bytes r) {
    (void)context;
    bytes code = answer(r, TEXT("/code")), side = answer(r, TEXT("/data/side"));
    if (code.len == 0) {
        no_answer(r, TEXT("code"));
    } else if (!equal(code, TEXT("0"))) {
        refuse(r, listed(codes, sizeof codes / sizeof codes[0], code));
    } else if (!any_field(r)) {
        refuse(r, (failure){.kind = NO_DOCUMENT, .fail_over = true, .billed = BILLED_YES, .fault = CALLER,
                            .message = TEXT("the vendor read no field of an ID card")});
    } else {
        INSIDE(ACTION_DONE) {
            put_number(DONE_SIDE, equal(side, TEXT("front")) ? FRONT : equal(side, TEXT("back")) ? BACK : 0);
            for (uint32_t i = 0; i < FIELDS; i++) put_read(fields[i].name, answer(r, fields[i].pointer));
            put_text(DONE_REQUEST_ID, answer(r, TEXT("/request_id")));
            put_number(DONE_BILLED, BILLED_YES);
        }
    }
}
