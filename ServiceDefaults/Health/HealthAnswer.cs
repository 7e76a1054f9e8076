namespace ProdReady.ServiceDefaults.Health;

/// <summary>What the health endpoints say.</summary>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c> (it serves, somebody should look) or <c>Unhealthy</c>.</param>
internal sealed record HealthAnswer(string Status);
