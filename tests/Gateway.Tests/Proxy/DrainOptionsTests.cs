using ProdReady.Gateway.Proxy.Draining;

namespace ProdReady.Gateway.Tests.Proxy;

public sealed class DrainOptionsTests
{
    [Fact]
    public void The_defaults_and_the_bounds_are_valid() => Assert.All<DrainOptions>(
        [
            new(),
            new() { Delay = TimeSpan.Zero, Finish = TimeSpan.FromSeconds(1) },
            new() { Delay = TimeSpan.FromMinutes(5), Finish = TimeSpan.FromHours(1) },
        ],
        options => Assert.Empty(Failures(options)));

    [Fact]
    public void Every_failure_is_named()
    {
        Assert.Equal(
            [
                "Draining:Delay is -00:00:01; it must be 0 to 5 min. Example: 00:00:05",
                "Draining:Finish is 00:00:00; it must be 1 s to 1 h. Example: 00:00:30",
            ],
            Failures(new() { Delay = TimeSpan.FromSeconds(-1), Finish = TimeSpan.Zero }));
        Assert.Equal(
            [
                "Draining:Delay is 00:05:01; it must be 0 to 5 min. Example: 00:00:05",
                "Draining:Finish is 01:00:01; it must be 1 s to 1 h. Example: 00:00:30",
            ],
            Failures(new() { Delay = TimeSpan.FromSeconds(301), Finish = TimeSpan.FromSeconds(3601) }));
    }

    private static IEnumerable<string> Failures(DrainOptions options) => new ValidateDrainOptions().Validate(null, options).Failures ?? [];
}
