using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Encryption;
using ProdReady.Webhooks.Receiving;
using ProdReady.Webhooks.Sources;
using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Quarantine;

/// <summary>
/// Takes refused requests, as many as may be kept. The refusal's answer never waits for it, and what does not fit is counted and
/// forgotten: strangers decide how many come.
/// </summary>
internal sealed class QuarantineIntake(
    IOptions<QuarantineOptions> options, BodyCipher cipher, WebhooksMetrics metrics) : IDisposable
{
    private const int MaxWaiting = 256;
    private const long MaxWaitingBytes = 32 * 1024 * 1024;
    private const int Burst = 10;

    private readonly ConcurrentDictionary<string, TokenBucketRateLimiter> _rates = new(StringComparer.Ordinal);
    private readonly Channel<RefusedRequest> _waiting = Channel.CreateUnbounded<RefusedRequest>(new() { SingleReader = true });
    private readonly Lock _lock = new();
    private long _waitingBytes;
    private int _waitingCount;

    /// <summary>What waits to be written.</summary>
    public ChannelReader<RefusedRequest> Waiting => _waiting.Reader;

    /// <summary>Takes a copy of a request, if there is room for it.</summary>
    public void Offer(
        WebhookSource source, HttpRequest request, ReadOnlyMemory<byte> body, SignatureVerdict verdict, DateTimeOffset receivedAt)
    {
        if (options.Value.MaxPerSource == 0)
        {
            return;
        }

        if (!TryReserve(source.Name, body.Length))
        {
            metrics.NotQuarantined(source.Name);
            return;
        }

        // A provider's token is a secret: kept encrypted, or not at all
        var headers = KeptHeaders.ToJson(request.Headers, cipher.HasKey ? [] : source.SecretHeaders);
        var hash = SHA256.HashData(body.Span);
        // Where the body tells all, the same bytes tell the same, and nobody looks into what nobody has signed
        var identity = source.IsToldByHeaders && source.TryIdentify(request.Headers, body.Span, out var told) ? told : default;
        _waiting.Writer.TryWrite(new(
            Guid.CreateVersion7(receivedAt), source.Name, receivedAt, verdict.ToReason(), source.UrlOf(request), headers,
            body.ToArray(), hash, EventAssembly.KeyOf(source, identity, hash)));
    }

    /// <summary>A request is written, or given up.</summary>
    public void Release(RefusedRequest request)
    {
        lock (_lock)
        {
            _waitingCount--;
            _waitingBytes -= request.Body.Length;
        }
    }

    public void Dispose()
    {
        foreach (var rate in _rates.Values)
        {
            rate.Dispose();
        }
    }

    private bool TryReserve(string source, int bytes)
    {
        if (!_rates.GetOrAdd(source, NewRate).AttemptAcquire().IsAcquired)
        {
            return false;
        }

        lock (_lock)
        {
            if (_waitingCount == MaxWaiting || _waitingBytes + bytes > MaxWaitingBytes)
            {
                return false;
            }

            _waitingCount++;
            _waitingBytes += bytes;
            return true;
        }
    }

    private TokenBucketRateLimiter NewRate(string source) => new(new()
    {
        TokenLimit = Burst * options.Value.PerSecond,
        TokensPerPeriod = options.Value.PerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    });
}
