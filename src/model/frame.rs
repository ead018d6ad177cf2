//! The envelope of what two processes of one program say to each other over a pipe: a mark and a length.
//!
//! A stray byte on the pipe (a library that prints, a half-written answer) must never be read as an answer, so each
//! message starts with four fixed bytes.

/// The head of one message: the mark, then the length of the body as four bytes, the lowest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameHead(u32);

/// What each message starts with.
const MARK: [u8; 4] = *b"CWf1";

impl FrameHead {
    /// How many bytes a head has.
    pub const BYTES: usize = 8;

    /// The longest body, in bytes: 1 GiB.
    pub const LONGEST: usize = 1 << 30;

    /// The head of a body of this many bytes; `None` when it is longer than [`LONGEST`](Self::LONGEST).
    pub fn of(length: usize) -> Option<Self> {
        (length <= Self::LONGEST).then(|| u32::try_from(length).ok().map(Self)).flatten()
    }

    /// The bytes to write before the body.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let [m0, m1, m2, m3] = MARK;
        let [l0, l1, l2, l3] = self.0.to_le_bytes();
        [m0, m1, m2, m3, l0, l1, l2, l3]
    }

    /// Reads a head; `None` when these bytes are none.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let [m0, m1, m2, m3, l0, l1, l2, l3] = bytes;
        let length = usize::try_from(u32::from_le_bytes([l0, l1, l2, l3])).ok()?;
        if [m0, m1, m2, m3] == MARK { Self::of(length) } else { None }
    }

    /// The length of the body, in bytes.
    pub fn length(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::FrameHead;

    #[test]
    fn a_head_reads_back_and_nothing_else_is_a_head() {
        for length in [0, 1, 255, 70_000, FrameHead::LONGEST] {
            let head = FrameHead::of(length).unwrap();
            assert_eq!(FrameHead::from_bytes(head.to_bytes()).map(FrameHead::length), Some(length));
        }
        assert_eq!(FrameHead::of(FrameHead::LONGEST + 1), None);
        assert_eq!(FrameHead::from_bytes(*b"warning:"), None);
        assert_eq!(FrameHead::from_bytes(*b"CWf1\xff\xff\xff\xff"), None);
    }
}
