//! Logarithms and powers in whole numbers, so that temperatures are the same on every machine.

/// Fractional bits of the numbers in this module.
pub(crate) const BITS: u32 = 16;
const ONE: u64 = 1 << BITS;

/// log2 of `x` / 2^16, times 2^16, for `x` > 0: the integer part by position, the fraction bit by bit by squaring.
pub(crate) fn log2(x: u64) -> i64 {
    let whole = i64::from(x.ilog2()) - i64::from(BITS);
    // The mantissa in [1, 2) with 31 fractional bits.
    let mut mantissa = u128::from(x) << 64 >> x.ilog2() >> 33;
    let mut fraction = 0_i64;
    for _ in 0..BITS {
        mantissa = (mantissa * mantissa) >> 31;
        fraction <<= 1;
        if mantissa >= 1 << 32 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    (whole << BITS) + fraction
}

/// 2^(`x` / 2^16), times 2^16, for `x` whose result fits.
pub(crate) fn exp2(x: i64) -> u64 {
    /// 2^(1/2), 2^(1/4), … times 2^32.
    const ROOTS: [u128; 16] = roots();
    let whole = x >> BITS;
    let fraction = x & ((1 << BITS) - 1);
    let mut result: u128 = 1 << 32;
    for (place, root) in ROOTS.iter().enumerate() {
        if fraction >> (15 - place) & 1 == 1 {
            result = (result * root) >> 32;
        }
    }
    let shift = whole + i64::from(BITS) - 32;
    let scaled = if shift >= 0 { result << shift.min(63) } else { result >> (-shift).min(127) };
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

const fn roots() -> [u128; 16] {
    let mut roots = [0; 16];
    let mut value: u128 = 2 << 32;
    let mut place = 0;
    while place < 16 {
        value = (value << 32).isqrt();
        #[expect(clippy::indexing_slicing, reason = "`place` is below the length; iterators are not const")]
        {
            roots[place] = value;
        }
        place += 1;
    }
    roots
}

/// -ln(u) for `u` in 1..=2^16 parts of 2^16, times 2^16.
pub(crate) fn minus_ln(u: u64) -> i64 {
    /// ln 2, times 2^16.
    const LN_2: i64 = 45_426;
    -((log2(u.clamp(1, ONE)) * LN_2) >> BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_exact() {
        for whole in 0..20 {
            assert_eq!(exp2(whole << BITS), ONE << whole);
            assert_eq!(log2(ONE << whole), whole << BITS);
        }
        assert_eq!(exp2(-(3 << BITS)), ONE / 8);
    }

    #[test]
    fn a_logarithm_undoes_a_power() {
        for x in (0..20 << BITS).step_by(997) {
            assert!((log2(exp2(x)) - x).abs() <= 4, "{x}");
        }
    }

    #[test]
    fn the_logarithm_of_a_half() {
        assert!((minus_ln(ONE / 2) - 45_426).abs() <= 1);
        assert_eq!(minus_ln(ONE), 0);
    }
}
