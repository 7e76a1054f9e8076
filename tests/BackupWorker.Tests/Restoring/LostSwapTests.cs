using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Restoring;
using ProdReady.Testing;

namespace ProdReady.BackupWorker.Tests.Restoring;

/// <summary>A swap whose connection is lost at the worst moment says what is true, and not what it last heard.</summary>
public sealed class LostSwapTests(DataStores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_without_an_answer_is_found_out()
    {
        var (result, names, kept) = await SwapAsync(isCommitPassedOn: true, comesBack: true);

        Assert.Null(result.Error);
        Assert.Equal(kept, result.KeptAs);
        Assert.Equal("new", names);
    }

    [Fact]
    public async Task A_commit_that_did_not_arrive_renamed_nothing()
    {
        var (result, names, _) = await SwapAsync(isCommitPassedOn: false, comesBack: true);

        Assert.StartsWith("Nothing was renamed. The database cannot be reached or was lost: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("old", names);
    }

    [Fact]
    public async Task What_cannot_be_found_out_is_told_as_that()
    {
        var (result, _, _) = await SwapAsync(isCommitPassedOn: false, comesBack: false);

        Assert.Contains(" Whether anything was renamed cannot be found out now: ", result.Error, StringComparison.Ordinal);
        Assert.Matches(
            " Look with psql -l: if '.*' is there, nothing was renamed, and the databases may take no connections until you run: ALTER DATABASE "
            + "\".*\" ALLOW_CONNECTIONS true; ALTER DATABASE \".*\" ALLOW_CONNECTIONS true; If it is not there, all is done\\.$",
            result.Error);
    }

    [Fact]
    public async Task A_session_that_is_ended_while_connections_are_allowed_again_leaves_the_statements_for_it()
    {
        var (result, names, _) = await SwapAsync(isCommitPassedOn: false, comesBack: true, isEndedAfterwards: true);

        Assert.Contains(" Whether anything was renamed cannot be found out now: The session was lost. Look with psql -l: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("", names);
    }

    private async Task<(SwapResult Result, string Content, string Kept)> SwapAsync(
        bool isCommitPassedOn, bool comesBack, bool isEndedAfterwards = false)
    {
        await using var fixture = await BackupsFixture.CreateAsync(stores);
        var (current, restored) = (fixture.Target(), fixture.Target());
        foreach (var (database, content) in new[] { (current, "old"), (restored, "new") })
        {
            await fixture.ExecuteAsync($"CREATE DATABASE \"{database.Name}\"");
            await BackupsFixture.ExecuteAsync(database.ConnectionString, $"CREATE TABLE t AS SELECT '{content}'::text AS content");
        }

        var time = new FakeTimeProvider(new(2026, 11, 28, 2, 3, 4, TimeSpan.Zero));
        await using var kept = fixture.Target(DatabaseSwap.NameToKeep(current.Name, time.GetUtcNow()));
        await using var relay = new Relay(new(fixture.Database.ConnectionString), isCommitPassedOn, comesBack, isEndedAfterwards);
        await using var pool = NpgsqlDataSource.Create(relay.ConnectionString);

        var result = await new DatabaseSwap(pool, time).RunAsync(
            new DirectConnection(relay.ConnectionString, "TEST"), current.Name, restored.Name, new(_ => { }), Cancelled);

        // What takes no connections cannot be asked
        var found = comesBack && !isEndedAfterwards ? await BackupsFixture.ScalarAsync<string>(current.ConnectionString, "SELECT content FROM t") : "";
        return (result, found, kept.Name);
    }

    /// <summary>Passes bytes on until a COMMIT comes by (READ COMMITTED is none); that connection ends with it.</summary>
    private sealed class Relay : IAsyncDisposable
    {
        /// <summary>An ErrorResponse: what an administrator's pg_terminate_backend looks like.</summary>
        private static readonly byte[] Ended = ErrorResponse("SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0");

        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly NpgsqlConnectionStringBuilder _server;
        private readonly bool _isCommitPassedOn;
        private readonly bool _comesBack;
        private readonly bool _isEndedAfterwards;
        private readonly Task _accepting;
        private volatile bool _isOneLost;

        public Relay(NpgsqlConnectionStringBuilder server, bool isCommitPassedOn, bool comesBack, bool isEndedAfterwards)
        {
            (_server, _isCommitPassedOn, _comesBack, _isEndedAfterwards) = (server, isCommitPassedOn, comesBack, isEndedAfterwards);
            _listener.Start();
            ConnectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString)
            {
                Host = "127.0.0.1",
                Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
                SslMode = SslMode.Disable,
            }.ConnectionString;
            _accepting = AcceptAsync();
        }

        public string ConnectionString { get; }

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _accepting;
        }

        private static byte[] ErrorResponse(string fields) =>
            [(byte)'E', .. BitConverter.GetBytes(IPAddress.HostToNetworkOrder(4 + fields.Length)), .. Encoding.Latin1.GetBytes(fields)];

        private async Task AcceptAsync()
        {
            var all = new List<Task>();
            try
            {
                while (true)
                {
                    all.Add(ServeAsync(await _listener.AcceptTcpClientAsync(Cancelled)));
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                await Task.WhenAll(all);
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using var server = new TcpClient();
            await server.ConnectAsync(_server.Host!, _server.Port, Cancelled);
            var (isLost, isSecond) = (false, _isOneLost);
            var isEnded = false;
            var answered = new TaskCompletionSource();
            using (client)
            {
                var back = PassOnAsync(server, client, _ =>
                {
                    if (isLost)
                    {
                        answered.TrySetResult();
                    }

                    return !isLost;
                });
                await PassOnAsync(client, server, text =>
                {
                    isLost = isLost || text.Contains("COMMIT\0", StringComparison.Ordinal);
                    isEnded = isSecond && _isEndedAfterwards && text.Contains("ALLOW_CONNECTIONS true", StringComparison.Ordinal);
                    return !isEnded && (!isLost || _isCommitPassedOn);
                },
                async () =>
                {
                    if (isEnded)
                    {
                        await client.GetStream().WriteAsync(Ended, Cancelled);
                        return false;
                    }

                    _isOneLost |= isLost;
                    if (isLost && !_comesBack)
                    {
                        _listener.Stop();
                    }

                    if (isLost && _isCommitPassedOn)
                    {
                        await answered.Task.WaitAsync(Cancelled);
                    }

                    return !isLost;
                });
                client.Close();
                server.Close();
                await back;
            }
        }

        /// <summary>Until one of them is gone, or there is to be no more.</summary>
        private static async Task PassOnAsync(TcpClient from, TcpClient to, Func<string, bool> isPassedOn, Func<Task<bool>>? goesOn = null)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.GetStream().ReadAsync(buffer, Cancelled) is > 0 and var read)
                {
                    if (isPassedOn(Encoding.Latin1.GetString(buffer, 0, read)))
                    {
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, read), Cancelled);
                    }

                    if (goesOn is not null && !await goesOn())
                    {
                        return;
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // One of them is gone
            }
        }
    }
}
