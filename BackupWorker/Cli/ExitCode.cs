using ProdReady.BackupWorker.Restoring;
using ProdReady.ServiceDefaults.Hosting;

namespace ProdReady.BackupWorker.Cli;

/// <summary>What the command line's exit codes mean; the README lists them.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotFound = 3;
    public const int Corrupt = 4;
    public const int TargetExists = 5;
    public const int Busy = 6;
    public const int RowsDiffer = 7;
    public const int NotSwapped = 8;
    public const int NotCompared = 9;
    public const int LogMissing = 10;
    public const int Configuration = ServiceRunner.ConfigurationError;

    /// <summary>As shells report an end by Ctrl-C.</summary>
    public const int Interrupted = 130;

    public static int Of(RestoreVerdict verdict) => verdict switch
    {
        RestoreVerdict.Restored => Ok,
        RestoreVerdict.NotFound => NotFound,
        RestoreVerdict.Corrupt => Corrupt,
        RestoreVerdict.TargetExists => TargetExists,
        RestoreVerdict.RowsDiffer => RowsDiffer,
        RestoreVerdict.NotSwapped => NotSwapped,
        RestoreVerdict.NotCompared => NotCompared,
        RestoreVerdict.LogMissing => LogMissing,
        _ => Failed,
    };
}
