//! The optimiser: from a planning problem, a seed and a budget to a roster.
