using ProdReady.Webhooks.Delivery.Destinations;
using ProdReady.Webhooks.Inbox;

namespace ProdReady.Webhooks.Delivery.Sending;

/// <summary>A receiver by HTTP.</summary>
internal sealed class HttpTarget(
    DeliveryClient client, Uri url, SigningKey key, IReadOnlyList<string> forwarded, TimeSpan timeout, TimeProvider time) : IDeliveryTarget
{
    /// <summary>What is read of an answer, and kept.</summary>
    public const int KeptResponseBytes = 1024;

    /// <summary>How long a receiver that has answered may take for the rest, which changes nothing any more.</summary>
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(2);

    public async Task<DeliveryAnswer> SendAsync(EventContent content, int attempt, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            using var request = DeliveryRequest.Create(url, key, forwarded, content, attempt, time.GetUtcNow());
            using var response = await client.SendAsync(request, either.Token);
            var read = await ReadAsync(response, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return Judge(response, read, time.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var seconds = FormattableString.Invariant($"{timeout.TotalSeconds:0.###}");
            return new(DeliveryVerdict.Failed, time.GetElapsedTime(started), Error: $"There was no answer within {seconds} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidOperationException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(DeliveryVerdict.Failed, time.GetElapsedTime(started), Error: TransportError.Describe(exception));
        }
    }

    private DeliveryAnswer Judge(HttpResponseMessage response, byte[] read, TimeSpan duration)
    {
        var status = (int)response.StatusCode;
        var (verdict, error) = status switch
        {
            >= 200 and < 300 => (DeliveryVerdict.Delivered, null),
            410 => (DeliveryVerdict.Gone, "It answered 410: it wants no more events, and is disabled."),
            >= 300 and < 400 => (DeliveryVerdict.Refused, $"It answered {status}, a redirect; these are not followed."),
            429 or >= 500 => (DeliveryVerdict.Failed, $"It answered {status}."),
            _ => (DeliveryVerdict.Refused, (string?)$"It answered {status}."),
        };
        return new(verdict, duration, status, error, read, status is 429 or 503 ? RetryAfter(response) : null);
    }

    /// <summary>RFC 9110, section 10.2.3: seconds or a date.</summary>
    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow(),
        _ => null,
    };

    /// <summary>The beginning of the answer, as far as it comes: its status counts, however the rest ends.</summary>
    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(BodyTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var buffer = new byte[KeptResponseBytes];
        var length = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), either.Token) is > 0 and var count)
            {
                length += count;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
        }

        return buffer[..length];
    }
}
