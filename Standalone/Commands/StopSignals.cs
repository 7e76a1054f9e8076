using System.Runtime.InteropServices;

namespace ProdReady.Standalone.Commands;

/// <summary>Ctrl-C, a terminal that closes and an orderly end from outside, as one token.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public StopSignals() => _registrations =
        [Handle(PosixSignal.SIGINT), Handle(PosixSignal.SIGTERM), Handle(PosixSignal.SIGHUP)];

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stop.Dispose();
    }

    private PosixSignalRegistration Handle(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _stop.Cancel();
    });
}
