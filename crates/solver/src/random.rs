use rand_core::{RngCore, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Random numbers that are the same on every machine.
#[derive(Clone)]
pub(crate) struct Random(Pcg64Mcg);

impl Random {
    /// The numbers of one walker of a run.
    pub(crate) fn new(seed: u64, walker: usize) -> Self {
        let walker = u64::try_from(walker).unwrap_or(u64::MAX);
        Self(Pcg64Mcg::seed_from_u64(seed ^ walker.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// 64 random bits.
    #[inline]
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `limit`, which is above 0 and below 2^32.
    #[inline]
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        scale(self.bits() >> 32, limit)
    }
}

/// 32 random bits as a number below `limit`.
#[inline]
#[expect(clippy::as_conversions, reason = "the result is below `limit`")]
pub(crate) fn scale(bits: u64, limit: usize) -> usize {
    (((bits & 0xFFFF_FFFF) * limit as u64) >> 32) as usize
}
