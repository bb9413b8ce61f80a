// A block of lanes: what one invocation works on. Rows in memory are arrays of whole blocks, so that one index, and one check
// of that index, serves all lanes of a block.
alias Block = array<Lane, blockLanes>;

// Blocks of a row.
const rowBlocks = rowLanes / blockLanes;
