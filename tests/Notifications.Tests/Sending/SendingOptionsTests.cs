using ProdReady.Notifications.Sending;

namespace ProdReady.Notifications.Tests.Sending;

public sealed class SendingOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.True(new ValidateSendingOptions().Validate(null, new()).Succeeded);

    [Fact]
    public void Every_value_out_of_range_is_reported() => Assert.Equal(
        [
            "Sending:Concurrency is not between 1 and 256. Example: 16",
            "Sending:PollInterval is not between 100 ms and 1 minute. Example: 00:00:01",
        ],
        new ValidateSendingOptions().Validate(null, new() { Concurrency = 0, PollInterval = TimeSpan.Zero }).Failures);
}
