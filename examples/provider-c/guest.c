// The functions that the host calls. Do not change this file.
#include "ocrmux.h"

bytes output;

__attribute__((export_name("ocrmux_abi_v1"))) uint32_t ocrmux_abi_v1(void) { return 0; }

__attribute__((export_name("ocrmux_alloc"))) uint8_t *ocrmux_alloc(uint32_t length) { return input(length); }

__attribute__((export_name("ocrmux_step"))) uint64_t ocrmux_step(uint32_t length) {
    bytes step = {&__heap_base, length};
    bytes context = find(step, STEP_CONTEXT).data;
    field start = find(step, STEP_START), response = find(step, STEP_RESPONSE);
    start_output(length);
    if (start.number != 0) {
        on_start(context, start.data);
    } else if (response.number != 0) {
        on_response(context, response.data);
    } else {
        fail((failure){.kind = INTERNAL, .billed = BILLED_NO, .fault = OPERATOR, .message = TEXT("the step has neither a start nor a response")});
    }
    return (uint64_t)(uintptr_t)output.ptr << 32 | output.len;
}
