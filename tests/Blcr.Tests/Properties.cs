using Xunit.v3;

// Two cores: more real processes at a time only make every time limit harder to keep.
[assembly: Parallelization(MaxThreads = 2)]
