using System.Diagnostics.CodeAnalysis;

namespace ProdReady.Webhooks.Delivery.Gating;

/// <summary>What a delivery has to pass before it begins: the switch, the circuit, those that are under way, the rate.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore without a wait handle holds nothing")]
internal sealed class DeliveryGate(int concurrency, int circuitFailures, double? rate, TimeProvider time)
{
    private readonly SemaphoreSlim _places = new(concurrency);
    private readonly RateGate _rate = new(rate, time);

    public DisabledSwitch Switch { get; } = new();

    public DeliveryCircuit Circuit { get; } = new(circuitFailures, time);

    /// <summary>Waits for as long as it takes.</summary>
    /// <returns>The way through, to be disposed of when the answer is there.</returns>
    public async Task<DeliveryPassage> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Switch.WaitAsync(cancellationToken);
            await Circuit.WaitAsync(cancellationToken);
            await _places.WaitAsync(cancellationToken);
            if (await TryPassAsync(cancellationToken) is { } passage)
            {
                return passage;
            }
        }
    }

    private async Task<DeliveryPassage?> TryPassAsync(CancellationToken cancellationToken)
    {
        DeliveryPassage? passage = null;
        try
        {
            // A turn that the circuit then refuses is lost, which only makes the rate smaller
            await _rate.WaitAsync(cancellationToken);
            return passage = Switch.IsOn && Circuit.TryEnter(out var probe) ? new(Circuit, _places, probe) : null;
        }
        finally
        {
            if (passage is null)
            {
                _places.Release();
            }
        }
    }
}
