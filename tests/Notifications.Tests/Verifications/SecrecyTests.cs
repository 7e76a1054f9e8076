using System.Diagnostics;
using System.Text;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>Where codes must not be.</summary>
public sealed class SecrecyTests(DataStores stores) : VerificationTest(stores)
{
    /// <summary>Eight digits, since six are found in some time or id by chance.</summary>
    private static readonly (string, string?)[] Settings =
        [("Verifications:CodeLength", "8"), ("Verifications:WebOtpDomain", "example.com"), ("Verifications:AppName", "Acme")];

    [Fact]
    public async Task Codes_are_in_no_table_log_trace_or_list()
    {
        var traced = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (traced)
                {
                    traced.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var (app, caller) = Start(Settings);
        var approved = await BeginAsync(caller);
        var open = await BeginAsync(caller, OtherNumber);
        string[] codes = [await CodeAsync(app), await CodeAsync(app, OtherNumber)];
        await CheckAsync(caller, approved, Wrong(codes[0]));
        await CheckAsync(caller, approved, codes[0]);
        Time.Advance(TimeSpan.FromSeconds(60));
        using var again = await caller.PostAsync(new Uri($"{Root}/{open}/resend", UriKind.Relative), null, Cancellation);
        Assert.True(again.IsSuccessStatusCode);
        await Eventually.ReadAsync(
            () => CountAsync("SELECT count(*) FROM notifications.messages WHERE status = 'sent'"), sent => sent == 3);

        var seen = new Dictionary<string, string>
        {
            ["tables"] = await DumpAsync(),
            ["log"] = string.Join('\n', app.Logs),
            ["messages"] = (await GetAsync(caller, "/notifications/messages")).ToString(),
            ["verification"] = (await GetAsync(caller, $"{Root}/{open}")).ToString(),
        };
        lock (traced)
        {
            seen["traces"] = string.Join('\n', traced.SelectMany(activity =>
                activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}").Append(activity.DisplayName)
                    .Concat(activity.Events.SelectMany(happened => happened.Tags.Select(tag => $"{tag.Value}")))));
        }

        Assert.Contains(Number, seen["tables"], StringComparison.Ordinal);
        Assert.Contains("verifications", seen["traces"], StringComparison.Ordinal);
        foreach (var (place, text) in seen)
        {
            Assert.All(codes, code => Assert.False(
                text.Contains(code, StringComparison.Ordinal) || text.Contains(Hex(code), StringComparison.Ordinal), $"A code is in {place}."));
        }

        Assert.All([Number, OtherNumber], number => Assert.DoesNotContain(number, seen["log"], StringComparison.Ordinal));
    }

    /// <summary>As PostgreSQL writes bytes.</summary>
    private static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));

    /// <summary>Every row of every table of the schema, as text.</summary>
    private async Task<string> DumpAsync()
    {
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        var tables = new List<string>();
        await using (var command = source.CreateCommand("SELECT tablename FROM pg_tables WHERE schemaname = 'notifications'"))
        {
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation))
            {
                tables.Add(reader.GetString(0));
            }
        }

        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            await using var command = source.CreateCommand($"SELECT string_agg(line::text, E'\\n') FROM notifications.{table} AS line");
            dump.Append(table).Append(' ').AppendLine(await command.ExecuteScalarAsync(Cancellation) as string);
        }

        return dump.ToString();
    }
}
