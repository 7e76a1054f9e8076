using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>Checking codes.</summary>
public sealed class CheckTests(DataStores stores) : VerificationTest(stores)
{
    [Fact]
    public async Task Right_code_is_approved_once()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);

        Assert.Equal(("wrong", 4), await CheckAsync(caller, id, Wrong(code)));
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, $"{code[..3]} {code[3..]}"));
        Assert.Equal(("used", 0), await CheckAsync(caller, id, code));
        var answer = await GetAsync(caller, $"{Root}/{id}");
        Assert.Equal("approved", answer.GetProperty("status").GetString());
        Assert.InRange(Time.GetUtcNow() - answer.GetProperty("approvedAt").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task After_five_wrong_codes_not_even_the_right_one_counts()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);

        for (var left = 4; left >= 0; left--)
        {
            Assert.Equal(("wrong", left), await CheckAsync(caller, id, Wrong(code)));
        }

        Assert.Equal(("locked", 0), await CheckAsync(caller, id, code));
        Assert.Equal("locked", await StatusAsync(caller, id));
    }

    [Fact]
    public async Task Code_of_ten_minutes_ago_is_expired()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);

        Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(("expired", 0), await CheckAsync(caller, id, code));
        Assert.Equal("expired", await StatusAsync(caller, id));
    }

    [Fact]
    public async Task Another_purpose_or_number_makes_the_right_code_wrong_and_costs_an_attempt()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);

        Assert.Equal(("wrong", 4), await CheckAsync(caller, id, code, purpose: "transfer"));
        Assert.Equal(("wrong", 3), await CheckAsync(caller, id, code, to: OtherNumber));
        Assert.Equal(("wrong", 2), await CheckAsync(caller, id, code, to: "nonsense"));
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, code, purpose: "login", to: "+234 803 123 4567"));
    }

    [Fact]
    public async Task Newer_verification_takes_the_place_of_the_older_one_of_its_number_and_purpose()
    {
        var (app, caller) = Start();
        var first = await BeginAsync(caller);
        var code = await CodeAsync(app);
        var other = await BeginAsync(caller, purpose: "transfer");
        Time.Advance(TimeSpan.FromSeconds(60));
        var second = await BeginAsync(caller);

        Assert.Equal(("expired", 0), await CheckAsync(caller, first, code));
        Assert.Equal("superseded", await StatusAsync(caller, first));
        Assert.Equal("pending", await StatusAsync(caller, other));
        Assert.Equal(("approved", 0), await CheckAsync(caller, second, await CodeAsync(app)));
    }

    [Fact]
    public async Task Hundred_checks_at_a_time_of_the_right_code_approve_one()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => CheckAsync(caller, id, code)));

        Assert.Single(results, result => result.Result == "approved");
        Assert.All(results, result => Assert.True(result.Result is "approved" or "used" or "locked", result.Result));
    }

    [Fact]
    public async Task Hundred_wrong_codes_at_a_time_have_five_attempts()
    {
        var (app, caller) = Start();
        var id = await BeginAsync(caller);
        var code = await CodeAsync(app);

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => CheckAsync(caller, id, Wrong(code))));

        Assert.Equal([0, 1, 2, 3, 4], results.Where(result => result.Result == "wrong").Select(result => result.AttemptsLeft).Order());
        Assert.Equal(95, results.Count(result => result.Result == "locked"));
    }

    [Fact]
    public async Task Codes_of_the_old_key_are_checked_by_every_replica_that_has_it_and_ended_by_none()
    {
        Guid id, other;
        string code, otherCode;
        await using (var before = NotificationsApp.Create(Database, Time, [Keys, ("Sms:Provider", "Log")]))
        {
            var caller = before.CreateCaller();
            (id, other) = (await BeginAsync(caller), await BeginAsync(caller, OtherNumber));
            (code, otherCode) = (await CodeAsync(before), await CodeAsync(before, OtherNumber));
            Assert.Equal(("wrong", 4), await CheckAsync(caller, id, Wrong(code)));
        }

        var (_, rotated) = Start(("Verifications:Keys", $"{Key("k2", 2)},{Key("k1", 1)}"));
        Assert.Equal(("wrong", 3), await CheckAsync(rotated, id, Wrong(code)));
        Assert.Equal(("approved", 0), await CheckAsync(rotated, id, code));

        var (app, without) = Start(("Verifications:Keys", Key("k2", 2)));
        var (unknown, problem) = await PostAsync(without, $"{Root}/{other}/check", new { code = otherCode });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), unknown.Headers.RetryAfter?.Delta);
        Assert.Equal(
            "Whether it is right cannot be said now; the service's log says why. The attempt counts; check again.",
            problem.GetProperty("detail").GetString());
        Assert.Contains(app.Logs, line => line.StartsWith(
            $"Error Verification {other} cannot be checked: its key 'k1' is not in VERIFICATION_KEYS", StringComparison.Ordinal));

        // A replica that has the key still knows the code
        Assert.Equal("pending", await StatusAsync(rotated, other));
        Assert.Equal(("wrong", 3), await CheckAsync(rotated, other, Wrong(otherCode)));
        Assert.Equal(("approved", 0), await CheckAsync(rotated, other, otherCode));
    }

    [Fact]
    public async Task What_is_no_code_or_no_verification_is_told()
    {
        var (_, caller) = Start();
        var id = await BeginAsync(caller);

        var (empty, problem) = await PostAsync(caller, $"{Root}/{id}/check", new { code = "" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.StatusCode);
        Assert.Equal(
            "A code is required, as text of at most 32 characters.", problem.GetProperty("errors").GetProperty("code")[0].GetString());
        var (unknown, _) = await PostAsync(caller, $"{Root}/{Guid.NewGuid()}/check", new { code = "123456" });
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(("wrong", 4), await CheckAsync(caller, id, "no digits"));
    }
}
