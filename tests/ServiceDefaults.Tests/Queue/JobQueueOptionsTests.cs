using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Queue;
using ProdReady.Testing;

namespace ProdReady.ServiceDefaults.Tests.Queue;

public sealed class JobQueueOptionsTests(DataStores stores) : QueueTest(stores)
{
    [Fact]
    public async Task Wrong_settings_stop_the_start_with_every_failure()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            null,
            ("Queues:items:Concurrency", "0"),
            ("Queues:items:Prefetch", "-1"),
            ("Queues:items:Lease", "00:00:00.5"),
            ("Queues:items:PollInterval", "02:00:00"),
            ("Queues:items:MaxAttempts", "0"),
            ("Queues:items:FirstDelay", "00:10:00"),
            ("Queues:items:StopGrace", "-00:00:01")));

        Assert.Equal(
            [
                "Queues:items:Concurrency is 0, outside 1 to 1000. Example: 16",
                "Queues:items:Prefetch is -1, outside 0 to 10000. Example: 16",
                "Queues:items:Lease is 00:00:00.5000000, outside 00:00:01 to 01:00:00. Example: 00:00:30",
                "Queues:items:PollInterval is 02:00:00, outside 00:00:00.0100000 to 00:01:00. Example: 00:00:01",
                "Queues:items:MaxAttempts is 0, outside 1 to 1000. Example: 20",
                "Queues:items:LongestDelay is 00:05:00, outside 00:10:00 to 1.00:00:00. Example: 00:05:00",
                "Queues:items:StopGrace is -00:00:01, outside 00:00:00 to 00:01:00. Example: 00:00:03",
            ],
            failure.Failures);
    }

    [Theory]
    [InlineData("tests", "Items")]
    [InlineData("tests; DROP TABLE", "items")]
    [InlineData("tests", "")]
    public void Name_that_is_no_identifier_is_refused(string schema, string name) =>
        Assert.Throws<ArgumentException>(() => new JobQueueDefinition(schema, name));
}
