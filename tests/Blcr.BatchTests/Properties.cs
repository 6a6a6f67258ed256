using Blcr.BatchTests.Harness;
using Xunit;
using Xunit.v3;

// The tests wait for Grid Engine nearly all the time.
[assembly: Parallelization(MaxThreads = 8)]
[assembly: AssemblyFixture(typeof(Cell))]
