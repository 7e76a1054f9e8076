using Microsoft.Extensions.Time.Testing;
using ProdReady.Webhooks.Delivery.Handling;
using ProdReady.Webhooks.Delivery.Sending;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Tests.Delivery;

/// <summary>A handler holds its place for a minute, whatever it does.</summary>
public sealed class HandlerTargetTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _scopeEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_ignores_its_token_is_given_up_after_a_minute_and_keeps_its_scope()
    {
        var held = new TaskCompletionSource();
        await using var services = Services(_ => held.Task);

        var sending = SendAsync(services, Cancellation);
        await _entered.Task.WaitAsync(Cancellation);
        _time.Advance(Minute);
        var answer = await sending.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);

        Assert.Equal((DeliveryVerdict.Refused, "It was not done within a minute."), (answer.Verdict, answer.Error));
        // What it works with must not be taken from under it
        Assert.False(_scopeEnded.Task.IsCompleted);
        held.SetException(new InvalidOperationException("too late"));
        await _scopeEnded.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }

    [Fact]
    public async Task One_that_blocks_its_thread_is_given_up_too()
    {
        using var held = new ManualResetEventSlim();
        await using var services = Services(_ =>
        {
            held.Wait(Cancellation);
            return Task.CompletedTask;
        });

        var sending = Task.Run(() => SendAsync(services, Cancellation), Cancellation);
        await _entered.Task.WaitAsync(Cancellation);
        _time.Advance(Minute);
        try
        {
            Assert.Equal(DeliveryVerdict.Refused, (await sending.WaitAsync(TimeSpan.FromSeconds(10), Cancellation)).Verdict);
        }
        finally
        {
            held.Set();
        }

        await _scopeEnded.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }

    [Fact]
    public async Task One_that_heeds_its_token_says_the_same()
    {
        await using var services = Services(token => Task.Delay(Timeout.InfiniteTimeSpan, token));

        var sending = SendAsync(services, Cancellation);
        await _entered.Task.WaitAsync(Cancellation);
        _time.Advance(Minute);

        Assert.Equal("It was not done within a minute.", (await sending.WaitAsync(TimeSpan.FromSeconds(10), Cancellation)).Error);
    }

    [Fact]
    public async Task Stop_of_the_service_is_no_failed_try()
    {
        var held = new TaskCompletionSource();
        await using var services = Services(_ => held.Task);
        using var stopping = new CancellationTokenSource();

        var sending = SendAsync(services, stopping.Token);
        await _entered.Task.WaitAsync(Cancellation);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(10), Cancellation));
        held.SetResult();
    }

    private ServiceProvider Services(Func<CancellationToken, Task> handle)
    {
        var services = new ServiceCollection();
        services.AddScoped(_ => new Scoped(_scopeEnded));
        services.AddKeyedScoped<IWebhookHandler>("crm", (scope, _) => new GivenHandler(scope.GetRequiredService<Scoped>(), _entered, handle));
        return services.BuildServiceProvider();
    }

    private Task<DeliveryAnswer> SendAsync(ServiceProvider services, CancellationToken cancellationToken) =>
        new HandlerTarget(services.GetRequiredService<IServiceScopeFactory>(), "crm", _time).SendAsync(
            new EventContent(1, Guid.Empty, "s", null, null, default, default, new Dictionary<string, string>(), null, null), 1, cancellationToken);

    private sealed class Scoped(TaskCompletionSource ended) : IDisposable
    {
        public void Dispose() => ended.TrySetResult();
    }

    private sealed class GivenHandler(Scoped scoped, TaskCompletionSource entered, Func<CancellationToken, Task> handle) : IWebhookHandler
    {
        public Task HandleAsync(WebhookEvent webhook, CancellationToken cancellationToken)
        {
            Assert.NotNull(scoped);
            entered.TrySetResult();
            return handle(cancellationToken);
        }
    }
}
