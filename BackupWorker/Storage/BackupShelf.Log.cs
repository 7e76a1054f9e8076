namespace ProdReady.BackupWorker.Storage;

internal sealed partial class BackupShelf
{
    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "The manifest {File} in {Location} cannot be used: {Reason}")]
        public static partial void UnreadableManifest(ILogger logger, string file, string location, string reason);

        [LoggerMessage(LogLevel.Error, "{File} in {Location} cannot be used, so that its backup counts as not verified: {Reason}")]
        public static partial void UnreadableCheck(ILogger logger, string file, string location, string reason);

        [LoggerMessage(LogLevel.Information, "Removed {File} from {Location}, left by a run that did not end")]
        public static partial void LeftoverRemoved(ILogger logger, string file, string location);
    }
}
