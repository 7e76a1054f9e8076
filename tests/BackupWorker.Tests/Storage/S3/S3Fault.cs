namespace ProdReady.BackupWorker.Tests.Storage.S3;

/// <summary>How a request fails.</summary>
public enum S3Fault
{
    /// <summary>The connection breaks before the server has it.</summary>
    Reset,

    /// <summary>The server does it, and the connection breaks before its answer.</summary>
    LostAnswer,

    /// <summary>Status 500.</summary>
    ServerError,

    /// <summary>Status 403.</summary>
    Denied,

    /// <summary>The answer's body ends in its middle.</summary>
    Truncated,
}
