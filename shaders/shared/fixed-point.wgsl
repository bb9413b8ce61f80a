// Terms of the fixed-point sums, whole numbers: 2^23 is added, whose unit in the last place is 1, and its bits are taken off again.
// Where `filtersExcess`, q is Q - 1/2: terms have a sign and are below 2^22, and 2^23 + 2^22 is added.

fn roundingOffset() -> f32 { return select(8388608.0, 12582912.0, filtersExcess); }
fn roundingBits() -> i32 { return select(0x4b000000i, 0x4b400000i, filtersExcess); }
