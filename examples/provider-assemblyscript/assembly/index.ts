// The functions that the host calls. Do not change this file. The adapter has onStart and onResponse; each writes one action.
import { onResponse, onStart } from "./adapter";
import { Billed, Context, Failure, Fault, Kind, Response, Start, Step } from "./ocrmux";
import { Message, Writer } from "./wire";

// The input and the last output. Both are valid until the next call.
let input = new StaticArray<u8>(0);
let output = new Writer();

export function ocrmux_abi_v1(): u32 {
  return 0;
}

export function ocrmux_alloc(length: u32): usize {
  if (<u32>input.length < length) input = new StaticArray<u8>(length);
  return changetype<usize>(input);
}

export function ocrmux_step(length: u32): u64 {
  __collect(); // here only the globals are alive
  const at = changetype<usize>(input);
  const step = new Message(at, at + length);
  const context = new Context();
  let start: Start | null = null;
  let response: Response | null = null;
  while (step.next()) {
    if (step.field == Step.CONTEXT) context.read(step.message());
    if (step.field == Step.START) (start = new Start()).read(step.message());
    if (step.field == Step.RESPONSE) (response = new Response()).read(step.message());
  }
  output = new Writer();
  if (start) {
    onStart(context, start, output);
  } else if (response) {
    onResponse(context, response, output);
  } else {
    new Failure(Kind.INTERNAL, false, false, Billed.NO, Fault.OPERATOR, "the step has neither a start nor a response").write(output);
  }
  return output.place();
}
