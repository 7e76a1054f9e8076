using System.Net;
using Microsoft.AspNetCore.TestHost;
using Npgsql;
using ProdReady.Notifications.Verifications;
using ProdReady.Notifications.Verifications.Hosted;
using ProdReady.Notifications.Verifications.Sending;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications.Hosted;

/// <summary>Repetitions of requests whose process died before it asked for the code.</summary>
public sealed class HostedRepetitionTests(DataStores stores) : HostedTest(stores)
{
    [Fact]
    public async Task A_code_that_a_process_died_before_asking_for_is_asked_for_by_the_repetition()
    {
        var (verify, app, caller) = await StartServiceAsync();
        await BeginAsync(caller);
        var before = verify.CodeOf(Number);
        await using var dying = app.WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddSingleton<ICodeSender>(
            provider => new DyingSender(ActivatorUtilities.CreateInstance<HostedCodeSender>(provider)))));
        using var unlucky = dying.CreateClient();
        foreach (var client in (HttpClient[])[unlucky, caller])
        {
            client.DefaultRequestHeaders.Remove("X-Api-Key");
            client.DefaultRequestHeaders.Add("X-Api-Key", NotificationsApp.AdminKey);
            client.DefaultRequestHeaders.Add("Idempotency-Key", "key-1");
        }

        using var lost = await unlucky.PostAsJsonAsync(Root, new { to = Number, purpose = "transfer" }, Cancellation);
        Assert.Equal(HttpStatusCode.InternalServerError, lost.StatusCode);
        Assert.Single(verify.Calls);

        // Many at a time, and once more
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(caller, Root, new { to = Number, purpose = "transfer" })));
        var (repeated, answer) = await PostAsync(caller, Root, new { to = Number, purpose = "transfer" });

        Assert.All([.. answers.Select(each => each.Response), repeated], response => Assert.Equal(HttpStatusCode.Accepted, response.StatusCode));
        Assert.True(repeated.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal(2, verify.Calls.Count(call => call.Resource == "Verifications"));
        // That of the verification that this one took the place of is canceled: else Verify would have sent that one's code
        Assert.NotEqual(before, verify.CodeOf(Number));
        Assert.Equal(("approved", 0), await CheckAsync(caller, answer.GetProperty("id").GetGuid(), verify.CodeOf(Number)));
    }

    [Fact]
    public async Task A_repetition_that_Verify_does_not_take_is_told_so()
    {
        var (verify, caller) = await StartAsync();
        caller.DefaultRequestHeaders.Add("Idempotency-Key", "key-1");
        await BeginAsync(caller);
        await CountAsync("WITH lost AS (UPDATE notifications.verifications SET unsent = true RETURNING 1) SELECT count(*) FROM lost");
        verify.FailNext(TwilioFaults.Error(20003, "Authenticate", 401));

        Assert.Equal("Twilio refuses the account: see TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.", await FailureAsync(caller, Number));

        Assert.Equal(0, await CountAsync("SELECT count(*) FROM notifications.verifications WHERE superseded_at IS NULL"));
        Time.Advance(TimeSpan.FromMinutes(10));
        await BeginAsync(caller);
        Assert.Equal(3, verify.Calls.Count(call => call.Resource == "Verifications"));
    }

    /// <summary>Ends as a process does that dies before it asks for the code.</summary>
    private sealed class DyingSender(HostedCodeSender sender) : ICodeSender
    {
        public string Name => sender.Name;

        public string? MissingForSends => sender.MissingForSends;

        public string? MissingForChecks => sender.MissingForChecks;

        public bool OnePerNumber => sender.OnePerNumber;

        public IssuedCode Issue(Verification verification, bool isResend, DateTimeOffset now) => sender.Issue(verification, isResend, now);

        public Task<CodeMessage> AddMessageAsync(
            NpgsqlConnection connection, IssuedCode issued, DateTimeOffset now, CancellationToken cancellationToken) =>
            sender.AddMessageAsync(connection, issued, now, cancellationToken);

        public Task<SendFailure?> SendAsync(IssuedCode issued, ReplacedCodes replaced, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("The process dies.");

        public Task<CodeVerdict> CheckAsync(Verification verification, PresentedCode presented, CancellationToken cancellationToken) =>
            sender.CheckAsync(verification, presented, cancellationToken);
    }
}
