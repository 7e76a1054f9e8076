using CsCheck;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.ServiceDefaults.Tests.Queue;

public sealed class RetryBackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(1_000, 300)]
    public void Bound_doubles_up_to_the_longest(int attempt, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryBackoff.Delay(attempt, First, Longest, jitter: 1));

    [Fact]
    public void Jitter_takes_anything_from_zero_to_the_bound() =>
        Gen.Select(Gen.Int[1, 2_000], Gen.Double[0, 1]).Sample((attempt, jitter) =>
        {
            var bound = RetryBackoff.Delay(attempt, First, Longest, jitter: 1);
            var delay = RetryBackoff.Delay(attempt, First, Longest, jitter);
            return delay >= TimeSpan.Zero && delay <= bound
                && Math.Abs((delay - (bound * jitter)).TotalMilliseconds) <= 1;
        });
}
