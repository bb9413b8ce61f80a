// A lane of two channels. Lanes are the unit in which rows of channels are loaded, stored and computed.
alias Lane = vec2f;
alias IntegerLane = vec2i;

fn laneSum(lane: Lane) -> f32 { return lane.x + lane.y; }
fn laneMax(lane: Lane) -> f32 { return max(lane.x, lane.y); }
// NaN or infinite: WGSL may assume that floats are finite, so only the bits tell.
fn laneNonFinite(lane: Lane) -> bool { return any((bitcast<vec2u>(lane) & vec2u(0x7f800000u)) == vec2u(0x7f800000u)); }
fn laneChannel(lane: IntegerLane, channel: u32) -> i32 { return lane[channel]; }
