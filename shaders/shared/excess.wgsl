// What is filtered of a stored Q: Q itself, or where there are two labels and the second is not stored, half of what the first has more than it.
fn filtered(q: Lane) -> Lane { return q - Lane(select(0.0, 0.5, filtersExcess)); }
