using Microsoft.AspNetCore.Http;

namespace ProdReady.ServiceDefaults.Telemetry.Health;

/// <summary>The paths that orchestrators and scrapers ask every few seconds, and whose spans nobody looks for.</summary>
internal static class HealthPaths
{
    public static bool Include(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/alive", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);
}
