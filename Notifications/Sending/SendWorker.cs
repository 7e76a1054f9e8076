using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Sms;

namespace ProdReady.Notifications.Sending;

/// <summary>
/// Claims messages that are due, as many as there are free slots, and sends them side by side. Any number of processes may
/// do so on the same table.
/// </summary>
internal sealed partial class SendWorker(
    MessageStore store,
    MessageSender sender,
    SendSignal signal,
    IOptions<SendingOptions> sending,
    IOptions<TwilioOptions> twilio,
    TimeProvider time,
    ILogger<SendWorker> logger) : BackgroundService
{
    /// <summary>What a claim may take beyond the call itself: committing the outcome to a slow database.</summary>
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromMinutes(1);

    /// <summary>How long calls under way may still take when the service stops; less than the host's patience.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    private readonly int _concurrency = sending.Value.Concurrency;
    private readonly SemaphoreSlim _slots = new(sending.Value.Concurrency);
    private bool _failing;

    public override void Dispose()
    {
        _slots.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!twilio.Value.IsConfigured)
        {
            Log.NotConfigured(logger, TwilioOptions.RequiredSettings);
            return;
        }

        using var calls = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => calls.CancelAfter(StopGrace));
        await using var poll = time.CreateTimer(_ => signal.Set(), null, sending.Value.PollInterval, sending.Value.PollInterval);
        try
        {
            while (true)
            {
                if (!await ClaimAndSendAsync(calls.Token, stoppingToken))
                {
                    await signal.WaitAsync(stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Every slot free means that every call has ended and its outcome is committed
            for (var slot = 0; slot < _concurrency; slot++)
            {
                await _slots.WaitAsync(CancellationToken.None);
            }
        }
    }

    /// <returns>Whether there may be more to claim.</returns>
    private async Task<bool> ClaimAndSendAsync(CancellationToken callToken, CancellationToken stoppingToken)
    {
        await _slots.WaitAsync(stoppingToken);
        // Only this loop takes slots, so that what is free now stays free
        _slots.Release();
        try
        {
            var messages = await store.ClaimAsync(_slots.CurrentCount, twilio.Value.Timeout + LeaseMargin, stoppingToken);
            if (_failing)
            {
                _failing = false;
                Log.ClaimsAgain(logger);
            }

            foreach (var message in messages)
            {
                await _slots.WaitAsync(CancellationToken.None);
                _ = SendAndReleaseAsync(message, callToken);
            }

            return messages.Count > 0;
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            // Once an outage, not once a poll
            if (!_failing)
            {
                _failing = true;
                Log.ClaimFailed(logger, exception);
            }

            return false;
        }
    }

    private async Task SendAndReleaseAsync(ClaimedMessage message, CancellationToken callToken)
    {
        // The loop goes on claiming at once
        await Task.Yield();
        try
        {
            await sender.SendAsync(message, callToken);
        }
        catch (Exception exception)
        {
            // It stays in sending, and is unknown when its lease expires
            Log.SendFailed(logger, exception, message.Id);
        }
        finally
        {
            _slots.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Twilio is not configured, nothing is sent. Set {Settings}")]
        public static partial void NotConfigured(ILogger logger, string settings);

        [LoggerMessage(LogLevel.Error, "The queue cannot be read; it is tried again with every poll")]
        public static partial void ClaimFailed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Information, "The queue can be read again")]
        public static partial void ClaimsAgain(ILogger logger);

        [LoggerMessage(LogLevel.Error, "Sending message {Id} broke; it counts as unknown when its lease expires")]
        public static partial void SendFailed(ILogger logger, Exception exception, Guid id);
    }
}
