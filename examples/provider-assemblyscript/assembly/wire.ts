// Reads and writes the protobuf wire format: as much of it as a provider needs, without a library.

/** A message to be read, in place. It ends where its bytes do, or make no sense any more. */
export class Message {
  /** The field at hand: its number, the value of a number, and where its bytes lie. */
  field: u32 = 0;
  value: u64 = 0;
  private start: usize = 0;
  private length: u32 = 0;

  constructor(private at: usize, private end: usize) {}

  /** Takes the next field. */
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

  /** A number; one that is cut short or too long puts the reader behind the end. */
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

/** A message to be written. Open and close stand around what lies inside a field. */
export class Writer {
  private bytes: StaticArray<u8> = new StaticArray<u8>(1024);
  private used: u32 = 0;

  /** Where it lies, and its length, as the host wants them. */
  place(): u64 {
    return ((<u64>changetype<usize>(this.bytes)) << 32) | <u64>this.used;
  }

  /** A number, a truth value or an enumeration. 0 is what a missing one means. */
  number(field: u32, value: u64): void {
    if (value == 0) return;
    this.varint(field << 3);
    this.varint(value);
  }

  /** A double that is there even when it is 0. */
  double(field: u32, value: f64): void {
    this.varint((field << 3) | 1);
    store<f64>(this.extend(8), value);
  }

  text(field: u32, text: string): void {
    const length = <u32>String.UTF8.byteLength(text);
    this.varint((field << 3) | 2);
    this.varint(length);
    const to = this.extend(length); // may move what is there
    String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, to);
  }

  /** Begins a message whose length is not known yet, and leaves one byte for it. */
  open(field: u32): u32 {
    this.varint((field << 3) | 2);
    this.extend(1);
    return this.used;
  }

  /** Ends the message that open gave, and moves it when its length takes more than the one byte. */
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
