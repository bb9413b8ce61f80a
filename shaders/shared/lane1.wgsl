// A lane of one channel. Lanes are the unit in which rows of channels are loaded, stored and computed.
alias Lane = f32;
alias IntegerLane = i32;

fn laneSum(lane: Lane) -> f32 { return lane; }
fn laneMax(lane: Lane) -> f32 { return lane; }
// NaN or infinite: WGSL may assume that floats are finite, so only the bits tell.
fn laneNonFinite(lane: Lane) -> bool { return (bitcast<u32>(lane) & 0x7f800000u) == 0x7f800000u; }
fn laneChannel(lane: IntegerLane, channel: u32) -> i32 { return lane; }
