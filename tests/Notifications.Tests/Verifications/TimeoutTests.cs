using System.Diagnostics;
using System.Net;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>A database that is there, but does not answer: somebody holds the tables.</summary>
public sealed class TimeoutTests(DataStores stores) : VerificationTest(stores)
{
    [Theory]
    [InlineData("verifications")]
    [InlineData("verification_sends")]
    [InlineData("verification_blocks")]
    public async Task What_waits_for_a_table_ends_within_seconds(string table)
    {
        var (_, caller) = Start();
        var id = await BeginAsync(caller);
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand($"LOCK TABLE notifications.{table}", connection);
        await command.ExecuteNonQueryAsync(Cancellation);
        var began = Stopwatch.GetTimestamp();

        Task<HttpResponseMessage>[] waiting = table switch
        {
            "verifications" =>
            [
                caller.GetAsync(new Uri($"{Root}/{id}", UriKind.Relative), Cancellation),
                caller.PostAsJsonAsync($"{Root}/{id}/check", new { code = "123456" }, Cancellation),
                caller.PostAsJsonAsync(Root, new { to = OtherNumber, purpose = "login" }, Cancellation),
            ],
            "verification_sends" => [caller.PostAsJsonAsync(Root, new { to = OtherNumber, purpose = "login" }, Cancellation)],
            _ =>
            [
                caller.GetAsync(new Uri($"{Root}/blocked-prefixes", UriKind.Relative), Cancellation),
                caller.DeleteAsync(new Uri($"{Root}/blocked-prefixes/NG", UriKind.Relative), Cancellation),
            ],
        };
        Assert.All(await Task.WhenAll(waiting), response => Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode));

        // 5 s by the settings of the commands; 30 s are Npgsql's own
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(9));
    }
}
