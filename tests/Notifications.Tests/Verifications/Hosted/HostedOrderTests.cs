using System.Net;
using Npgsql;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications.Hosted;

/// <summary>Verify has one open verification of a number: those for other purposes must not share its code.</summary>
public sealed class HostedOrderTests(DataStores stores) : HostedTest(stores)
{
    [Fact]
    public async Task Two_purposes_at_a_time_do_not_share_a_code()
    {
        var (verify, caller) = await StartAsync();
        await BeginAsync(caller);
        var first = verify.CodeOf(Number);
        var gate = new TaskCompletionSource();
        // The second one is held up between the end of the first one and its own beginning
        verify.FailNext(new TwilioFault(
            async context =>
            {
                await gate.Task;
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            },
            Accepts: true));
        var second = BeginAsync(caller, purpose: "transfer");
        await Eventually.ReadAsync(() => Task.FromResult(verify.Calls.Count), count => count == 2);
        var third = BeginAsync(caller, purpose: "payment");
        await Eventually.ReadAsync(() => CountAsync("SELECT count(*) FROM notifications.verifications"), count => count == 3);
        gate.SetResult();
        var (transfer, payment) = (await second, await third);

        Assert.Equal(2, verify.Calls.Skip(2).Count(call => call.Resource == "Verifications"));
        Assert.NotEqual(first, verify.CodeOf(Number));
        Assert.Equal(3, await CountAsync("SELECT count(DISTINCT provider_id) FROM notifications.verifications"));
        Assert.Equal(("expired", 0), await CheckAsync(caller, transfer, verify.CodeOf(Number)));
        Assert.Equal(("wrong", 4), await CheckAsync(caller, payment, first));
        Assert.Equal(("approved", 0), await CheckAsync(caller, payment, verify.CodeOf(Number)));
    }

    [Fact]
    public async Task One_whose_place_is_taken_while_it_waits_is_not_sent()
    {
        var (verify, caller) = await StartAsync();
        await using var source = NpgsqlDataSource.Create(Database.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var hold = new NpgsqlCommand($"SELECT pg_advisory_lock(hashtextextended('verification-send:{Number}', 0))", connection);
        await hold.ExecuteNonQueryAsync(Cancellation);
        var begun = BeginAsync(caller);
        await Eventually.ReadAsync(() => CountAsync("SELECT count(*) FROM notifications.verifications"), count => count == 1);
        var next = BeginAsync(caller, purpose: "transfer");
        await Eventually.ReadAsync(() => CountAsync("SELECT count(*) FROM notifications.verifications WHERE superseded_at IS NOT NULL"), count => count == 1);
        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", connection);
        await release.ExecuteNonQueryAsync(Cancellation);
        await begun;

        var transfer = await next;

        Assert.Single(verify.Calls);
        Assert.Equal(("approved", 0), await CheckAsync(caller, transfer, verify.CodeOf(Number)));
    }

    /// <summary>Each holds a connection while Verify is asked, and needs another one then.</summary>
    [Fact]
    public async Task Many_at_a_time_leave_each_other_connections()
    {
        var (verify, caller) = await StartAsync(("ConnectionStrings:prodready", $"{Database.ConnectionString};Maximum Pool Size=4"));

        var begun = await Task.WhenAll(Enumerable.Range(0, 12).Select(number => BeginAsync(caller, $"+23480312345{number:D2}")));

        Assert.Equal(12, begun.Distinct().Count());
        Assert.Equal(12, verify.Calls.Count);
        Assert.Equal(12, await CountAsync("SELECT count(*) FROM notifications.verifications WHERE NOT unsent AND provider_id IS NOT NULL"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_code_whose_answer_was_lost_is_not_sent_for_another_purpose(bool isNoted)
    {
        var (verify, caller) = await StartAsync();
        verify.FailNext(TwilioFaults.AcceptThenReset);
        await BeginAsync(caller);
        var lost = verify.CodeOf(Number);
        if (!isNoted)
        {
            // Its process died before it noted that it had asked
            await ExecuteAsync("UPDATE notifications.verifications SET unsent = true");
        }

        var transfer = await BeginAsync(caller, purpose: "transfer");

        Assert.NotEqual(lost, verify.CodeOf(Number));
        Assert.Equal(("wrong", 4), await CheckAsync(caller, transfer, lost));
        Assert.Equal(("approved", 0), await CheckAsync(caller, transfer, verify.CodeOf(Number)));
    }

    [Fact]
    public async Task Where_two_answers_are_lost_the_first_ones_code_does_not_count_for_the_second()
    {
        var (verify, caller) = await StartAsync();
        verify.FailNext(TwilioFaults.AcceptThenReset, TwilioFaults.AcceptThenReset);
        await BeginAsync(caller);
        var lost = verify.CodeOf(Number);

        var (refused, _) = await PostAsync(caller, Root, new { to = Number, purpose = "transfer" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        Time.Advance(TimeSpan.FromMinutes(1));
        var transfer = await BeginAsync(caller, purpose: "transfer");
        Assert.Equal(("wrong", 4), await CheckAsync(caller, transfer, lost));
        Assert.Equal(("approved", 0), await CheckAsync(caller, transfer, verify.CodeOf(Number)));
    }

    [Fact]
    public async Task A_resend_by_another_provider_is_checked_by_that_one()
    {
        var (_, ownCaller) = Start();
        var id = await BeginAsync(ownCaller);
        var (verify, caller) = await StartAsync(Keys);
        Time.Advance(TimeSpan.FromMinutes(1));

        var (response, _) = await PostAsync(caller, $"{Root}/{id}/resend", new { });

        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}");
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, verify.CodeOf(Number)));
    }

    [Fact]
    public async Task One_of_another_provider_is_not_ended_by_what_Verify_does_not_know()
    {
        var (own, ownCaller) = Start();
        var id = await BeginAsync(ownCaller);
        var code = await CodeAsync(own);
        var (verify, caller) = await StartAsync(Keys);

        var (response, _) = await PostAsync(caller, $"{Root}/{id}/check", new { code });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Empty(verify.Calls);
        Assert.Equal(("approved", 0), await CheckAsync(ownCaller, id, code));
    }
}
