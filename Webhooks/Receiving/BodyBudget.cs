using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Receiving;

/// <summary>
/// The memory that all bodies together may take, from their first byte to their commit. Anyone can send them, many at a time and as slowly
/// as he likes; without this, the process would end before any other bound is reached.
/// </summary>
internal sealed class BodyBudget(IOptions<WebhooksOptions> options)
{
    private readonly ConcurrentDictionary<string, BodyShare> _shares = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private long _left = options.Value.MaxBytesInFlight;

    /// <summary>What <paramref name="source"/>, a configured one, may take of it.</summary>
    public BodyShare Of(string source) => _shares.GetOrAdd(source, _ => new BodyShare(this));

    /// <summary>A source's share: as much as it leaves to the others, however many of them there are. Alone, it gets a half.</summary>
    /// <remarks>Else whoever knows the name of one source, and no secret, could keep out the events of all of them.</remarks>
    internal sealed class BodyShare(BodyBudget budget)
    {
        private long _taken;

        /// <summary>Takes <paramref name="bytes"/>, if they are left for this source.</summary>
        public bool TryTake(long bytes)
        {
            lock (budget._lock)
            {
                if (_taken + bytes > budget._left - bytes)
                {
                    return false;
                }

                _taken += bytes;
                budget._left -= bytes;
                return true;
            }
        }

        /// <summary>Gives back what was taken.</summary>
        public void Return(long bytes)
        {
            lock (budget._lock)
            {
                _taken -= bytes;
                budget._left += bytes;
            }
        }
    }
}

/// <summary>Too many bytes are under way. Nothing was kept; the sender is to come again.</summary>
internal sealed class BodyBudgetExceededException() : Exception("Too many bytes of bodies are under way.");
