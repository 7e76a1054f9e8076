namespace ProdReady.Webhooks.Delivery.Gating;

/// <summary>A delivery's way through the gate: its place among those under way, which another one takes once it is disposed of.</summary>
internal sealed class DeliveryPassage(DeliveryCircuit circuit, SemaphoreSlim places, bool isProbe) : IDisposable
{
    private bool _told;

    /// <inheritdoc cref="DeliveryCircuit.Succeeded"/>
    public bool Succeeded()
    {
        _told = true;
        return circuit.Succeeded();
    }

    /// <inheritdoc cref="DeliveryCircuit.Failed"/>
    public TimeSpan? Failed()
    {
        _told = true;
        return circuit.Failed(isProbe);
    }

    /// <summary>Must be called once.</summary>
    public void Dispose()
    {
        if (!_told)
        {
            circuit.Unknown(isProbe);
        }

        places.Release();
    }
}
