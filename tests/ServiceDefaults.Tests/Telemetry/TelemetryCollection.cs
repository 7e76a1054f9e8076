namespace ProdReady.ServiceDefaults.Tests.Telemetry;

/// <summary>
/// .NET's activity listeners see the whole process, so that what other tests do would be traced, too: these run alone.
/// </summary>
[CollectionDefinition(nameof(TelemetryCollection), DisableParallelization = true)]
public sealed class TelemetryCollection;
