//! ARN tails and request ids: random to the reader, the same again for the same seed.

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A small generator; two simulators with the same seed and the same calls give the same ARNs.
#[derive(Debug, Clone)]
pub(crate) struct Random(fastrand::Rng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// The tail of a new ARN: 26 characters as in older accounts or 39 as in newer ones.
    pub(crate) fn arn_tail(&mut self) -> String {
        let length = if self.0.bool() { 26 } else { 39 };
        (0..length).map(|_| char::from(BASE32[self.0.usize(..BASE32.len())])).collect()
    }

    /// A request id, in the form of a UUID.
    pub(crate) fn request_id(&mut self) -> String {
        let digits = format!("{:032x}", self.0.u128(..));
        [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
    }
}
