using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ProdReady.ServiceDefaults.Caching;

/// <summary>A count that many cores add to at once: each to a cache line of its own, as far as there are enough.</summary>
internal sealed class StripedCounter
{
    private readonly Stripe[] _stripes = new Stripe[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];

    public long Value => _stripes.Sum(stripe => Volatile.Read(ref stripe.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Increment() =>
        Interlocked.Increment(ref _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)].Count);

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(64)]
        public long Count;
    }
}
