// The provider for Jumdata's ID card OCR in C: plugins/jumdata without its front door.
#include "ocrmux.h"

// ---- request

static void picture(bytes config, bytes picture) {
    bytes url = find(picture, PICTURE_URL).data;
    bool as_text = equal(leaf(config, CONTEXT_CONFIG, TEXT("/upload")), TEXT("base64"));
    bool png = find(picture, PICTURE_FORMAT).varint == PNG;
    INSIDE(MULTIPART_FIELDS) {
        if (url.len > 0) {
            put_text(PART_FIELD_NAME, TEXT("url"));
            INSIDE(PART_FIELD_VALUE) literal(url);
        } else if (as_text) {
            put_text(PART_FIELD_NAME, TEXT("base64"));
            INSIDE(PART_FIELD_VALUE) image(BASE64);
        } else {
            put_text(PART_FIELD_NAME, TEXT("file"));
            INSIDE(PART_FIELD_VALUE) image(RAW);
            put_text(PART_FIELD_FILENAME, png ? TEXT("card.png") : TEXT("card.jpg"));
            put_text(PART_FIELD_TYPE, png ? TEXT("image/png") : TEXT("image/jpeg"));
        }
    }
}

// form writes appId, timestamp, sign = sha256(appId + appSecret + timestamp), and one of file, base64 and url.
static void form(bytes context, bytes start) {
    uint64_t now = find(context, CONTEXT_NOW).varint;
    INSIDE(MULTIPART_FIELDS) {
        put_text(PART_FIELD_NAME, TEXT("appId"));
        INSIDE(PART_FIELD_VALUE) secret(TEXT("app_id"));
    }
    INSIDE(MULTIPART_FIELDS) {
        put_text(PART_FIELD_NAME, TEXT("timestamp"));
        INSIDE(PART_FIELD_VALUE) number(now);
    }
    INSIDE(MULTIPART_FIELDS) {
        put_text(PART_FIELD_NAME, TEXT("sign"));
        INSIDE(PART_FIELD_VALUE) INSIDE(VALUE_PARTS) INSIDE(PART_DIGEST) {
            put_number(DIGEST_ALGORITHM, SHA256);
            INSIDE(DIGEST_DATA) {
                secret(TEXT("app_id"));
                secret(TEXT("app_secret"));
                number(now);
            }
            put_number(DIGEST_OUTPUT, HEX);
        }
    }
    picture(context, find(start, START_PICTURE).data);
}

void on_start(bytes context, bytes start) {
    INSIDE(ACTION_EXCHANGE) INSIDE(EXCHANGE_REQUEST) {
        put_text(REQUEST_METHOD, TEXT("POST"));
        INSIDE(REQUEST_URL) {
            put(endpoint(context, TEXT("https://api.jumdata.com")));
            put(TEXT("/ocr/idcard-v1"));
        }
        INSIDE(REQUEST_BODY) INSIDE(BODY_MULTIPART) form(context, start);
    }
}

// ---- answer

#define ROW(code, kind_, retryable_, fail_over_, fault_, text)                                                     \
    {.vendor_code = CONSTANT(code), .kind = kind_, .retryable = retryable_, .fail_over = fail_over_, .billed = BILLED_NO, \
     .fault = fault_, .message = CONSTANT(text)}

// The vendor's table of return codes, without 200. They are not billed unless charge in the answer says so.
static const failure codes[] = {
    ROW("301", UNREADABLE, false, true, CALLER, "the vendor could not recognise the picture"),
    ROW("400", INVALID_REQUEST, false, false, CALLER, "the vendor refused a parameter"),
    ROW("404", PROVIDER_ERROR, false, true, OPERATOR, "the endpoint is wrong"),
    ROW("500", UNAVAILABLE, true, true, VENDOR, "the vendor is under maintenance"),
    ROW("601", PERMISSION_DENIED, false, true, OPERATOR, "the account has not subscribed to this interface"),
    ROW("602", PERMISSION_DENIED, false, true, OPERATOR, "the account is disabled"),
    ROW("603", QUOTA_EXHAUSTED, false, true, OPERATOR, "the account's balance is used up"),
    ROW("604", UNAVAILABLE, false, true, VENDOR, "the vendor has switched the interface off"),
    ROW("606", RATE_LIMITED, true, true, OPERATOR, "the account's call limit is reached"),
    ROW("607", PERMISSION_DENIED, false, true, OPERATOR, "this machine's address is not on the account's white list"),
    ROW("609", RATE_LIMITED, true, true, OPERATOR, "too many calls in a short time"),
    ROW("610", TIMEOUT, true, true, VENDOR, "the vendor timed out"),
    ROW("999", PROVIDER_ERROR, false, true, VENDOR, "the vendor's catch-all code"),
};

static bool contains(bytes s, bytes what) {
    for (; s.len >= what.len; s.ptr++, s.len--) {
        if (has_prefix(s, what)) return true;
    }
    return false;
}

// refusal returns the failure for a code that is not 200. For 400, the message says whether the picture is wrong.
static failure refusal(bytes code, bytes message) {
    if (equal(code, TEXT("400")) && contains(message, TEXT("照片"))) {
        return (failure){.kind = INVALID_IMAGE, .fail_over = true, .billed = BILLED_NO, .fault = CALLER,
                         .message = TEXT("the vendor could not use the picture")};
    }
    return listed(codes, sizeof codes / sizeof codes[0], code);
}

// charged returns whether the answer says that the call is billed, or otherwise if it does not say.
static billed charged(bytes response, billed otherwise) {
    bytes charge = answer(response, TEXT("/charge"));
    return is_true(charge) ? BILLED_YES : is_false(charge) ? BILLED_NO : otherwise;
}

static void refuse(bytes response, failure f) {
    f.billed = charged(response, f.billed);
    f.vendor_code = answer(response, TEXT("/code"));
    f.vendor_message = answer(response, TEXT("/msg"));
    f.request_id = answer(response, TEXT("/taskNo"));
    fail(f);
}

// any_valid reports whether any field is valid. For a picture without an ID card the vendor returns a success in which no
// field is valid.
static bool any_valid(bytes response) {
    field f;
    while (next_field(&response, &f)) {
        if (f.number == RESPONSE_LEAVES && has_prefix(find(f.data, LEAF_PATH).data, TEXT("/data/validity/")) &&
            equal(find(f.data, LEAF_VALUE).data, TEXT("true")))
            return true;
    }
    return false;
}

// put_doubt flags a field that is not valid.
static void put_doubt(bytes response, bytes validity) {
    if (is_false(answer(response, validity))) put_text(FIELD_FLAGS, TEXT("uncertain"));
}

static void put_doubtful(bytes response, bytes name, bytes info, bytes validity) {
    bytes text = answer(response, info);
    if (text.len == 0) return;
    INSIDE(DONE_FIELDS) {
        put_text(FIELD_NAME, name);
        put_text(FIELD_TEXT, text);
        put_doubt(response, validity);
    }
}

// put_birth writes the birth date, which the vendor gives in three parts.
static void put_birth(bytes response) {
    bytes year = answer(response, TEXT("/data/info/year")), month = answer(response, TEXT("/data/info/month")),
          day = answer(response, TEXT("/data/info/day"));
    if (year.len == 0) return;
    INSIDE(DONE_FIELDS) {
        put_text(FIELD_NAME, TEXT("birth_date"));
        INSIDE(FIELD_TEXT) {
            put(year);
            if (month.len > 0 && day.len > 0) {
                put(TEXT("年")), put(month), put(TEXT("月")), put(day), put(TEXT("日"));
            }
        }
        put_doubt(response, TEXT("/data/validity/birthday"));
    }
}

static void put_rotation(bytes turn) {
    if (turn.len == 0) put_double(DONE_ROTATION, 0);
    if (equal(turn, TEXT("cw90"))) put_double(DONE_ROTATION, 90);
    if (equal(turn, TEXT("cw180"))) put_double(DONE_ROTATION, 180);
    if (equal(turn, TEXT("cw270"))) put_double(DONE_ROTATION, 270);
}

// any_field reports whether the answer has a field of a card.
static bool any_field(bytes r) {
    return answer(r, TEXT("/data/info/name")).len || answer(r, TEXT("/data/info/sex")).len || answer(r, TEXT("/data/info/nation")).len ||
           answer(r, TEXT("/data/info/year")).len || answer(r, TEXT("/data/info/address")).len || answer(r, TEXT("/data/info/number")).len ||
           answer(r, TEXT("/data/info/authority")).len || answer(r, TEXT("/data/info/timelimit")).len;
}

static void done(bytes r) {
    bytes side = answer(r, TEXT("/data/side"));
    INSIDE(ACTION_DONE) {
        put_number(DONE_SIDE, equal(side, TEXT("front")) ? FRONT : equal(side, TEXT("back")) ? BACK : 0);
        put_doubtful(r, TEXT("name"), TEXT("/data/info/name"), TEXT("/data/validity/name"));
        put_doubtful(r, TEXT("sex"), TEXT("/data/info/sex"), TEXT("/data/validity/sex"));
        put_read(TEXT("ethnicity"), answer(r, TEXT("/data/info/nation")));
        put_birth(r);
        put_doubtful(r, TEXT("address"), TEXT("/data/info/address"), TEXT("/data/validity/address"));
        put_doubtful(r, TEXT("id_number"), TEXT("/data/info/number"), TEXT("/data/validity/number"));
        put_doubtful(r, TEXT("issuing_authority"), TEXT("/data/info/authority"), TEXT("/data/validity/authority"));
        put_doubtful(r, TEXT("validity"), TEXT("/data/info/timelimit"), TEXT("/data/validity/timelimit"));
        put_rotation(answer(r, TEXT("/data/rotate")));
        put_text(DONE_REQUEST_ID, answer(r, TEXT("/taskNo")));
        put_number(DONE_BILLED, charged(r, BILLED_YES));
    }
}

// on_response reads the envelope {code, msg, taskNo, charge, data}. The HTTP status adds nothing to code.
void on_response(bytes context, bytes r) {
    (void)context;
    bytes code = answer(r, TEXT("/code"));
    if (code.len == 0) {
        no_answer(r, TEXT("code"));
    } else if (!equal(code, TEXT("200"))) {
        refuse(r, refusal(code, answer(r, TEXT("/msg"))));
    } else if (equal(answer(r, TEXT("/data/result")), TEXT("1")) || !any_valid(r) || !any_field(r)) {
        refuse(r, (failure){.kind = NO_DOCUMENT, .fail_over = true, .billed = BILLED_YES, .fault = CALLER,
                            .message = TEXT("the vendor read no field of an ID card")});
    } else {
        done(r);
    }
}
