//! Reads and writes the parts of the protobuf wire format that a provider needs, without a library.

#![allow(dead_code)] // no provider uses all of it

/// One field of a message: `varint` for a number, a boolean or an enumeration; `data` for a text, bytes or a message.
#[derive(Clone, Copy, Default)]
pub struct Field<'a> {
    pub number: u32,
    pub varint: u64,
    pub data: &'a [u8],
}

/// A message to read. It ends at its last byte, or at the first invalid one.
#[derive(Clone, Copy, Default)]
pub struct Message<'a>(pub &'a [u8]);

impl<'a> Message<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.bytes(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
        if length > self.0.len() as u64 {
            return None;
        }
        let (head, rest) = self.0.split_at(length as usize);
        self.0 = rest;
        Some(head)
    }

    /// The field with this number, which occurs once.
    pub fn find(mut self, number: u32) -> Option<Field<'a>> {
        Iterator::find(&mut self, |f| f.number == number)
    }

    pub fn number(self, number: u32) -> u64 {
        self.find(number).unwrap_or_default().varint
    }

    /// A text, or an empty text if it is missing. The host checks that texts are UTF-8.
    pub fn text(self, number: u32) -> &'a str {
        std::str::from_utf8(self.find(number).unwrap_or_default().data).unwrap_or_default()
    }

    pub fn message(self, number: u32) -> Message<'a> {
        Message(self.find(number).unwrap_or_default().data)
    }

    /// The messages of a repeated field.
    pub fn messages(self, number: u32) -> impl Iterator<Item = Message<'a>> {
        self.filter(move |f| f.number == number).map(|f| Message(f.data))
    }
}

impl<'a> Iterator for Message<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let tag = self.varint()?;
        let mut field = Field { number: (tag >> 3) as u32, ..Field::default() };
        match tag & 7 {
            0 => field.varint = self.varint()?,
            1 => field.data = self.bytes(8)?,
            2 => {
                let length = self.varint()?;
                field.data = self.bytes(length)?;
            }
            5 => field.data = self.bytes(4)?,
            _ => return None,
        }
        Some(field)
    }
}

/// A message to write.
#[derive(Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A number, a boolean or an enumeration. Nothing is written for 0, which is the default.
    pub fn number(&mut self, number: u32, value: u64) {
        if value != 0 {
            self.varint(u64::from(number) << 3);
            self.varint(value);
        }
    }

    /// A double, also if it is 0.
    pub fn double(&mut self, number: u32, value: f64) {
        self.varint(u64::from(number) << 3 | 1);
        self.0.extend(value.to_le_bytes());
    }

    pub fn text(&mut self, number: u32, text: &str) {
        self.varint(u64::from(number) << 3 | 2);
        self.varint(text.len() as u64);
        self.0.extend(text.as_bytes());
    }

    /// A message that `fill` writes.
    pub fn message(&mut self, number: u32, fill: impl FnOnce(&mut Writer)) {
        let mut inner = Writer::default();
        fill(&mut inner);
        self.varint(u64::from(number) << 3 | 2);
        self.varint(inner.0.len() as u64);
        self.0.extend(inner.0);
    }
}
