using System.Net;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications.Hosted;

/// <summary>The same answers, by Twilio's Verify.</summary>
public sealed class HostedTests(DataStores stores) : HostedTest(stores)
{
    [Fact]
    public async Task Code_is_Verifys_and_the_answers_are_the_same()
    {
        var (verify, caller) = await StartAsync();

        var (response, answer) = await PostAsync(caller, Root, new { to = Number, purpose = "login", locale = "fr-CI" });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(
            ["id", "to", "purpose", "status", "createdAt", "expiresAt", "resendAt", "attemptsLeft"],
            answer.EnumerateObject().Select(property => property.Name));
        var id = answer.GetProperty("id").GetGuid();
        var sent = Assert.Single(verify.Calls);
        Assert.Equal(("Verifications", Number, "sms", "fr"), (sent.Resource, sent.Fields["To"], sent.Fields["Channel"], sent.Fields["Locale"]));
        var code = verify.CodeOf(Number);

        Assert.Equal(("wrong", 4), await CheckAsync(caller, id, Wrong(code)));
        Assert.Equal(("wrong", 3), await CheckAsync(caller, id, code, purpose: "transfer"));
        Assert.Equal(("wrong", 2), await CheckAsync(caller, id, code, to: OtherNumber));
        Assert.Equal(("wrong", 1), await CheckAsync(caller, id, "12"));
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, code));
        Assert.Equal(("used", 0), await CheckAsync(caller, id, code));
        Assert.All(
            verify.Calls.Where(call => call.Resource == "VerificationCheck"),
            call => Assert.Matches("^VE[0-9a-f]{32}$", call.Fields["VerificationSid"]));
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM notifications.messages"));
    }

    [Fact]
    public async Task Our_own_limits_are_in_front_of_it()
    {
        var (verify, caller) = await StartAsync(("Verifications:PerNumberAndDay", "2"));
        var id = await BeginAsync(caller);
        Assert.Equal("cool_down", (await RefusedAsync(caller)).Reason);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await CheckAsync(caller, id, Wrong(verify.CodeOf(Number)));
        }

        Assert.Equal(("locked", 0), await CheckAsync(caller, id, verify.CodeOf(Number)));
        Assert.Equal(6, verify.Calls.Count);
    }

    [Fact]
    public async Task Hundred_checks_at_a_time_approve_one()
    {
        var (verify, caller) = await StartAsync();
        var id = await BeginAsync(caller);
        var code = verify.CodeOf(Number);

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => CheckAsync(caller, id, code)));

        Assert.Single(results, result => result.Result == "approved");
    }

    [Fact]
    public async Task Another_purpose_gets_another_code()
    {
        var (verify, caller) = await StartAsync();
        var login = await BeginAsync(caller);
        var code = verify.CodeOf(Number);
        var transfer = await BeginAsync(caller, purpose: "transfer");

        // Verify would have sent the first one again, for either purpose
        Assert.NotEqual(code, verify.CodeOf(Number));
        Assert.Equal(("expired", 0), await CheckAsync(caller, login, verify.CodeOf(Number)));
        Assert.Equal(("wrong", 4), await CheckAsync(caller, transfer, code));
        Assert.Equal(("approved", 0), await CheckAsync(caller, transfer, verify.CodeOf(Number)));
    }

    [Theory]
    [InlineData("SameCode", true)]
    [InlineData("NewCode", false)]
    public async Task Resend_sends_the_code_that_the_policy_says(string policy, bool isSame)
    {
        var (verify, caller) = await StartAsync(("Verifications:Resend", policy));
        var id = await BeginAsync(caller);
        var code = verify.CodeOf(Number);
        Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(caller, $"{Root}/{id}/resend", new { })).Response.StatusCode);

        Assert.Equal(isSame, code == verify.CodeOf(Number));
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, verify.CodeOf(Number)));
    }

    [Fact]
    public async Task What_Verify_says_of_a_number_nobody_is_told()
    {
        var (verify, caller) = await StartAsync();
        foreach (var (code, number) in new[] { (60205, Number), (60410, OtherNumber), (60605, "+233201234567"), (60200, "+233201234568") })
        {
            verify.FailNext(TwilioFaults.Error(code, $"No SMS to {number}", 403));

            var id = await BeginAsync(caller, number);

            Assert.Equal("pending", await StatusAsync(caller, id));
        }
    }

    [Fact]
    public async Task Limits_of_Verify_are_429()
    {
        var (verify, caller) = await StartAsync();
        verify.FailNext(TwilioFaults.Error(60203, "Max send attempts reached", 429));
        Assert.Equal(("provider_limit", TimeSpan.FromMinutes(10)), await RefusedAsync(caller));
        verify.FailNext(TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(7)));
        // Until then the cool-down would refuse it
        Assert.Equal(("provider_limit", TimeSpan.FromSeconds(60)), await RefusedAsync(caller, OtherNumber));
    }

    [Fact]
    public async Task Key_of_a_start_that_Verify_did_not_take_is_free_for_the_repetition()
    {
        var (verify, caller) = await StartAsync();
        caller.DefaultRequestHeaders.Add("Idempotency-Key", "key-1");
        foreach (var (fault, status) in new[]
        {
            (TwilioFaults.TooManyRequests(TimeSpan.FromSeconds(7)), HttpStatusCode.TooManyRequests),
            (TwilioFaults.Error(20003, "Authenticate", 401), HttpStatusCode.ServiceUnavailable),
        })
        {
            verify.FailNext(fault);
            var (failed, _) = await PostAsync(caller, Root, new { to = Number, purpose = "login" });
            Assert.Equal(status, failed.StatusCode);
            Assert.Equal(0, await CountAsync("SELECT count(*) FROM notifications.verifications WHERE superseded_at IS NULL"));

            // Whoever waits as long as that is not refused by the cool-down
            Time.Advance(failed.Headers.RetryAfter!.Delta!.Value);
        }

        var (repeated, answer) = await PostAsync(caller, Root, new { to = Number, purpose = "login" });
        Assert.Equal(HttpStatusCode.Accepted, repeated.StatusCode);
        Assert.False(repeated.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(("approved", 0), await CheckAsync(caller, answer.GetProperty("id").GetGuid(), verify.CodeOf(Number)));
    }

    [Fact]
    public async Task After_a_lost_answer_the_code_is_sent_once_and_checked_by_its_number()
    {
        var (verify, caller) = await StartAsync();
        verify.FailNext(TwilioFaults.AcceptThenReset);

        var id = await BeginAsync(caller);

        Assert.Single(verify.Calls);
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, verify.CodeOf(Number)));
        Assert.Equal(Number, verify.Calls[^1].Fields["To"]);
    }

    [Fact]
    public async Task Check_that_Verify_does_not_answer_is_503()
    {
        var (verify, caller) = await StartAsync();
        var id = await BeginAsync(caller);
        verify.FailNext(TwilioFaults.ServerError);

        var (response, answer) = await PostAsync(caller, $"{Root}/{id}/check", new { code = verify.CodeOf(Number) });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(
            "Whether it is right cannot be said now; the service's log says why. The attempt counts; check again.",
            answer.GetProperty("detail").GetString());
        Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
        Assert.Equal(("approved", 0), await CheckAsync(caller, id, verify.CodeOf(Number)));
    }

    [Fact]
    public async Task What_Verify_has_locked_or_forgotten_is_locked_or_expired_here()
    {
        var (verify, caller) = await StartAsync();
        var locked = await BeginAsync(caller);
        verify.FailNext(TwilioFaults.Error(60202, "Max check attempts reached", 429));
        Assert.Equal(("locked", 0), await CheckAsync(caller, locked, "123456"));
        Assert.Equal("locked", await StatusAsync(caller, locked));

        var forgotten = await BeginAsync(caller, OtherNumber);
        verify.Forget(OtherNumber);
        Assert.Equal(("expired", 0), await CheckAsync(caller, forgotten, "123456"));
        Assert.Equal("expired", await StatusAsync(caller, forgotten));
    }

    [Fact]
    public async Task Wrong_account_or_service_is_503_that_says_so()
    {
        var (verify, caller) = await StartAsync();
        verify.FailNext(TwilioFaults.Error(20003, "Authenticate", 401), TwilioFaults.Error(20404, "Not found", 404));

        Assert.Equal("Twilio refuses the account: see TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.", await FailureAsync(caller, Number));
        Assert.Equal("The account has no such Verify service: see TWILIO_VERIFY_SERVICE_SID.", await FailureAsync(caller, OtherNumber));
    }

    [Fact]
    public async Task Without_a_service_503_names_the_settings()
    {
        var (_, caller) = Start(("Verifications:Provider", "TwilioVerify"));

        Assert.Equal(
            "Verifications:Provider is TwilioVerify, and its account or service is missing. Set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN "
            + "and TWILIO_VERIFY_SERVICE_SID, and start it again.",
            await FailureAsync(caller, Number));
    }
}
