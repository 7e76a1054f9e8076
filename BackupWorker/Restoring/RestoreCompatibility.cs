using ProdReady.BackupWorker.PostgresTools;

namespace ProdReady.BackupWorker.Restoring;

/// <summary>Where a newer pg_restore does not fit an older server.</summary>
internal static class RestoreCompatibility
{
    private const int TimeoutSince = 17;

    /// <summary>
    /// Whether this pg_restore begins with <c>SET transaction_timeout = 0</c> on a server that does not know it. It then
    /// must not stop at the first error, and its errors must be read.
    /// </summary>
    public static bool SetsUnknownTimeout(ToolVersion restore, Version server) =>
        restore.Major >= TimeoutSince && server.Major < TimeoutSince;
}
