using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using ProdReady.Gateway.Proxy.Tokens;
using ProdReady.Testing;

namespace ProdReady.Gateway.Tests.Proxy.Tokens;

/// <summary>An issuer that does not answer holds nobody up.</summary>
public sealed class IssuerKeysTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LogLines _logs = new();
    private readonly Issuer _issuer = new();
    private readonly IssuerKeys _keys;

    public IssuerKeysTests() =>
        _keys = new(_issuer, "https://login.example.com", _time, new LoggerFactory([_logs]).CreateLogger<IssuerKeys>());

    public void Dispose() => _logs.Dispose();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_that_wait_share_one_question()
    {
        var waiting = Enumerable.Range(0, 50).Select(_ => _keys.GetConfigurationAsync(Cancelled)).ToArray();
        var answer = new OpenIdConnectConfiguration();

        (await _issuer.AskedAsync()).SetResult(answer);

        Assert.All(await Task.WhenAll(waiting), known => Assert.Same(answer, known));
        Assert.Equal(1, _issuer.Questions);
    }

    [Fact]
    public async Task A_request_that_ends_does_not_end_the_question_of_the_others()
    {
        using var client = new CancellationTokenSource();
        var first = _keys.GetConfigurationAsync(client.Token);
        var second = _keys.GetConfigurationAsync(Cancelled);
        var question = await _issuer.AskedAsync();

        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        question.SetResult(new());

        Assert.NotNull(await second);
        Assert.Equal(1, _issuer.Questions);
    }

    [Fact]
    public async Task After_a_failure_nobody_waits_and_one_asks_again_in_the_background()
    {
        await FailAsync();

        // At once, and without another question
        await AwayAsync();
        Assert.Equal(1, _issuer.Questions);

        _time.Advance(IssuerKeys.RetryAfter);
        for (var call = 0; call < 10; call++)
        {
            await AwayAsync();
        }

        var again = await _issuer.AskedAsync();
        Assert.Equal(2, _issuer.Questions);
        again.SetResult(new());
        await Eventually.ReadAsync(async () => await IsKnownAsync(), known => known);
        Assert.Equal([LogLevel.Error, LogLevel.Information], _logs.Of<IssuerKeys>().Select(line => line.Level));
    }

    [Fact]
    public async Task A_second_failure_is_not_told_again()
    {
        await FailAsync();
        _time.Advance(IssuerKeys.RetryAfter);
        await AwayAsync();
        (await _issuer.AskedAsync()).SetException(new IOException("Still away"));

        // Until the failure is known no third question is asked
        await Eventually.ReadAsync(
            async () =>
            {
                _time.Advance(IssuerKeys.RetryAfter);
                await AwayAsync();
                return _issuer.Questions;
            },
            questions => questions == 3);
        Assert.Equal("The issuer https://login.example.com cannot be asked for its keys; tokens are refused with 503 until it can: Away",
            Assert.Single(_logs.Of<IssuerKeys>()).Text);
    }

    [Fact]
    public async Task Known_keys_come_from_the_library_which_renews_them()
    {
        var first = _keys.GetBaseConfigurationAsync(Cancelled);
        (await _issuer.AskedAsync()).SetResult(new());
        await first;
        var renewed = new OpenIdConnectConfiguration();

        var second = _keys.GetBaseConfigurationAsync(Cancelled);
        (await _issuer.AskedAsync()).SetResult(renewed);
        _keys.RequestRefresh();

        Assert.Same(renewed, await second);
        Assert.Equal(1, _issuer.Refreshes);
    }

    /// <summary>At once; the bound is for a test that fails.</summary>
    private Task<IssuerAwayException> AwayAsync() => Assert.ThrowsAsync<IssuerAwayException>(
        () => _keys.GetConfigurationAsync(Cancelled).WaitAsync(TimeSpan.FromSeconds(30), Cancelled));

    private async Task FailAsync()
    {
        var first = _keys.GetConfigurationAsync(Cancelled);
        (await _issuer.AskedAsync()).SetException(new IOException("Away"));
        await Assert.ThrowsAsync<IssuerAwayException>(() => first);
    }

    private async Task<bool> IsKnownAsync()
    {
        try
        {
            var answer = _keys.GetConfigurationAsync(Cancelled);
            if (_issuer.Questions > 2)
            {
                (await _issuer.AskedAsync()).TrySetResult(new());
            }

            await answer;
            return true;
        }
        catch (IssuerAwayException)
        {
            return false;
        }
    }

    /// <summary>The library, each of whose questions the test answers.</summary>
    private sealed class Issuer : IConfigurationManager<OpenIdConnectConfiguration>
    {
        private readonly Channel<TaskCompletionSource<OpenIdConnectConfiguration>> _asked =
            Channel.CreateUnbounded<TaskCompletionSource<OpenIdConnectConfiguration>>();

        private int _questions;

        public int Questions => Volatile.Read(ref _questions);

        public int Refreshes { get; private set; }

        public async Task<TaskCompletionSource<OpenIdConnectConfiguration>> AskedAsync() =>
            await _asked.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled);

        public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
        {
            var question = new TaskCompletionSource<OpenIdConnectConfiguration>(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Increment(ref _questions);
            Assert.True(_asked.Writer.TryWrite(question));
            return question.Task;
        }

        public void RequestRefresh() => Refreshes++;
    }
}
