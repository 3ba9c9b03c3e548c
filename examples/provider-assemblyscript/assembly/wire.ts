// Reads and writes the parts of the protobuf wire format that a provider needs, without a library.

/** A message to read in place. It ends at its last byte, or at the first invalid one. */
export class Message {
  /** The current field: its number, the value of a number, and the place of its bytes. */
  field: u32 = 0;
  value: u64 = 0;
  private start: usize = 0;
  private length: u32 = 0;

  constructor(private at: usize, private end: usize) {}

  /** Moves to the next field. */
  next(): bool {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = <u32>(tag >> 3);
    switch (<u32>tag & 7) {
      case 0:
        this.value = this.varint();
        return this.at <= this.end;
      case 1:
        return this.span(8);
      case 2:
        return this.span(this.varint());
      case 5:
        return this.span(4);
      default:
        return false;
    }
  }

  text(): string {
    return String.UTF8.decodeUnsafe(this.start, this.length);
  }

  message(): Message {
    return new Message(this.start, this.start + this.length);
  }

  /** A number. If it is cut off or too long, the reader moves to the end. */
  private varint(): u64 {
    let value: u64 = 0;
    for (let shift: u64 = 0; shift < 64 && this.at < this.end; shift += 7) {
      const byte = load<u8>(this.at++);
      value |= (<u64>(byte & 0x7f)) << shift;
      if (byte < 0x80) return value;
    }
    this.at = this.end + 1;
    return 0;
  }

  private span(length: u64): bool {
    if (this.at > this.end || length > <u64>(this.end - this.at)) return false;
    this.start = this.at;
    this.length = <u32>length;
    this.at += <usize>length;
    return true;
  }
}

/** A message to write. Call open before and close after the content of a field. */
export class Writer {
  private bytes: StaticArray<u8> = new StaticArray<u8>(1024);
  private used: u32 = 0;

  /** The address and the length of the message, in the form that the host expects. */
  place(): u64 {
    return ((<u64>changetype<usize>(this.bytes)) << 32) | <u64>this.used;
  }

  /** A number, a boolean or an enumeration. Nothing is written for 0, which is the default. */
  number(field: u32, value: u64): void {
    if (value == 0) return;
    this.varint(field << 3);
    this.varint(value);
  }

  /** A double, also if it is 0. */
  double(field: u32, value: f64): void {
    this.varint((field << 3) | 1);
    store<f64>(this.extend(8), value);
  }

  text(field: u32, text: string): void {
    const length = <u32>String.UTF8.byteLength(text);
    this.varint((field << 3) | 2);
    this.varint(length);
    const to = this.extend(length); // may move the buffer
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, to);
  }

  /** Begins a message of unknown length, and leaves one byte for the length. */
  open(field: u32): u32 {
    this.varint((field << 3) | 2);
    this.extend(1);
    return this.used;
  }

  /** Ends the message that open began, and moves it if the length needs more than one byte. */
  close(start: u32): void {
    const length = this.used - start;
    let more: u32 = 0;
    for (let rest = length >> 7; rest > 0; rest >>= 7) more++;
    this.extend(more);
    const at = changetype<usize>(this.bytes) + start;
    memory.copy(at + more, at, length);
    const end = this.used;
    this.used = start - 1;
    this.varint(length);
    this.used = end;
  }

  private varint(value: u64): void {
    for (; value >= 0x80; value >>= 7) store<u8>(this.extend(1), <u8>value | 0x80);
    store<u8>(this.extend(1), <u8>value);
  }

  private extend(length: u32): usize {
    const needed = this.used + length;
    if (needed > <u32>this.bytes.length) {
      const larger = new StaticArray<u8>(max(needed, 2 * this.bytes.length));
      memory.copy(changetype<usize>(larger), changetype<usize>(this.bytes), this.used);
      this.bytes = larger;
    }
    const at = changetype<usize>(this.bytes) + this.used;
    this.used = needed;
    return at;
  }
}
