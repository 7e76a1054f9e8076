using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Receiving;

/// <summary>
/// The memory that all bodies together may take, from their first byte to their commit. Anyone can send them, many at a time and as slowly
/// as he likes; without this, the process would end before any other bound is reached.
/// </summary>
internal sealed class BodyBudget(IOptions<WebhooksOptions> options)
{
    private long _left = options.Value.MaxBytesInFlight;

    /// <summary>Takes <paramref name="bytes"/>, if they are left.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _left, bytes);
}

/// <summary>Too many bytes are under way. Nothing was kept; the sender is to come again.</summary>
internal sealed class BodyBudgetExceededException() : Exception("Too many bytes of bodies are under way.");
