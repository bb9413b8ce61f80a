// Murmur-style mixing (Appleby, public domain constants): spreads nearby keys over an open-addressing table.
fn hashMix(hash: u32, word: u32) -> u32 {
  let scrambled = (word * 0xcc9e2d51u);
  let turned = ((scrambled << 15u) | (scrambled >> 17u)) * 0x1b873593u;
  let mixed = hash ^ turned;
  return ((mixed << 13u) | (mixed >> 19u)) * 5u + 0xe6546b64u;
}

fn hashEnd(hash: u32) -> u32 {
  var mixed = hash ^ (hash >> 16u);
  mixed *= 0x85ebca6bu;
  mixed ^= mixed >> 13u;
  mixed *= 0xc2b2ae35u;
  return mixed ^ (mixed >> 16u);
}
