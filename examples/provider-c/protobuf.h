// Reads and writes the parts of the protobuf wire format that a provider needs, without a library.
//
// The input is at the beginning of the heap, and the output grows after it. Both are valid until the next call, so nothing
// is freed.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    const uint8_t *ptr;
    uint32_t len;
} bytes;

#define CONSTANT(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}
#define TEXT(literal) ((bytes)CONSTANT(literal))

static inline bool equal(bytes a, bytes b) {
    if (a.len != b.len) return false;
    for (uint32_t i = 0; i < a.len; i++) {
        if (a.ptr[i] != b.ptr[i]) return false;
    }
    return true;
}

static inline bool has_prefix(bytes s, bytes prefix) {
    return s.len >= prefix.len && equal((bytes){s.ptr, prefix.len}, prefix);
}

// ---- the heap

#define PAGE 65536u

extern uint8_t __heap_base; // the end of the linker's data

// reserve grows the memory up to an address.
static inline bool reserve(uint64_t end) {
    uint64_t size = (uint64_t)__builtin_wasm_memory_size(0) * PAGE;
    return end <= size || __builtin_wasm_memory_grow(0, (uint32_t)((end - size + PAGE - 1) / PAGE)) != (uint32_t)-1;
}

// input returns where the host writes n bytes, or null if there is no room.
static inline uint8_t *input(uint32_t length) {
    return reserve((uint64_t)(uintptr_t)&__heap_base + length) ? &__heap_base : 0;
}

// ---- reading

typedef struct {
    uint32_t number;
    uint64_t varint; // a number, a boolean or an enumeration
    bytes data;      // a text, bytes or a message
} field;

static inline bool read_varint(bytes *from, uint64_t *value) {
    *value = 0;
    for (uint32_t shift = 0; shift < 64 && from->len > 0; shift += 7) {
        uint8_t b = *from->ptr++;
        from->len--;
        *value |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) return true;
    }
    return false;
}

static inline bool read_span(bytes *from, uint64_t length, bytes *span) {
    if (length > from->len) return false;
    *span = (bytes){from->ptr, (uint32_t)length};
    from->ptr += length;
    from->len -= (uint32_t)length;
    return true;
}

// next_field takes the next field from a message. It returns false at the end and for invalid bytes.
static inline bool next_field(bytes *message, field *f) {
    uint64_t tag, length;
    *f = (field){0};
    if (message->len == 0 || !read_varint(message, &tag)) return false;
    f->number = (uint32_t)(tag >> 3);
    switch (tag & 7) {
    case 0: return read_varint(message, &f->varint);
    case 1: return read_span(message, 8, &f->data);
    case 2: return read_varint(message, &length) && read_span(message, length, &f->data);
    case 5: return read_span(message, 4, &f->data);
    default: return false;
    }
}

// find returns a field that occurs once, or zeros if it is missing.
static inline field find(bytes message, uint32_t number) {
    field f;
    while (next_field(&message, &f)) {
        if (f.number == number) return f;
    }
    return (field){0};
}

// ---- writing

extern bytes output; // defined in guest.c

#define OUTPUT ((uint8_t *)output.ptr)

// start_output begins the output after an input of this length.
static inline void start_output(uint32_t input_length) { output = (bytes){&__heap_base + input_length, 0}; }

// extend adds room to the output and returns it. Without memory it traps, and the host reports why.
static inline uint8_t *extend(uint32_t length) {
    if (!reserve((uint64_t)(uintptr_t)output.ptr + output.len + length)) __builtin_trap();
    output.len += length;
    return OUTPUT + output.len - length;
}

static inline void put_varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) *extend(1) = (uint8_t)value | 0x80;
    *extend(1) = (uint8_t)value;
}

// put writes bytes into the innermost INSIDE.
static inline void put(bytes b) { __builtin_memcpy(extend(b.len), b.ptr, b.len); }

static inline void put_decimal(uint64_t value) {
    uint8_t digits[20], *first = digits + sizeof digits;
    do *--first = (uint8_t)('0' + value % 10);
    while (value /= 10);
    put((bytes){first, (uint32_t)(digits + sizeof digits - first)});
}

// put_number writes a number, a boolean or an enumeration. It writes nothing for 0, which is the default.
static inline void put_number(uint32_t number, uint64_t value) {
    if (value == 0) return;
    put_varint(number << 3 | 0);
    put_varint(value);
}

// put_double writes a double, also if it is 0.
static inline void put_double(uint32_t number, double value) {
    put_varint(number << 3 | 1);
    __builtin_memcpy(extend(8), &value, 8);
}

static inline void put_text(uint32_t number, bytes text) {
    put_varint(number << 3 | 2);
    put_varint(text.len);
    put(text);
}

// open_field begins a message or a text of unknown length, and leaves one byte for the length. close_field moves the content
// if the length needs more bytes.
static inline uint32_t open_field(uint32_t number) {
    put_varint(number << 3 | 2);
    extend(1);
    return output.len;
}

static inline void close_field(uint32_t start) {
    uint32_t length = output.len - start, more = 0;
    for (uint32_t rest = length >> 7; rest > 0; rest >>= 7) more++;
    extend(more);
    if (more > 0) __builtin_memmove(OUTPUT + start + more, OUTPUT + start, length);
    for (uint32_t i = 0; i < more; i++, length >>= 7) OUTPUT[start - 1 + i] = (uint8_t)length | 0x80;
    OUTPUT[start - 1 + more] = (uint8_t)length;
}

// INSIDE(field) { … } writes the output of its block into a field. Do not return or break out of the block.
#define INSIDE(number) for (uint32_t start_ = open_field(number), once_ = 1; once_; close_field(start_), once_ = 0)
