namespace ProdReady.Webhooks.Delivery.Gating;

/// <summary>What a delivery has to pass before it begins: the switch, the circuit, the rate.</summary>
internal sealed class DeliveryGate(int circuitFailures, double? rate, TimeProvider time)
{
    private readonly RateGate _rate = new(rate, time);

    public DisabledSwitch Switch { get; } = new();

    public DeliveryCircuit Circuit { get; } = new(circuitFailures, time);

    /// <summary>Waits for as long as it takes.</summary>
    /// <returns>Whether the delivery is the circuit's probe, whose end must be told.</returns>
    public async Task<bool> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Switch.WaitAsync(cancellationToken);
            await Circuit.WaitAsync(cancellationToken);
            // A turn that the circuit then refuses is lost, which only makes the rate smaller
            await _rate.WaitAsync(cancellationToken);
            if (Switch.IsOn && Circuit.TryEnter(out var probe))
            {
                return probe;
            }
        }
    }
}
