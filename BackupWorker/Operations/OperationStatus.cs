using System.Text.Json.Serialization;

namespace ProdReady.BackupWorker.Operations;

/// <summary>How an operation is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OperationStatus>))]
internal enum OperationStatus
{
    /// <summary>Under way.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It ended, and what it looked at is good.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It ended, and the error says what is wrong.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>The service was stopped; what a restore had created is dropped.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
}
