// A lane of four channels. Lanes are the unit in which rows of channels are loaded, stored and computed.
alias Lane = vec4f;
alias IntegerLane = vec4i;

fn laneSum(lane: Lane) -> f32 { return (lane.x + lane.y) + (lane.z + lane.w); }
fn laneMax(lane: Lane) -> f32 { return max(max(lane.x, lane.y), max(lane.z, lane.w)); }
// NaN or infinite: WGSL may assume that floats are finite, so only the bits tell.
fn laneNonFinite(lane: Lane) -> bool { return any((bitcast<vec4u>(lane) & vec4u(0x7f800000u)) == vec4u(0x7f800000u)); }
fn laneChannel(lane: IntegerLane, channel: u32) -> i32 { return lane[channel]; }
