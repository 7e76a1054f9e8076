using Npgsql;
using ProdReady.Notifications.Messages;
using ProdReady.ServiceDefaults.Queue;

namespace ProdReady.Notifications.Shaping;

/// <summary>Asks for a place in the rates of a sender and of a country.</summary>
/// <param name="Sender">The sender's name; <see langword="null"/> if it has no limit.</param>
/// <param name="SenderRate">Its segments a second.</param>
/// <param name="Country">The country; <see langword="null"/> if it has no limit.</param>
/// <param name="CountryRate">Its segments a second.</param>
/// <param name="Segments">How many segments are to go.</param>
/// <param name="Priority">Who goes first.</param>
internal sealed record RateRequest(
    string? Sender, double? SenderRate, string? Country, double? CountryRate, int Segments, JobPriority Priority);

/// <summary>
/// Owns <c>notifications.send_rates</c>: the generic cell rate algorithm (ITU-T I.371) by the database's clock, exact for all
/// processes together.
/// </summary>
internal sealed class RateStore(NpgsqlDataSource database)
{
    /// <summary>A bound on each statement, in seconds.</summary>
    private const int Timeout = 10;

    /// <summary>
    /// How far ahead of its rate a sender may be: what waits is looked for every second, and a sender with a rate of 100 would
    /// have one message a second without it.
    /// </summary>
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    /// <summary>For how long one is told to wait at most; then it asks again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Takes places.</summary>
    /// <returns>For each how long to wait before asking again, in their order; zero if it may go now.</returns>
    public async Task<IReadOnlyList<TimeSpan>> TakeAsync(IReadOnlyList<RateRequest> requests)
    {
        await using var command = database.CreateCommand("SELECT * FROM notifications.take_rates($1, $2, $3, $4, $5, $6, $7, $8)");
        command.CommandTimeout = Timeout;
        command.Parameters.AddRange(
        new NpgsqlParameter[]
        {
            requests.Column(request => request.Sender),
            requests.Column(request => request.SenderRate),
            requests.Column(request => request.Country is { } country ? $"country:{country}" : null),
            requests.Column(request => request.CountryRate),
            requests.Column(request => (double)request.Segments),
            requests.Column(request => (short)request.Priority),
            new NpgsqlParameter<TimeSpan> { TypedValue = Burst },
            new NpgsqlParameter<TimeSpan> { TypedValue = LongestWait },
        });
        var waits = new TimeSpan[requests.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            waits[reader.GetInt32(0) - 1] = reader.ValueOrNull<TimeSpan>(1) ?? TimeSpan.Zero;
        }

        return waits;
    }
}
