using System.Net;
using ProdReady.ServiceDefaults.Telemetry.Redis;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace ProdReady.ServiceDefaults.Tests.Telemetry.Redis;

public sealed class RedisCommandTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    [Fact]
    public void It_is_described_by_the_conventions() => Assert.Equal(
        [
            new("db.system.name", "redis"),
            new("db.operation.name", "GET"),
            new("db.namespace", "3"),
            new("server.address", "cache.example"),
            new("server.port", 6380),
        ],
        new RedisCommand(new Command { Db = 3 }, Timeout).Tags());

    [Fact]
    public void A_command_without_a_database_has_no_namespace() => Assert.DoesNotContain(
        new RedisCommand(new Command { Db = -1 }, Timeout).Tags(), tag => tag.Key == "db.namespace");

    [Theory]
    [InlineData(1999, 1900, null)]
    [InlineData(2000, 1900, "StackExchange.Redis.RedisTimeoutException")]
    [InlineData(5, 900_000, "StackExchange.Redis.RedisConnectionException")]
    public void Its_error_is_what_its_times_can_tell(int elapsed, int sentToResponse, string? expected) => Assert.Equal(
        expected,
        new RedisCommand(
            new Command
            {
                ElapsedTime = TimeSpan.FromMilliseconds(elapsed),
                SentToResponse = TimeSpan.FromMilliseconds(sentToResponse),
            },
            Timeout).Error);

    private sealed class Command : IProfiledCommand
    {
        public EndPoint EndPoint => new DnsEndPoint("cache.example", 6380);

        public int Db { get; init; }

        string IProfiledCommand.Command => "GET";

        public CommandFlags Flags => CommandFlags.None;

        public DateTime CommandCreated => DateTime.UnixEpoch;

        public TimeSpan CreationToEnqueued => TimeSpan.Zero;

        public TimeSpan EnqueuedToSending => TimeSpan.Zero;

        public TimeSpan SentToResponse { get; init; }

        public TimeSpan ResponseToCompletion => TimeSpan.Zero;

        public TimeSpan ElapsedTime { get; init; } = TimeSpan.FromMilliseconds(1);

        public IProfiledCommand? RetransmissionOf => null;

        public RetransmissionReasonType? RetransmissionReason => null;
    }
}
